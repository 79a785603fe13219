"""What may be set of rules, of a filter and of an order. Pure.

What is stored is what was given: `reading.py` makes conditions of it. A problem's path names the
field, its message the rule.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, TypedDict

from domain.calls.rules import Disposition
from domain.conditions.parts import ActionKind, Kind, Moment, Operator, Subject
from domain.conditions.values import (
    LONGEST_VALUE,
    number_of,
    truth_of,
    wanted_day_of,
)
from domain.core.problems import Problems
from domain.eligibility.weeks import DAYS, minutes_of

MOST_RULES = 50
MOST_ACTIONS = 7
MOST_CONDITIONS = 30  # of one rule
DEEPEST = 4  # levels of all, any and not
MOST_VALUES = 100
MOST_ORDERS = 3
LONGEST_DELAY_S = 90 * 24 * 3600

_TEXT = frozenset({Operator.IS, Operator.IS_NOT, Operator.CONTAINS, Operator.BEGINS_WITH})
_SIZE = frozenset(
    {
        *(Operator.IS, Operator.IS_NOT, Operator.BETWEEN),
        *(Operator.LESS, Operator.AT_MOST, Operator.MORE, Operator.AT_LEAST),
    }
)
_WORD = frozenset({Operator.IS, Operator.IS_NOT})
_PRESENCE = frozenset({Operator.IS_SET, Operator.IS_NOT_SET})
_OF_KIND = {
    Kind.TEXT: _TEXT | _PRESENCE,
    Kind.NUMBER: _SIZE | _PRESENCE,
    Kind.DATE: _SIZE | _PRESENCE,
    Kind.BOOLEAN: _WORD | _PRESENCE,
}
_OF_SUBJECT = {
    Subject.LAST_DISPOSITION: _WORD | _PRESENCE,
    Subject.WRAP_UP_CODE: _TEXT | _PRESENCE,
    Subject.ATTEMPTS: _SIZE,
    Subject.LOCAL_TIME: frozenset({Operator.BETWEEN, Operator.LESS, Operator.AT_LEAST}),
    Subject.LOCAL_WEEKDAY: _WORD,
    Subject.NUMBER: frozenset({Operator.IS, Operator.IS_NOT, Operator.BEGINS_WITH}),
    Subject.COUNTRY: _WORD | _PRESENCE,
    Subject.STATE: _WORD | _PRESENCE,
}
_AT_WRAP_UP = frozenset({ActionKind.RESCHEDULE, ActionKind.SUPPRESS, ActionKind.SET_PRIORITY})


class RuleSetting(TypedDict):
    """One rule: `when` is a condition, `then` are actions, as they are stored."""

    name: str
    moment: Moment
    when: Mapping[str, Any]
    then: Sequence[Mapping[str, Any]]


class OrderSetting(TypedDict):
    """One field to order by."""

    variable: str
    kind: Kind
    descending: bool


class _Named(Problems):
    """Problems of one rule, which say its name."""

    def __init__(self, problems: Problems, name: str) -> None:
        self.found = problems.found
        self._name = name

    def add(self, path: str, message: str) -> None:
        super().add(path, f"{message} (rule {self._name!r})" if self._name else message)


def checked_rules(
    path: str, rules: Sequence[RuleSetting], problems: Problems
) -> list[dict[str, Any]]:
    """The rules as they are stored; what is wrong is added to the problems."""
    problems.unless(len(rules) <= MOST_RULES, path, f"must be at most {MOST_RULES}")
    checked = []
    for index, rule in enumerate(rules[:MOST_RULES]):
        here = f"{path}.{index}"
        name = problems.text(f"{here}.name", rule["name"], longest=64)
        said = _Named(problems, name[:64])
        moment = rule["moment"]
        actions = list(rule["then"])
        said.unless(
            1 <= len(actions) <= MOST_ACTIONS, f"{here}.then", f"must be 1 to {MOST_ACTIONS}"
        )
        kinds = [action["kind"] for action in actions]
        said.unless(len(set(kinds)) == len(kinds), f"{here}.then", "must not repeat an action")
        checked.append(
            {
                "name": name,
                "moment": moment.value,
                "when": checked_condition(f"{here}.when", rule["when"], said),
                "then": [
                    _checked_action(f"{here}.then.{place}", action, moment, said)
                    for place, action in enumerate(actions[:MOST_ACTIONS])
                ],
            }
        )
    names = [row["name"] for row in checked]
    problems.unless(len(set(names)) == len(names), path, "must not repeat a name")
    return checked


def checked_condition(
    path: str, condition: Mapping[str, Any], problems: Problems
) -> dict[str, Any]:
    """The condition as it is stored."""
    count = [0]
    checked = _condition(path, condition, problems, depth=0, count=count)
    problems.unless(count[0] <= MOST_CONDITIONS, path, f"must be at most {MOST_CONDITIONS} tests")
    return checked


def checked_order(
    path: str, order: Sequence[OrderSetting], problems: Problems
) -> list[dict[str, Any]]:
    """The order as it is stored."""
    problems.unless(len(order) <= MOST_ORDERS, path, f"must be at most {MOST_ORDERS}")
    return [
        {
            "variable": problems.text(f"{path}.{index}.variable", each["variable"], longest=200),
            "kind": each["kind"].value,
            "descending": each["descending"],
        }
        for index, each in enumerate(order)
    ]


def _condition(
    path: str, condition: Mapping[str, Any], problems: Problems, *, depth: int, count: list[int]
) -> dict[str, Any]:
    given = [key for key, value in condition.items() if value is not None]
    if len(given) != 1:
        problems.add(path, "must be one of all, any, not and test")
        return {}
    (key,) = given
    value = condition[key]
    if key == "test":
        count[0] += 1
        return {"test": _checked_test(f"{path}.test", value, problems)}
    if depth >= DEEPEST:
        problems.add(path, f"must be at most {DEEPEST} levels deep")
        return {}
    deeper = {"depth": depth + 1, "count": count}
    if key == "not":
        return {"not": _condition(f"{path}.not", value, problems, **deeper)}  # type: ignore[arg-type]
    problems.unless(bool(value), f"{path}.{key}", "must not be empty")
    return {
        key: [
            _condition(f"{path}.{key}.{index}", each, problems, **deeper)  # type: ignore[arg-type]
            for index, each in enumerate(value)
        ]
    }


def _checked_test(path: str, test: Mapping[str, Any], problems: Problems) -> dict[str, Any]:
    subject, operator, kind = test["subject"], test["operator"], test["kind"]
    name = ""
    if subject is Subject.VARIABLE:
        name = problems.text(f"{path}.name", test["name"] or "", longest=200)
        allowed = _OF_KIND[kind]
    else:
        allowed = _OF_SUBJECT[subject]
        problems.unless(not test["name"], f"{path}.name", "is for variables only")
    values = [str(value).strip() for value in test["values"]]
    if operator not in allowed:
        can = ", ".join(sorted(each.value.upper() for each in allowed))
        problems.add(f"{path}.operator", f"must be one of {can} here")
    else:
        _check_values(f"{path}.values", subject, operator, kind, values, problems)
    return {
        "subject": subject.value,
        "operator": operator.value,
        "kind": kind.value,
        "name": name,
        "values": values,
    }


def _check_values(
    path: str,
    subject: Subject,
    operator: Operator,
    kind: Kind,
    values: list[str],
    problems: Problems,
) -> None:
    wanted = 2 if operator is Operator.BETWEEN else 1
    if operator in _PRESENCE:
        problems.unless(not values, path, "must be empty")
    elif operator in _TEXT:
        problems.unless(1 <= len(values) <= MOST_VALUES, path, f"must be 1 to {MOST_VALUES}")
    else:
        problems.unless(len(values) == wanted, path, f"must be {wanted}")
    for index, value in enumerate(values[:MOST_VALUES]):
        here = f"{path}.{index}"
        problems.unless(0 < len(value) <= LONGEST_VALUE, here, f"must be 1 to {LONGEST_VALUE} long")
        try:
            _check_value(subject, kind, value)
        except ValueError as wrong:
            problems.add(here, str(wrong))


def _check_value(subject: Subject, kind: Kind, value: str) -> None:
    """Raises ValueError with what is wrong."""
    match subject:
        case Subject.ATTEMPTS:
            number_of(value)
        case Subject.LOCAL_TIME:
            minutes_of(value)
        case Subject.LOCAL_WEEKDAY:
            if value.lower() not in {day.value for day in DAYS}:
                raise ValueError("must be a day of the week as MONDAY")
        case Subject.LAST_DISPOSITION:
            if value.lower() not in set(Disposition):
                raise ValueError("must be a disposition as BUSY")
        case Subject.NUMBER:
            if not (value.startswith("+") and value[1:].isascii() and value[1:].isdigit()):
                raise ValueError("must be a number or its beginning, as +4420")
        case Subject.COUNTRY:
            if len(value) != 2 or not value.isalpha():
                raise ValueError("must be a country as GB")
        case Subject.VARIABLE if kind is Kind.NUMBER:
            number_of(value)
        case Subject.VARIABLE if kind is Kind.DATE:
            wanted_day_of(value)
        case Subject.VARIABLE if kind is Kind.BOOLEAN:
            truth_of(value)


def _checked_action(
    path: str, action: Mapping[str, Any], moment: Moment, problems: Problems
) -> dict[str, Any]:
    kind: ActionKind = action["kind"]
    problems.unless(
        moment is Moment.BEFORE_CALL or kind in _AT_WRAP_UP,
        f"{path}.kind",
        "is for rules before the call only",
    )
    stored: dict[str, Any] = {"kind": kind.value}
    needed = {
        ActionKind.SET_PRIORITY: ("priority", 1, 10),
        ActionKind.SET_LEVEL: ("level", 1, 100),
    }
    taken = {
        ActionKind.SKIP: {"until"},
        ActionKind.RESCHEDULE: {"after_s", "at"},
        ActionKind.SET_CALLER_ID: {"caller_id"},
        ActionKind.SET_PRIORITY: {"priority"},
        ActionKind.SET_LEVEL: {"level"},
    }.get(kind, set[str]())
    public = {"after_s": "afterSeconds", "caller_id": "callerId"}
    for field, value in action.items():
        if field != "kind" and value is not None and field not in taken:
            problems.add(f"{path}.{public.get(field, field)}", f"is not for {kind.value.upper()}")
    if kind in needed:
        field, low, high = needed[kind]
        if (number := action.get(field)) is None:
            problems.add(f"{path}.{field}", "must be given")
        else:
            problems.between(f"{path}.{field}", number, low, high)
        stored["number"] = number
    if kind is ActionKind.SKIP and isinstance(until := action.get("until"), datetime):
        stored["until"] = until.isoformat()
    if kind is ActionKind.SET_CALLER_ID:
        stored["caller_id"] = action.get("caller_id")
    if kind is ActionKind.RESCHEDULE:
        _check_reschedule(path, action, stored, problems)
    return stored


def _check_reschedule(
    path: str, action: Mapping[str, Any], stored: dict[str, Any], problems: Problems
) -> None:
    after_s, at = action.get("after_s"), action.get("at")
    if after_s is None and at is None:
        problems.add(path, "must say afterSeconds, or at, or both")
    if after_s is not None:
        problems.between(f"{path}.afterSeconds", after_s, 0, LONGEST_DELAY_S)
    if at is not None:
        try:
            minutes_of(at)
        except ValueError as wrong:
            problems.add(f"{path}.at", str(wrong))
    stored["after_s"], stored["at"] = after_s or 0, at
