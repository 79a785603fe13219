"""From what is stored to rules, a filter and an order. Rows are valid: they were checked. Pure."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any

import orjson

from domain.conditions.order import Order
from domain.conditions.parts import (
    Action,
    ActionKind,
    All,
    AnyOf,
    Comparison,
    Condition,
    Kind,
    Moment,
    Not,
    Operator,
    Rule,
    Subject,
)
from domain.conditions.values import Value, number_of, text_of, truth_of, wanted_day_of
from domain.eligibility.weeks import minutes_of


def rules_of(rows: Sequence[Mapping[str, Any]]) -> tuple[Rule, ...]:
    """A campaign's rules, in their order."""
    # By their text: the same rules are the same object for a floor, an answer and a job.
    return _rules(orjson.dumps(rows)) if rows else ()


def filter_of(row: Mapping[str, Any] | None) -> Condition | None:
    """What a campaign's targets must meet; None: nothing."""
    return None if row is None else condition_of(row)


def order_of(rows: Sequence[Mapping[str, Any]]) -> tuple[Order, ...]:
    """What new targets are ordered by, within their priority."""
    return tuple(Order(row["variable"], Kind(row["kind"]), row["descending"]) for row in rows)


def condition_of(row: Mapping[str, Any]) -> Condition:
    """A stored condition."""
    ((key, value),) = row.items()
    match key:
        case "all":
            return All(tuple(condition_of(each) for each in value))
        case "any":
            return AnyOf(tuple(condition_of(each) for each in value))
        case "not":
            return Not(condition_of(value))
    subject, kind = Subject(value["subject"]), Kind(value["kind"])
    return Comparison(
        subject=subject,
        operator=Operator(value["operator"]),
        wanted=tuple(_wanted(subject, kind, each) for each in value["values"]),
        kind=kind,
        name=value["name"],
    )


@lru_cache(maxsize=256)
def _rules(text: bytes) -> tuple[Rule, ...]:
    return tuple(
        Rule(
            name=row["name"],
            moment=Moment(row["moment"]),
            when=condition_of(row["when"]),
            then=tuple(_action(each) for each in row["then"]),
        )
        for row in orjson.loads(text)
    )


def _action(row: Mapping[str, Any]) -> Action:
    until, at = row.get("until"), row.get("at")
    return Action(
        kind=ActionKind(row["kind"]),
        until=datetime.fromisoformat(until) if until else None,
        after_s=row.get("after_s") or 0,
        at_minute=minutes_of(at) % (24 * 60) if at else None,
        caller_id=row.get("caller_id"),
        number=row.get("number") or 0,
    )


def _wanted(subject: Subject, kind: Kind, text: str) -> Value:
    match subject:
        case Subject.ATTEMPTS:
            return number_of(text)
        case Subject.LOCAL_TIME:
            return minutes_of(text)
        case Subject.VARIABLE if kind is Kind.NUMBER:
            return number_of(text)
        case Subject.VARIABLE if kind is Kind.DATE:
            return wanted_day_of(text)
        case Subject.VARIABLE if kind is Kind.BOOLEAN:
            return truth_of(text)
    return text_of(text)
