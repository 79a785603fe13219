"""What a wrap-up code does to its target. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, TypedDict

from domain.conditions.parts import ActionKind
from domain.conditions.rules import Stop
from domain.core.problems import Problems
from domain.targets.rules import ClosedReason, Outcome, TargetState

MOST_CODES = 100
LONGEST_DELAY_S = 90 * 24 * 3600


class WrapUpEffect(StrEnum):
    """What becomes of the target."""

    CLOSE = "close"  # never dialed again
    RETRY = "retry"  # dialed again after the code's delay, while it has attempts left
    RESCHEDULE = "reschedule"  # dialed when the agent agreed, else after the delay; as a promise
    SUPPRESS = "suppress"  # closed, and its number put on the account's do-not-call list


class WrapUpCodeSetting(TypedDict):
    """One code of a campaign."""

    code: str
    effect: WrapUpEffect
    delay_s: int  # of RETRY and RESCHEDULE


@dataclass(frozen=True, slots=True)
class WrapUpCode:
    """A code that agents may choose."""

    code: str
    effect: WrapUpEffect
    delay_s: int = 0


# For campaigns that name none themselves.
SYSTEM_CODES = (
    WrapUpCode("answering_machine", WrapUpEffect.RETRY, 4 * 3600),
    WrapUpCode("busy", WrapUpEffect.RETRY, 5 * 60),
    WrapUpCode("fax", WrapUpEffect.CLOSE),
    WrapUpCode("no_answer", WrapUpEffect.RETRY, 3600),
    WrapUpCode("sale", WrapUpEffect.CLOSE),
    WrapUpCode("voicemail", WrapUpEffect.RETRY, 4 * 3600),
)


def codes_of(rows: Sequence[Mapping[str, Any]]) -> tuple[WrapUpCode, ...]:
    """A campaign's codes, in their order; the system's when it has none."""
    if not rows:
        return SYSTEM_CODES
    return tuple(
        WrapUpCode(row["code"], WrapUpEffect(row["effect"]), row["delay_s"]) for row in rows
    )


def after_wrap_up(
    code: WrapUpCode,
    *,
    attempts: int,
    max_attempts: int,
    again_at: datetime | None,
    now: datetime,
) -> Outcome:
    """What becomes of a target that spoke with an agent. `attempts` counts that call, too."""
    later = now + timedelta(seconds=code.delay_s)
    match code.effect:
        case WrapUpEffect.SUPPRESS:
            return Outcome(TargetState.CLOSED, reason=ClosedReason.SUPPRESSED)
        case WrapUpEffect.RESCHEDULE:
            return Outcome(TargetState.RETRY, next_at=again_at or later)
        case WrapUpEffect.RETRY if attempts < max_attempts:
            return Outcome(TargetState.RETRY, next_at=later)
        case WrapUpEffect.RETRY:
            return Outcome(TargetState.CLOSED, reason=ClosedReason.ATTEMPTS_EXHAUSTED)
        case WrapUpEffect.CLOSE:
            return Outcome(TargetState.CLOSED, reason=ClosedReason.CONNECTED)


def after_rules(by_code: Outcome | None, stop: Stop | None, *, promised: bool) -> Outcome | None:
    """What becomes of the target once the campaign's rules were asked, too; None: nothing.

    A rule that suppresses beats all; one that puts the target off beats the code, but neither a
    code that suppresses nor a time that the agent agreed on (`promised`).
    """
    if stop is None or (by_code is not None and by_code.reason is ClosedReason.SUPPRESSED):
        return by_code
    if stop.kind is ActionKind.SUPPRESS:
        return Outcome(TargetState.CLOSED, reason=ClosedReason.SUPPRESSED)
    if promised:
        return by_code
    return Outcome(TargetState.RETRY, next_at=stop.until)


def checked_codes(
    path: str, codes: Sequence[WrapUpCodeSetting], problems: Problems
) -> list[dict[str, Any]]:
    """The codes as they are stored; what is wrong is added to the problems."""
    problems.unless(len(codes) <= MOST_CODES, path, f"must be at most {MOST_CODES}")
    checked = []
    for index, row in enumerate(codes):
        code = problems.text(f"{path}.{index}.code", row["code"], longest=64)
        problems.between(f"{path}.{index}.delaySeconds", row["delay_s"], 0, LONGEST_DELAY_S)
        checked.append({"code": code, "effect": row["effect"].value, "delay_s": row["delay_s"]})
    names = [row["code"] for row in checked]
    problems.unless(len(set(names)) == len(names), path, "must not repeat a code")
    return checked
