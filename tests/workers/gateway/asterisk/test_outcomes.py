"""The table of outcomes, also for what no test bed brings about."""

import pytest

from domain.telephony.events import EndCause, EndedBy, Failure
from workers.gateway.asterisk.facts import Gone
from workers.gateway.asterisk.outcomes import detail_of, end_of, failure_of


def gone(cause: int, sip: int = 0) -> Gone:
    return Gone("x", cause, "", sip)


def failure(
    ended: Gone | None,
    *,
    reason: int = 0,
    rang: bool = False,
    canceled: bool = False,
    s: float = 1.0,
) -> Failure:
    return failure_of(ended, reason=reason, rang=rang, canceled=canceled, s=s)


@pytest.mark.parametrize(
    ("cause", "expected"),
    [
        (1, Failure.INVALID),
        (17, Failure.BUSY),
        (18, Failure.NO_ANSWER),
        (19, Failure.NO_ANSWER),
        (21, Failure.REJECTED),
        (22, Failure.INVALID),
        (28, Failure.INVALID),
        (34, Failure.CONGESTION),
        (127, Failure.FAILED),
        (0, Failure.FAILED),
    ],
)
def test_without_a_sip_status_the_cause_decides(cause: int, expected: Failure) -> None:
    assert failure(gone(cause)) is expected


def test_our_limit_after_ringing_is_no_answer_and_without_it_unreachable() -> None:
    # Asterisk 16 gives cause 0 here, 22 gives 19 and an invented 480.
    for ended in (gone(0), gone(19, 480)):
        assert failure(ended, reason=3, rang=True) is Failure.NO_ANSWER
        assert failure(ended, reason=3) is Failure.UNREACHABLE


def test_a_408_of_the_carrier_differs_from_that_of_our_own_stack() -> None:
    assert failure(gone(18, 408), s=5) is Failure.NO_ANSWER
    assert failure(gone(18, 408), s=32) is Failure.UNREACHABLE
    assert failure(gone(18, 408), rang=True, s=32) is Failure.NO_ANSWER


def test_what_we_canceled_was_canceled_whatever_else_is_said() -> None:
    assert failure(gone(19, 487), canceled=True) is Failure.CANCELED
    assert failure(None, canceled=True) is Failure.CANCELED


def test_nobody_is_where_the_switch_makes_no_channel() -> None:
    assert failure(None) is Failure.UNREACHABLE
    assert detail_of(None) == "no channel"


def test_the_detail_has_the_codes() -> None:
    assert detail_of(Gone("x", 17, "User busy", 486)) == "SIP 486, cause 17 User busy"
    assert detail_of(Gone("x", 17, "User busy", 0)) == "cause 17 User busy"


@pytest.mark.parametrize(
    ("cause", "by_us", "by_far_end", "expected"),
    [
        (16, True, False, (EndCause.NORMAL, EndedBy.US)),
        (0, False, True, (EndCause.NORMAL, EndedBy.FAR_END)),
        (44, False, False, (EndCause.NETWORK, EndedBy.SWITCH)),
        (99, False, False, (EndCause.UNKNOWN, EndedBy.SWITCH)),
        (16, True, True, (EndCause.NORMAL, EndedBy.US)),
    ],
)
def test_who_ended_a_leg_and_why(
    cause: int, by_us: bool, by_far_end: bool, expected: tuple[EndCause, EndedBy]
) -> None:
    assert end_of(gone(cause), by_us=by_us, by_far_end=by_far_end) == expected
