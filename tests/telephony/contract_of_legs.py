"""The contract of a switch, first part: legs are placed, answered, fail and end."""

from uuid import uuid4

import pytest

from domain.telephony.events import (
    EndCause,
    EndedBy,
    Failure,
    LegAnswered,
    LegEarlyMedia,
    LegEnded,
    LegFailed,
    LegRinging,
)
from domain.telephony.port import (
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
    Tone,
)
from tests.telephony.stage import ACCOUNT, Stage


class PlacedLegsContract:
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
        command = stage.place(stage.script.rings, ring_limit_s=300.0)
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
