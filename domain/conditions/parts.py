"""What rules and conditions are made of. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from domain.conditions.values import RelativeDay, Value


class Subject(StrEnum):
    """What a condition is about."""

    VARIABLE = "variable"  # a customer field, by name
    LAST_DISPOSITION = "last_disposition"  # how the last attempt ended, as the system saw it
    WRAP_UP_CODE = "wrap_up_code"  # as the agent saw it
    ATTEMPTS = "attempts"  # made so far
    LOCAL_TIME = "local_time"  # of the day, where the contact is
    LOCAL_WEEKDAY = "local_weekday"
    NUMBER = "number"  # E.164
    COUNTRY = "country"  # of the number, ISO 3166-1
    STATE = "state"  # of the number, in the United States


class Kind(StrEnum):
    """What a variable's text is read as."""

    TEXT = "text"
    NUMBER = "number"
    DATE = "date"
    BOOLEAN = "boolean"


class Operator(StrEnum):
    """How a value is compared with those that are wanted."""

    IS = "is"  # one of them
    IS_NOT = "is_not"  # none of them; also where there is no value
    CONTAINS = "contains"  # one of them
    BEGINS_WITH = "begins_with"  # with one of them
    LESS = "less"
    AT_MOST = "at_most"
    MORE = "more"
    AT_LEAST = "at_least"
    BETWEEN = "between"  # both included; of times: the second one not, and it may pass midnight
    IS_SET = "is_set"
    IS_NOT_SET = "is_not_set"


class Moment(StrEnum):
    """When a rule is asked."""

    BEFORE_CALL = "before_call"
    WRAP_UP = "wrap_up"


class ActionKind(StrEnum):
    """What a rule does."""

    SKIP = "skip"  # not dialed while the rule matches; until an instant, if one is given
    RESCHEDULE = "reschedule"  # not before some time after the last attempt, or a time of the day
    SUPPRESS = "suppress"  # closed, and its number put on the account's do-not-call list
    SET_CALLER_ID = "set_caller_id"
    SET_PRIORITY = "set_priority"
    SET_LEVEL = "set_level"  # offered to agents of that level first
    PREVIEW = "preview"  # an agent must look first


@dataclass(frozen=True, slots=True)
class Comparison:
    """One comparison: a leaf of a condition."""

    subject: Subject
    operator: Operator
    wanted: tuple[Value, ...] = ()
    kind: Kind = Kind.TEXT
    name: str = ""  # of the variable

    @property
    def is_local(self) -> bool:
        """Whether it depends on the clock where the contact is."""
        return self.subject in (Subject.LOCAL_TIME, Subject.LOCAL_WEEKDAY) or any(
            isinstance(each, RelativeDay) for each in self.wanted
        )


@dataclass(frozen=True, slots=True)
class All:
    """Every one of them holds."""

    of: tuple["Condition", ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """One of them holds, at least."""

    of: tuple["Condition", ...]


@dataclass(frozen=True, slots=True)
class Not:
    """It does not hold."""

    of: "Condition"


Condition = Comparison | All | AnyOf | Not


@dataclass(frozen=True, slots=True)
class Action:
    """What a rule that matches does."""

    kind: ActionKind
    until: datetime | None = None  # SKIP; None: as long as it matches
    after_s: int = 0  # RESCHEDULE
    at_minute: int | None = None  # RESCHEDULE: of the local day
    caller_id: str | None = None  # None: withheld
    number: int = 0  # a priority, or a level


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule of a campaign."""

    name: str
    moment: Moment
    when: Condition
    then: tuple[Action, ...]


def tests_of(condition: Condition) -> Iterator[Comparison]:
    """Every comparison in it."""
    match condition:
        case Comparison():
            yield condition
        case Not():
            yield from tests_of(condition.of)
        case _:
            for each in condition.of:
                yield from tests_of(each)
