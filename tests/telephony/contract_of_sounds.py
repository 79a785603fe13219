"""The contract of a switch, third part: sounds, digits and recordings."""

import wave
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from domain.telephony.events import (
    Digit,
    DigitsCollected,
    LegAnswered,
    LegEarlyMedia,
    LegEnded,
    PlaybackFinished,
    RecordingFinished,
    RoomJoined,
)
from domain.telephony.port import (
    Collect,
    EarlyMediaOf,
    EndRoom,
    File,
    HangUp,
    Media,
    PauseRecording,
    Play,
    Say,
    SayDigits,
    StartRecording,
    StopPlaying,
    StopRecording,
    Tone,
)
from tests.telephony.stage import ACCOUNT, Stage


class SoundsContract:
    @pytest.mark.parametrize("kind", ["file", "speech", "digits", "tone"])
    async def test_a_playback_finishes(self, stage: Stage, kind: str) -> None:
        media: dict[str, Media] = {
            "file": File(name=stage.script.sound),
            "speech": Say(text="Good morning."),
            "digits": SayDigits(digits="12"),
            "tone": Tone(name="beep"),
        }
        leg, playback = await stage.customer(), uuid4()
        command = Play(playback=playback, media=(media[kind],), leg=leg)

        await stage.do(command, command)
        finished = await stage.see(PlaybackFinished, playback=playback)
        await stage.do(command)
        await stage.quiet()

        assert (finished.account, finished.interrupted_by) == (ACCOUNT, None)
        assert len(stage.seen(PlaybackFinished)) == 1

    async def test_playbacks_of_one_leg_follow_each_other(self, stage: Stage) -> None:
        leg = await stage.customer()
        playbacks = [uuid4(), uuid4()]
        await stage.do(
            *(
                Play(playback=playback, media=(File(name=stage.script.sound),), leg=leg)
                for playback in playbacks
            )
        )

        finished = await stage.see_all(2, PlaybackFinished)

        assert [event.playback for event in finished] == playbacks

    async def test_a_playback_is_stopped_once(self, stage: Stage) -> None:
        leg, playback = await stage.customer(), uuid4()
        await stage.do(
            Play(playback=playback, media=(File(name=stage.script.long_sound),), leg=leg)
        )

        await stage.do(StopPlaying(playback=playback), StopPlaying(playback=playback))
        finished = await stage.see(PlaybackFinished, playback=playback)
        await stage.quiet()

        assert finished.interrupted_by is None
        assert len(stage.seen(PlaybackFinished)) == 1
        assert await stage.leg_ids() == {leg}

    async def test_a_digit_ends_an_interruptible_playback(self, stage: Stage) -> None:
        leg, playback = await stage.customer(), uuid4()
        sound = File(name=stage.script.long_sound)
        await stage.do(Play(playback=playback, media=(sound,), leg=leg, interruptible=True))

        await stage.press(leg, "5")
        finished = await stage.see(PlaybackFinished, playback=playback)

        assert finished.interrupted_by == "5"
        assert (await stage.see(Digit, leg=leg)).digit == "5"

    async def test_a_digit_does_not_end_another_playback(self, stage: Stage) -> None:
        leg, playback = await stage.customer(), uuid4()
        await stage.do(
            Play(playback=playback, media=(File(name=stage.script.long_sound),), leg=leg)
        )

        await stage.press(leg, "5")
        await stage.see(Digit, leg=leg, digit="5", account=ACCOUNT)
        await stage.quiet(0.5)

        assert not stage.seen(PlaybackFinished)

    async def test_early_media_is_played_to_a_room_until_the_answer(self, stage: Stage) -> None:
        if stage.script.early_media is None:
            return
        room, playback = uuid4(), uuid4()
        agent = await stage.agent(join=room)
        await stage.see(RoomJoined, leg=agent)
        customer = stage.place(stage.script.early_media)
        play = Play(playback=playback, room=room, media=(EarlyMediaOf(leg=customer.leg),))
        await stage.do(customer)
        await stage.see(LegEarlyMedia, leg=customer.leg)

        await stage.do(play, play)
        await stage.see(LegAnswered, leg=customer.leg)
        await stage.see(PlaybackFinished, playback=playback)
        await stage.quiet()

        assert len(stage.seen(PlaybackFinished)) == 1
        assert await stage.leg_ids() == {agent, customer.leg}

    async def test_there_is_no_early_media_of_a_leg_that_is_up(self, stage: Stage) -> None:
        room, playback = uuid4(), uuid4()
        agent = await stage.agent(join=room)
        await stage.see(RoomJoined, leg=agent)
        customer = await stage.customer()

        await stage.do(Play(playback=playback, room=room, media=(EarlyMediaOf(leg=customer),)))

        await stage.see(PlaybackFinished, playback=playback)

    async def test_a_room_hears_a_playback(self, stage: Stage) -> None:
        room, playback = uuid4(), uuid4()
        await stage.agent(join=room)
        await stage.customer(join=room)
        await stage.see_all(2, RoomJoined, room=room)

        await stage.do(Play(playback=playback, media=(File(name=stage.script.sound),), room=room))

        assert (await stage.see(PlaybackFinished, playback=playback)).account == ACCOUNT

    async def test_a_playback_ends_with_its_leg(self, stage: Stage) -> None:
        leg, playback = await stage.customer(), uuid4()
        await stage.do(
            Play(playback=playback, media=(File(name=stage.script.long_sound),), leg=leg)
        )

        await stage.do(HangUp(leg=leg))
        await stage.see(LegEnded, leg=leg)
        await stage.see(PlaybackFinished, playback=playback)
        await stage.quiet()

        assert len(stage.seen(PlaybackFinished)) == 1

    async def test_a_playback_to_a_room_that_is_not_there_is_dropped(self, stage: Stage) -> None:
        await stage.do(Play(playback=uuid4(), media=(Tone(),), room=uuid4()))
        await stage.quiet()

        assert stage.events == []

    async def test_collected_digits_come_when_there_are_enough(self, stage: Stage) -> None:
        leg = await stage.customer()
        await stage.do(Collect(leg=leg, maximum=3, first_digit_s=60.0, between_digits_s=60.0))

        await stage.press(leg, "123")
        collected = await stage.see(DigitsCollected, leg=leg)

        assert (collected.account, collected.digits) == (ACCOUNT, "123")

    async def test_a_terminator_ends_the_collection_and_is_left_out(self, stage: Stage) -> None:
        leg = await stage.customer()
        await stage.do(Collect(leg=leg, maximum=9, first_digit_s=60.0, between_digits_s=60.0))

        await stage.press(leg, "12#")

        assert (await stage.see(DigitsCollected, leg=leg)).digits == "12"

    async def test_a_pause_after_some_digits_ends_the_collection(self, stage: Stage) -> None:
        leg = await stage.customer()
        await stage.do(Collect(leg=leg, maximum=9, first_digit_s=60.0, between_digits_s=1.0))

        await stage.press(leg, "7")

        assert (await stage.see(DigitsCollected, leg=leg)).digits == "7"

    async def test_nothing_pressed_is_an_empty_collection(self, stage: Stage) -> None:
        leg = await stage.customer()

        await stage.do(Collect(leg=leg, maximum=1, first_digit_s=1.0))

        assert (await stage.see(DigitsCollected, leg=leg)).digits == ""

    async def test_a_digit_that_interrupts_the_question_is_collected(self, stage: Stage) -> None:
        leg, playback = await stage.customer(), uuid4()
        question = File(name=stage.script.long_sound)
        await stage.do(
            Play(playback=playback, media=(question,), leg=leg, interruptible=True),
            Collect(leg=leg, maximum=1, first_digit_s=60.0),
        )

        await stage.press(leg, "2")

        assert (await stage.see(DigitsCollected, leg=leg)).digits == "2"
        assert (await stage.see(PlaybackFinished, playback=playback)).interrupted_by == "2"

    async def test_a_stopped_recording_of_a_leg_is_complete(self, stage: Stage) -> None:
        leg, recording = await stage.customer(), uuid4()
        start = StartRecording(recording=recording, leg=leg)

        await stage.do(start, start)
        await stage.quiet(2.0)
        await stage.do(StopRecording(recording=recording), StopRecording(recording=recording))
        finished = await self.recorded(stage, recording)
        await stage.quiet()

        assert finished.seconds > 0
        assert len(stage.seen(RecordingFinished)) == 1
        assert await stage.leg_ids() == {leg}

    async def test_a_recording_of_a_room_is_complete_when_the_room_ends(self, stage: Stage) -> None:
        room, recording = uuid4(), uuid4()
        await stage.agent(join=room)
        await stage.customer(join=room)
        await stage.see_all(2, RoomJoined, room=room)

        await stage.do(StartRecording(recording=recording, room=room))
        await stage.quiet(2.0)
        await stage.do(EndRoom(room=room))

        assert (await self.recorded(stage, recording)).seconds > 0

    async def test_a_recording_ends_with_its_leg(self, stage: Stage) -> None:
        leg, recording = await stage.customer(), uuid4()
        await stage.do(StartRecording(recording=recording, leg=leg))
        await stage.quiet(2.0)

        await stage.do(HangUp(leg=leg))

        assert (await self.recorded(stage, recording)).seconds > 0

    async def test_a_paused_recording_keeps_its_length(self, stage: Stage) -> None:
        leg, recording = await stage.customer(), uuid4()
        pause, resume = (
            PauseRecording(recording=recording),
            PauseRecording(recording=recording, paused=False),
        )
        await stage.do(StartRecording(recording=recording, leg=leg))
        await stage.quiet(1.0)
        await stage.do(pause, pause)
        await stage.quiet(1.0)
        await stage.do(resume)
        await stage.quiet(1.0)
        await stage.do(StopRecording(recording=recording))

        # Pausing cuts nothing out, so three quiet seconds give more than two.
        assert (await self.recorded(stage, recording)).seconds > 2

    async def recorded(self, stage: Stage, recording: UUID) -> RecordingFinished:
        """The end of a recording, checked against its file."""
        finished = await stage.see(RecordingFinished, recording=recording)
        assert finished.account == ACCOUNT
        if stage.script.writes_files:
            size, seconds = written(finished.path)
            assert size == finished.size
            assert abs(seconds - finished.seconds) <= 0.5
        return finished


def written(path: str) -> tuple[int, float]:
    """Size in bytes and length in seconds of a WAV file."""
    with wave.open(path) as file:
        return Path(path).stat().st_size, file.getnframes() / file.getframerate()
