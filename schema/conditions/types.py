"""Rules of a campaign, its filter and its order."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Optional

import strawberry
from strawberry import UNSET

from domain.conditions.checking import OrderSetting, RuleSetting
from domain.conditions.parts import ActionKind, Kind, Moment, Operator, Subject
from schema.scalars import Json, PhoneNumber, json_value, phone_number

strawberry.enum(Subject, name="RuleSubject", description="What a condition is about.")
strawberry.enum(
    Kind,
    name="VariableType",
    description="What a customer field is read as: a number as 1234.5, a date as 2026-03-02, a "
    "truth as true, false, yes, no, 1 or 0.",
)
strawberry.enum(
    Operator,
    name="RuleOperator",
    description="How a value is compared. Texts are alike whatever the case. BETWEEN takes two "
    "values, both included; of times the second is not, and it may pass midnight.",
)
strawberry.enum(
    Moment,
    name="RuleMoment",
    description="When a rule is asked: before a call is placed, or when the agent's wrap-up ends.",
)
strawberry.enum(
    ActionKind,
    name="RuleActionKind",
    description="What a rule that matches does. SKIP: not dialed while it matches, at most until "
    "`until`. RESCHEDULE: not before `afterSeconds` since the last attempt (or since it was added, "
    "or since the wrap-up), and then at the next `at`. SUPPRESS: closed, and the number put on the "
    "account's do-not-call list. SET_LEVEL: offered to agents of that level first. PREVIEW: an "
    "agent must look first.",
)


@strawberry.input(description="One comparison.")
class ComparisonInput:
    subject: Subject = strawberry.field(description="What is compared.")
    operator: Operator = strawberry.field(description="How.")
    values: list[str] = strawberry.field(
        description="With what; IS, IS_NOT, CONTAINS and BEGINS_WITH take up to 100. Dates also as "
        "`today`, `today+7`, `today-30`; times as `09:00`; weekdays as `MONDAY`.",
        default_factory=list,
    )
    name: str | None = strawberry.field(description="Of the variable.", default=None)
    kind: Kind = strawberry.field(
        description="What the variable is read as.", default=Kind.TEXT, name="type"
    )


@strawberry.input(description="A condition: exactly one of the four is given.")
class ConditionInput:
    all: Optional[list["ConditionInput"]] = strawberry.field(  # noqa: UP045  # refers to itself
        description="Each of them holds. At most 30 tests in a rule, 4 levels deep.", default=UNSET
    )
    any: Optional[list["ConditionInput"]] = strawberry.field(  # noqa: UP045
        description="One of them holds, at least.", default=UNSET
    )
    not_: Optional["ConditionInput"] = strawberry.field(
        description="It does not hold.", default=UNSET, name="not"
    )
    test: ComparisonInput | None = strawberry.field(description="One comparison.", default=UNSET)


@strawberry.input(description="What a rule does; each kind takes its own fields.")
class CampaignRuleActionInput:
    kind: ActionKind = strawberry.field(description="What to do.")
    until: datetime | None = strawberry.field(
        description="SKIP: the rule skips no more from then on; null: no end.", default=None
    )
    after_seconds: int | None = strawberry.field(
        description="RESCHEDULE: at most 90 days.", default=None
    )
    at: str | None = strawberry.field(
        description="RESCHEDULE: a time of the contact's day, as `18:00`.", default=None
    )
    caller_id: PhoneNumber | None = strawberry.field(
        description="SET_CALLER_ID: one of the account's numbers; null: withheld.", default=None
    )
    priority: int | None = strawberry.field(
        description="SET_PRIORITY: 1 to 10; the target keeps it.", default=None
    )
    level: int | None = strawberry.field(description="SET_LEVEL: 1 to 100.", default=None)


@strawberry.input(description="A rule of a campaign.")
class CampaignRuleInput:
    name: str = strawberry.field(description="At most 64 characters; no two alike.")
    moment: Moment = strawberry.field(description="When it is asked.", default=Moment.BEFORE_CALL)
    when: ConditionInput = strawberry.field(description="When it matches.")
    then: list[CampaignRuleActionInput] = strawberry.field(description="What it does then; 1 to 7.")


@strawberry.input(description="A customer field to order new targets by.")
class DialOrderInput:
    variable: str = strawberry.field(description="Its name.")
    kind: Kind = strawberry.field(description="What it is read as.", default=Kind.TEXT, name="type")
    descending: bool = strawberry.field(description="Largest or latest first.", default=False)


@strawberry.type(description="What a rule does.")
class CampaignRuleAction:
    kind: ActionKind = strawberry.field(description="What to do.")
    until: datetime | None = strawberry.field(description="SKIP; null: no end.")
    after_seconds: int | None = strawberry.field(description="RESCHEDULE; null: of others.")
    at: str | None = strawberry.field(description="RESCHEDULE; null: at any time of the day.")
    caller_id: PhoneNumber | None = strawberry.field(description="SET_CALLER_ID; null: withheld.")
    priority: int | None = strawberry.field(description="SET_PRIORITY; null: of others.")
    level: int | None = strawberry.field(description="SET_LEVEL; null: of others.")

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> "CampaignRuleAction":
        kind = ActionKind(row["kind"])
        number = row.get("number")
        caller_id = row.get("caller_id")
        return cls(
            kind=kind,
            until=datetime.fromisoformat(row["until"]) if row.get("until") else None,
            after_seconds=row.get("after_s"),
            at=row.get("at"),
            caller_id=phone_number(caller_id) if caller_id else None,
            priority=number if kind is ActionKind.SET_PRIORITY else None,
            level=number if kind is ActionKind.SET_LEVEL else None,
        )


@strawberry.type(description="A rule of a campaign.")
class CampaignRule:
    name: str = strawberry.field(description="At most 64 characters.")
    moment: Moment = strawberry.field(description="When it is asked.")
    when: Json = strawberry.field(description="Shaped as `ConditionInput`: it can be sent back.")
    then: list[CampaignRuleAction] = strawberry.field(description="What it does then.")

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> "CampaignRule":
        return cls(
            name=row["name"],
            moment=Moment(row["moment"]),
            when=condition_of(row["when"]),
            then=[CampaignRuleAction.of(action) for action in row["then"]],
        )


@strawberry.type(description="A customer field that new targets are ordered by.")
class DialOrder:
    variable: str = strawberry.field(description="Its name.")
    kind: Kind = strawberry.field(description="What it is read as.", name="type")
    descending: bool = strawberry.field(description="Largest or latest first.")

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> "DialOrder":
        return cls(variable=row["variable"], kind=Kind(row["kind"]), descending=row["descending"])


def condition_of(row: Mapping[str, Any]) -> Json:
    """A stored condition as a client would have sent it."""
    return json_value(_shown(row))


def conditions_of(inputs: Sequence[CampaignRuleInput]) -> list[RuleSetting]:
    """The rules as the use case takes them."""
    return [
        {
            "name": each.name,
            "moment": each.moment,
            "when": condition_setting(each.when),
            "then": [_action(action) for action in each.then],
        }
        for each in inputs
    ]


def condition_setting(input: ConditionInput) -> dict[str, Any]:
    """A condition as the use case takes it."""
    found: dict[str, Any] = {}
    for key, given in (("all", input.all), ("any", input.any)):
        if given is not UNSET and given is not None:
            found[key] = [condition_setting(each) for each in given]
    if input.not_ is not UNSET and input.not_ is not None:
        found["not"] = condition_setting(input.not_)
    if input.test is not UNSET and input.test is not None:
        test = input.test
        found["test"] = {
            "subject": test.subject,
            "operator": test.operator,
            "kind": test.kind,
            "name": test.name,
            "values": test.values,
        }
    return found


def order_of(inputs: Sequence[DialOrderInput]) -> list[OrderSetting]:
    """The order as the use case takes it."""
    return [
        {"variable": each.variable, "kind": each.kind, "descending": each.descending}
        for each in inputs
    ]


def _action(input: CampaignRuleActionInput) -> dict[str, Any]:
    return {
        "kind": input.kind,
        "until": input.until,
        "after_s": input.after_seconds,
        "at": input.at,
        "caller_id": input.caller_id,
        "priority": input.priority,
        "level": input.level,
    }


def _shown(row: Mapping[str, Any]) -> dict[str, Any]:
    ((key, value),) = row.items()
    if key == "not":
        return {"not": _shown(value)}
    if key != "test":
        return {key: [_shown(each) for each in value]}
    shown: dict[str, Any] = {
        "subject": value["subject"].upper(),
        "operator": value["operator"].upper(),
        "values": value["values"],
    }
    if value["subject"] == Subject.VARIABLE:
        shown |= {"name": value["name"], "type": value["kind"].upper()}
    return {"test": shown}
