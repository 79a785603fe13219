"""The contract of a switch, first part: legs are placed, arrive, are answered, fail and end."""

from uuid import uuid4

import pytest

from domain.telephony.events import (
    EndCause,
    EndedBy,
    Failure,
    LegAnalysed,
    LegAnswered,
    LegArrived,
    LegEarlyMedia,
    LegEnded,
    LegFailed,
    LegRinging,
    Snapshot,
    Verdict,
)
from domain.telephony.port import (
    Analysis,
    Answer,
    Collect,
    HangUp,
    Hold,
    Join,
    Leave,
    Play,
    Role,
    SendDigits,
    SetRole,
    StartRecording,
    TakeSnapshot,
    Tone,
)
from tests.telephony.stage import ACCOUNT, OTHER_ACCOUNT, Stage


class LegsContract:
    async def test_a_placed_leg_rings_and_is_answered(self, stage: Stage) -> None:
        leg = await stage.customer()

        told = [name for name in stage.told(leg) if name != "LegEarlyMedia"]
        assert told == ["LegRinging", "LegAnswered"]
        ringing, answered = stage.seen(LegRinging)[0], stage.seen(LegAnswered)[0]
        assert (ringing.account, answered.account) == (ACCOUNT, ACCOUNT)
        assert ringing.at <= answered.at <= stage.now()

    @pytest.mark.parametrize(
        ("far_end", "failure"),
        [
            ("busy", Failure.BUSY),
            ("invalid", Failure.INVALID),
            ("congestion", Failure.CONGESTION),
            ("rejects", Failure.REJECTED),
            ("unreachable", Failure.UNREACHABLE),
        ],
    )
    async def test_a_leg_that_is_never_answered_says_why_and_nothing_more(
        self, stage: Stage, far_end: str, failure: Failure
    ) -> None:
        number = getattr(stage.script, far_end)
        if number is None:
            return
        command = stage.place(number)
        await stage.do(command)

        failed = await stage.see(LegFailed, leg=command.leg)
        await stage.quiet()

        assert failed.failure == failure
        assert number not in failed.detail
        assert stage.told(command.leg)[-1] == "LegFailed"
        assert not stage.seen(LegAnswered)
        assert not stage.seen(LegEnded)
        assert await stage.leg_ids() == set()

    async def test_a_leg_that_rings_to_its_limit_was_not_answered(self, stage: Stage) -> None:
        command = stage.place(stage.script.rings, ring_limit_s=2.0)
        await stage.do(command)

        failed = await stage.see(LegFailed, leg=command.leg)

        assert failed.failure == Failure.NO_ANSWER
        assert stage.seen(LegRinging, leg=command.leg)

    async def test_early_media_is_told_before_the_answer(self, stage: Stage) -> None:
        if stage.script.early_media is None:
            return
        leg = await stage.reach(stage.place(stage.script.early_media))

        told = stage.told(leg)
        assert told.index("LegEarlyMedia") < told.index("LegAnswered")
        assert stage.seen(LegEarlyMedia, leg=leg, account=ACCOUNT)

    async def test_a_ringing_leg_that_we_hang_up_was_canceled(self, stage: Stage) -> None:
        command = stage.place(stage.script.rings, ring_limit_s=30.0)
        await stage.do(command)
        await stage.see(LegRinging, leg=command.leg)

        await stage.do(HangUp(leg=command.leg), HangUp(leg=command.leg))
        failed = await stage.see(LegFailed, leg=command.leg)
        await stage.quiet()

        assert failed.failure == Failure.CANCELED
        assert len(stage.seen(LegFailed)) == 1
        assert not stage.seen(LegEnded)

    async def test_a_leg_that_we_hang_up_was_ended_by_us_once(self, stage: Stage) -> None:
        leg = await stage.customer()

        await stage.do(HangUp(leg=leg), HangUp(leg=leg))
        ended = await stage.see(LegEnded, leg=leg)
        await stage.do(HangUp(leg=leg))
        await stage.quiet()

        assert (ended.by, ended.cause) == (EndedBy.US, EndCause.NORMAL)
        assert len(stage.seen(LegEnded)) == 1
        assert stage.told(leg)[-1] == "LegEnded"
        assert await stage.leg_ids() == set()

    async def test_a_customer_who_hangs_up_ended_the_leg_himself(self, stage: Stage) -> None:
        room = uuid4()
        await stage.agent(join=room)
        leg = await stage.reach(stage.place(stage.script.hangs_up, join=room))

        ended = await stage.see(LegEnded, leg=leg)

        assert (ended.by, ended.cause) == (EndedBy.FAR_END, EndCause.NORMAL)
        assert stage.told(leg)[-1] == "LegEnded"

    async def test_a_used_leg_id_dials_nothing(self, stage: Stage) -> None:
        command = stage.place(stage.script.answers)
        leg = await stage.reach(command)

        await stage.do(command)
        await stage.quiet()
        assert await stage.leg_ids() == {leg}

        await stage.do(HangUp(leg=leg))
        await stage.see(LegEnded, leg=leg)
        await stage.do(command)
        await stage.quiet()

        assert len(stage.seen(LegRinging)) == 1
        assert not stage.seen(LegFailed)
        assert await stage.leg_ids() == set()

    async def test_a_command_that_came_too_late_dials_nothing(self, stage: Stage) -> None:
        command = stage.place(stage.script.answers, not_after_s=-1.0)

        await stage.do(command)
        failed = await stage.see(LegFailed, leg=command.leg)
        await stage.quiet()

        assert failed.failure == Failure.STALE
        assert stage.told(command.leg) == ["LegFailed"]
        assert await stage.leg_ids() == set()

    async def test_commands_about_a_leg_that_is_gone_are_dropped(self, stage: Stage) -> None:
        leg = await stage.customer()
        await stage.do(HangUp(leg=leg))
        await stage.see(LegEnded, leg=leg)
        before = list(stage.events)

        await stage.do(
            HangUp(leg=leg),
            Answer(leg=leg),
            Play(playback=uuid4(), media=(Tone(),), leg=leg),
            Collect(leg=leg),
            Join(leg=leg, room=uuid4()),
            Leave(leg=leg),
            SetRole(leg=leg, role=Role.MUTED),
            Hold(leg=leg),
            StartRecording(recording=uuid4(), leg=leg),
            SendDigits(leg=leg, digits="1"),
        )
        await stage.quiet()

        assert stage.events == before
        assert (await stage.snapshot()).rooms == ()

    async def test_a_leg_that_never_was_can_be_hung_up_in_silence(self, stage: Stage) -> None:
        await stage.do(HangUp(leg=uuid4()))
        await stage.quiet()

        assert stage.events == []

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
        ringing = stage.place(stage.script.rings, ring_limit_s=30.0)
        foreign = stage.place(stage.script.rings, ring_limit_s=30.0, account=OTHER_ACCOUNT)
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
