"""How calls end on a real PBX, told apart as the port demands. SIPp refuses with each status."""

from uuid import uuid4

import pytest

from domain.telephony.events import (
    Failure,
    LegAnalysed,
    LegAnswered,
    LegEarlyMedia,
    LegEnded,
    LegFailed,
    LegRinging,
    Verdict,
)
from domain.telephony.port import Analysis, CallerId, HangUp, PlaceLeg, ToNumber
from tests.pbx.bed import sound
from tests.pbx.bed.phone import Manner
from tests.pbx.ears import eventually
from tests.pbx.stage import PbxStage
from tests.telephony.stage import ACCOUNT

BY_STATUS = {
    403: Failure.REJECTED,
    404: Failure.INVALID,
    408: Failure.NO_ANSWER,
    410: Failure.INVALID,
    480: Failure.NO_ANSWER,
    484: Failure.INVALID,
    486: Failure.BUSY,
    488: Failure.FAILED,
    500: Failure.CONGESTION,
    502: Failure.CONGESTION,
    503: Failure.CONGESTION,
    504: Failure.CONGESTION,
    600: Failure.BUSY,
    603: Failure.REJECTED,
    604: Failure.INVALID,
    607: Failure.REJECTED,
}


def dial(
    stage: PbxStage,
    number: str,
    *,
    trunk: str = "carrier",
    ring_limit_s: float = 10.0,
    analysis: Analysis | None = None,
    caller_id: CallerId | None = None,
) -> PlaceLeg:
    """A command that dials through SIPp, or another trunk."""
    return PlaceLeg(
        leg=uuid4(),
        account=ACCOUNT,
        to=ToNumber(number=number, trunk=trunk),
        not_after=stage.now() + 10,
        ring_limit_s=ring_limit_s,
        analysis=analysis,
        caller_id=caller_id or CallerId(),
    )


@pytest.mark.feature("CAM-11")
@pytest.mark.parametrize(("status", "failure"), BY_STATUS.items())
async def test_each_refusal_of_the_far_end_has_its_own_outcome(
    stage: PbxStage, status: int, failure: Failure
) -> None:
    command = dial(stage, f"+9{status}0000")

    await stage.do(command)
    failed = await stage.see(LegFailed, leg=command.leg)

    if stage.bed.version >= 22:
        assert failed.failure is failure
        assert str(status) in failed.detail
    else:  # no status is told, and the cause of 607 says no more than "interworking"
        assert failed.failure is (Failure.FAILED if status == 607 else failure)
    assert stage.told(command.leg) == ["LegFailed"]


async def test_early_media_is_told_instead_of_ringing(stage: PbxStage) -> None:
    command = dial(stage, "+4100000")
    await stage.do(command)

    await stage.see(LegAnswered, leg=command.leg)

    assert stage.told(command.leg) == ["LegEarlyMedia", "LegAnswered"]
    assert stage.seen(LegEarlyMedia)


async def test_a_carrier_that_is_not_there_is_told_from_a_customer_who_does_not_answer(
    stage: PbxStage,
) -> None:
    dead = dial(stage, "+1000000", trunk="dead", ring_limit_s=2.0)
    mute = dial(stage, "+8000000", ring_limit_s=2.0)
    rings = dial(stage, "+3000000", ring_limit_s=2.0)

    await stage.do(dead, mute, rings)
    failed = {event.leg: event.failure for event in await stage.see_all(3, LegFailed)}

    assert failed == {
        dead.leg: Failure.UNREACHABLE,
        mute.leg: Failure.UNREACHABLE,
        rings.leg: Failure.NO_ANSWER,
    }


async def test_a_carrier_that_the_switch_found_gone_is_unreachable_at_once(
    stage: PbxStage,
) -> None:
    await eventually(lambda: "Unavail" in stage.bed.cli("pjsip show aor gone"), seconds=20)
    command = dial(stage, "+1000000", trunk="gone", ring_limit_s=30.0)
    began = stage.now()

    await stage.do(command)

    assert (await stage.see(LegFailed, leg=command.leg)).failure is Failure.UNREACHABLE
    assert stage.now() - began < 5
    assert stage.asterisk.legs == 0


@pytest.mark.parametrize(
    ("trunk", "failure"),
    [
        ("no-such-trunk", Failure.UNREACHABLE),
        ("bad/name", Failure.FAILED),
        ("", Failure.FAILED),
    ],
)
async def test_a_trunk_that_does_not_exist_fails_the_leg(
    stage: PbxStage, trunk: str, failure: Failure
) -> None:
    command = dial(stage, "+1000000", trunk=trunk)

    await stage.do(command)

    assert (await stage.see(LegFailed, leg=command.leg)).failure is failure
    assert stage.asterisk.legs == 0


