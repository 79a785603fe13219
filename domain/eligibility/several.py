"""Which number of a contact may be dialed now. Pure.

A contact with one number is judged as one with several of which there is one. What the selector
dials and what is explained both come from here.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import lru_cache

from domain.eligibility.hours import Hours
from domain.eligibility.openings import Openings
from domain.eligibility.parts import Block, BlockCode, Candidate, OnList, Past
from domain.eligibility.places import place_of
from domain.eligibility.rules import target_blocking
from domain.eligibility.weeks import week_of
from domain.targets.contact_numbers import ContactNumber, ContactNumbers, NumberWindow


@dataclass(frozen=True, slots=True)
class NumberFacts:
    """What is known of one number."""

    past: tuple[Past, ...] = ()
    on_list: OnList | None = None


_NEVER = datetime.max.replace(tzinfo=UTC)


def wanted_numbers(number: str, numbers: ContactNumbers | None) -> list[str]:
    """The numbers of a target of which something must be known."""
    return [number] if numbers is None else [each.number for each in numbers.list]


def candidates_of(
    base: Candidate,
    number: str,
    numbers: ContactNumbers | None,
    facts_of: Callable[[str], NumberFacts],
    *,
    timezone: str | None,
) -> Mapping[str, Candidate]:
    """The numbers of a target that may be dialed some day, the one that is next first.

    `base` is the target whatever the number.
    """
    in_turn = (ContactNumber(number),) if numbers is None else numbers.in_turn()
    if not in_turn:
        in_turn = (ContactNumber(number),)  # all given up: the target is closed
    found = {}
    for each in in_turn:
        of = facts_of(each.number)
        due = [at for at in (base.due_at, each.next_at) if at is not None]
        found[each.number] = replace(
            base,
            place=place_of(each.number, timezone),
            due_at=max(due, default=None),
            past=of.past,
            on_list=of.on_list,
            known=replace(base.known, number=each.number) if base.known is not None else None,
            hours=hours_of(each.windows),
            elsewhere=tuple(
                past
                for other in (numbers.list if numbers else ())
                if other.number != each.number
                for past in facts_of(other.number).past
            ),
        )
    return found


def number_to_dial(
    candidates: Mapping[str, Candidate], openings: Openings, at: datetime
) -> tuple[str, Block | None]:
    """The first number that nothing forbids; else the first one, and why none may be dialed.

    That is the rule that ends first, and it holds until any of the numbers is free.
    """
    blocks: list[Block] = []
    for number, candidate in candidates.items():
        block = target_blocking(candidate, openings, at)
        if block is None:
            return number, None
        blocks.append(block)
    return next(iter(candidates)), _first_to_end(blocks)


def _first_to_end(blocks: Sequence[Block]) -> Block:
    ends = [block.ends_at for block in blocks if block.ends_at is not None]
    # A number that is not due yet is no reason while a rule keeps back one that is.
    rules = [block for block in blocks if block.code is not BlockCode.RETRY_NOT_DUE] or blocks
    named = min(rules, key=lambda block: block.ends_at or _NEVER)
    return replace(named, ends_at=min(ends, default=None))


@lru_cache(maxsize=1024)
def hours_of(windows: tuple[NumberWindow, ...]) -> Hours | None:
    """When a number may be called by its own windows; None: they say nothing."""
    if not windows:
        return None
    week = week_of((each.days, each.start, each.end) for each in windows)
    return Hours("number", "the number's own calling window", week)
