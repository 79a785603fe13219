"""The contract of a switch: who answered, who called us, and what a snapshot shows."""

from uuid import uuid4

import pytest

from domain.telephony.events import (
    DigitsCollected,
    EndCause,
    EndedBy,
    Failure,
    LegAnalysed,
    LegAnswered,
    LegArrived,
    LegEnded,
    LegFailed,
    LegRinging,
    PlaybackFinished,
    Snapshot,
    Verdict,
)
from domain.telephony.port import (
    Analysis,
    Answer,
    Collect,
    File,
    HangUp,
    Play,
    SendDigits,
    TakeSnapshot,
)
from tests.telephony.stage import ACCOUNT, OTHER_ACCOUNT, Stage


class AnsweredLegsContract:
    @pytest.mark.parametrize(
        ("far_end", "verdict"),
        [("answers", Verdict.LIVE), ("machine", Verdict.MACHINE), ("fax", Verdict.FAX)],
    )
    async def test_analysis_hears_who_answered(
        self, stage: Stage, far_end: str, verdict: Verdict
    ) -> None:
        number = getattr(stage.script, far_end)
        if number is None:
            return
        leg = await stage.reach(stage.place(number, analysis=Analysis()))

        heard = await stage.see(LegAnalysed, leg=leg)

        assert heard.verdict == verdict
        assert 0 < heard.confidence <= 1
        assert stage.told(leg).index("LegAnswered") < stage.told(leg).index("LegAnalysed")

    async def test_the_beep_of_a_machine_is_told_when_it_was_heard(self, stage: Stage) -> None:
        if not stage.script.hears_beep:
            return
        leg = await stage.reach(stage.place(stage.script.machine, analysis=Analysis()))

        await stage.let_pass(
            lambda: any(heard.beep_at for heard in stage.seen(LegAnalysed, leg=leg)),
            stage.limit_s,
        )

        heard = stage.seen(LegAnalysed, leg=leg)[-1]
        answered = stage.seen(LegAnswered, leg=leg)[0]
        assert heard.verdict == Verdict.MACHINE
        assert heard.beep_at is not None
        assert heard.beep_at > answered.at

    async def test_without_analysis_no_verdict_is_told(self, stage: Stage) -> None:
        await stage.customer()
        await stage.quiet()

        assert not stage.seen(LegAnalysed)

    async def test_what_is_asked_together_with_the_answer_is_done(self, stage: Stage) -> None:
        await stage.arrive()
        leg, playback = (await stage.see(LegArrived)).leg, uuid4()

        await stage.do(
            Answer(leg=leg),
            Play(playback=playback, media=(File(name=stage.script.sound),), leg=leg),
            Collect(leg=leg, maximum=2, first_digit_s=60.0, between_digits_s=60.0),
        )
        await stage.see(PlaybackFinished, playback=playback)
        await stage.press(leg, "42")

        assert (await stage.see(DigitsCollected, leg=leg)).digits == "42"
        assert stage.told(leg)[:2] == ["LegArrived", "LegAnswered"]

    async def test_an_agents_phone_is_a_leg_like_any_other(self, stage: Stage) -> None:
        leg = await stage.agent()

        assert stage.told(leg)[-1] == "LegAnswered"
        await stage.do(HangUp(leg=leg))
        assert (await stage.see(LegEnded, leg=leg)).by == EndedBy.US

    @pytest.mark.parametrize(
        ("far_end", "failure"),
        [("agent_busy", Failure.BUSY), ("agent_dead", Failure.UNREACHABLE)],
    )
    async def test_an_agents_phone_that_cannot_be_reached_says_why(
        self, stage: Stage, far_end: str, failure: Failure
    ) -> None:
        name = getattr(stage.script, far_end)
        if name is None:
            return
        command = stage.place(name, endpoint=True)
        await stage.do(command)

        assert (await stage.see(LegFailed, leg=command.leg)).failure == failure

    async def test_a_leg_that_arrives_waits_for_our_answer(self, stage: Stage) -> None:
        await stage.arrive()
        arrived = await stage.see(LegArrived)
        assert (arrived.account, arrived.number) == (ACCOUNT, stage.script.our_number)
        states = {leg.leg: leg.state for leg in (await stage.snapshot()).legs}
        assert states == {arrived.leg: "arrived"}

        await stage.do(Answer(leg=arrived.leg), Answer(leg=arrived.leg))
        await stage.see(LegAnswered, leg=arrived.leg)
        await stage.do(HangUp(leg=arrived.leg))
        ended = await stage.see(LegEnded, leg=arrived.leg)

        assert ended.by == EndedBy.US
        assert stage.told(arrived.leg) == ["LegArrived", "LegAnswered", "LegEnded"]

    async def test_a_caller_who_gives_up_before_our_answer_ended_the_leg(
        self, stage: Stage
    ) -> None:
        await stage.arrive()
        arrived = await stage.see(LegArrived)

        await stage.far_end_hangs_up(arrived.leg)
        ended = await stage.see(LegEnded, leg=arrived.leg)

        assert ended.by == EndedBy.FAR_END
        assert stage.told(arrived.leg) == ["LegArrived", "LegEnded"]

    async def test_a_caller_whom_we_refuse_was_ended_by_us(self, stage: Stage) -> None:
        await stage.arrive()
        arrived = await stage.see(LegArrived)

        await stage.do(HangUp(leg=arrived.leg, cause=EndCause.BUSY))

        assert (await stage.see(LegEnded, leg=arrived.leg)).by == EndedBy.US
        assert not stage.seen(LegAnswered)

    async def test_digits_sent_leave_the_leg_up(self, stage: Stage) -> None:
        leg = await stage.customer()

        await stage.do(SendDigits(leg=leg, digits="12#"))
        await stage.quiet()

        assert await stage.leg_ids() == {leg}

    async def test_a_snapshot_tells_the_state_of_every_leg_of_the_account(
        self, stage: Stage
    ) -> None:
        up = await stage.customer()
        ringing = stage.place(stage.script.rings, ring_limit_s=300.0)
        foreign = stage.place(stage.script.rings, ring_limit_s=300.0, account=OTHER_ACCOUNT)
        await stage.do(ringing, foreign)
        await stage.see(LegRinging, leg=ringing.leg)
        await stage.see(LegRinging, leg=foreign.leg, account=OTHER_ACCOUNT)

        request = uuid4()
        await stage.do(TakeSnapshot(account=ACCOUNT, request=request))
        told = await stage.see(Snapshot, request=request, account=ACCOUNT)
        asked = await stage.snapshot()

        for snapshot in (told, asked):
            states = {leg.leg: leg.state for leg in snapshot.legs}
            assert states == {up: "up", ringing.leg: "ringing"}
            assert all(leg.since <= snapshot.at for leg in snapshot.legs)
            assert snapshot.node
        assert await stage.leg_ids(OTHER_ACCOUNT) == {foreign.leg}