async def test_a_hang_up_before_the_channel_exists_still_ends_the_call(stage: PbxStage) -> None:
    command = dial(stage, "+3000000", ring_limit_s=30.0)

    await stage.do(command, HangUp(leg=command.leg))
    failed = await stage.see(LegFailed, leg=command.leg)
    await stage.quiet(0.5)

    assert failed.failure is Failure.CANCELED
    assert stage.bed.cli("core show channels count").startswith("0 active channels")


async def test_a_number_that_is_none_dials_nothing(stage: PbxStage) -> None:
    command = dial(stage, "+1000000@elsewhere")

    await stage.do(command)
    failed = await stage.see(LegFailed, leg=command.leg)

    assert failed.failure is Failure.INVALID
    assert "elsewhere" not in failed.detail
    assert stage.told(command.leg) == ["LegFailed"]


@pytest.mark.feature("CAM-11")
@pytest.mark.parametrize(
    ("number", "verdict"), [("+1100000", Verdict.LIVE), ("+6100000", Verdict.MACHINE)]
)
async def test_analysis_tells_a_human_from_a_machine(
    stage: PbxStage, number: str, verdict: Verdict
) -> None:
    command = dial(stage, number, analysis=Analysis())
    await stage.do(command)

    assert (await stage.see(LegAnalysed, leg=command.leg)).verdict is verdict


@pytest.mark.feature("CAM-11")
async def test_the_parameters_of_the_analysis_are_those_of_the_call(stage: PbxStage) -> None:
    # SIPp's human says half a second: nobody would call that a machine, but these parameters do.
    command = dial(stage, "+1000000", analysis=Analysis(greeting_s=0.2))
    await stage.do(command)

    assert (await stage.see(LegAnalysed, leg=command.leg)).verdict is Verdict.MACHINE


async def test_a_silent_answer_leaves_the_analysis_unsure_or_a_machine_never_live(
    stage: PbxStage,
) -> None:
    stage.phones.manners["12025550077"] = Manner(says=sound.silence(0.1))
    analysis = Analysis(total_s=1.0, initial_silence_s=3.0)
    command = dial(stage, "+12025550077", trunk="wire", analysis=analysis)
    await stage.do(command)

    assert (await stage.see(LegAnalysed, leg=command.leg)).verdict is Verdict.UNSURE


@pytest.mark.feature("CAM-09")
async def test_the_called_party_sees_the_callers_name_and_number(stage: PbxStage) -> None:
    shown = CallerId(number="+12025550100", name='Ana "die" Ö <b>; 😀')
    command = dial(stage, "+12025550010", trunk="wire", caller_id=shown)
    await stage.do(command)
    await stage.see(LegRinging, leg=command.leg)

    sender = stage.phones.calls_of("12025550010")[0].headers["from"]

    assert sender.startswith('"Ana die Ö b 😀" <sip:+12025550100@')


@pytest.mark.feature("CAM-09")
async def test_a_withheld_number_is_not_on_the_wire(stage: PbxStage) -> None:
    command = dial(stage, "+12025550010", trunk="wire", caller_id=CallerId())
    await stage.do(command)
    await stage.see(LegRinging, leg=command.leg)

    sender = stage.phones.calls_of("12025550010")[0].headers["from"]

    assert "anonymous" in sender.lower()
    assert "2025550" not in sender


HOSTILE = [
    "line\r\nAction: Originate\r\nChannel: Local/1@x",
    "line\nbreak",
    'quote " and <brackets>',
    "😀" * 50,
    "x" * 10_000,
    "nul\x00 and bell\x07",
    "comma, semicolon; ${SHELL(id)}",
]


@pytest.mark.parametrize("name", HOSTILE, ids=range(len(HOSTILE)))
async def test_a_hostile_name_reaches_no_header(stage: PbxStage, name: str) -> None:
    shown = CallerId(number="+12025550100", name=name)
    command = dial(stage, "+12025550010", trunk="wire", caller_id=shown)

    await stage.do(command)
    await stage.see(LegAnswered, leg=command.leg)
    await stage.do(HangUp(leg=command.leg))
    await stage.see(LegEnded, leg=command.leg)

    assert stage.asterisk.up
    assert {type(event).__name__ for event in stage.events} == {
        "LegRinging",
        "LegAnswered",
        "LegEnded",
    }
    sender = stage.phones.calls_of("12025550010")[0].headers["from"]
    assert "<sip:+12025550100@" in sender
