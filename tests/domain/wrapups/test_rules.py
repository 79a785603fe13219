from datetime import UTC, datetime, timedelta

import pytest

from domain.targets.rules import ClosedReason, Outcome, TargetState
from domain.wrapups.rules import (
    SYSTEM_CODES,
    WrapUpCode,
    WrapUpEffect,
    after_wrap_up,
    codes_of,
)

NOW = datetime(2026, 3, 2, 10, tzinfo=UTC)
TOMORROW = NOW + timedelta(days=1)
HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("effect", "attempts", "again_at", "expected"),
    [
        ("close", 1, None, Outcome(TargetState.CLOSED, reason=ClosedReason.CONNECTED)),
        ("retry", 1, None, Outcome(TargetState.RETRY, next_at=NOW + HOUR)),
        ("retry", 3, None, Outcome(TargetState.CLOSED, reason=ClosedReason.ATTEMPTS_EXHAUSTED)),
        ("reschedule", 1, TOMORROW, Outcome(TargetState.RETRY, next_at=TOMORROW)),
        ("reschedule", 3, TOMORROW, Outcome(TargetState.RETRY, next_at=TOMORROW)),
        ("reschedule", 1, None, Outcome(TargetState.RETRY, next_at=NOW + HOUR)),
        ("suppress", 1, TOMORROW, Outcome(TargetState.CLOSED, reason=ClosedReason.SUPPRESSED)),
    ],
)
def test_a_code_decides_what_becomes_of_the_target(
    effect: str, attempts: int, again_at: datetime | None, expected: Outcome
) -> None:
    code = WrapUpCode("said", WrapUpEffect(effect), 3600)
    assert (
        after_wrap_up(code, attempts=attempts, max_attempts=3, again_at=again_at, now=NOW)
        == expected
    )


def test_a_campaign_without_codes_of_its_own_has_the_systems() -> None:
    assert codes_of([]) == SYSTEM_CODES
    assert {code.code for code in SYSTEM_CODES} == {
        *("answering_machine", "busy", "fax", "no_answer", "sale", "voicemail")
    }
    own = codes_of([{"code": "Later", "effect": "reschedule", "delay_s": 60}])
    assert own == (WrapUpCode("Later", WrapUpEffect.RESCHEDULE, 60),)
