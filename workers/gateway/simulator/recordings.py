"""Recordings of the simulated switch: a hum while recording, silence while paused."""

import math
import struct
import wave
from pathlib import Path
from uuid import UUID

from domain.telephony.events import RecordingFinished
from domain.telephony.port import PauseRecording, StartRecording
from workers.gateway.simulator.exchange import Exchange, Leg, Room

RATE = 8000  # samples a second, 16 bit, one channel: what the telephone network carries
HUM_HZ = 400
LOUDNESS = 6000  # of 32767
_HUM = struct.pack(
    f"<{RATE}h",
    *(round(LOUDNESS * math.sin(2 * math.pi * HUM_HZ * n / RATE)) for n in range(RATE)),
)
_SILENCE = bytes(len(_HUM))


class Recording:
    """One recording that runs."""

    __slots__ = ("account", "id", "parts", "paused", "since", "target")

    def __init__(self, id: UUID, target: Leg | Room, now: float) -> None:
        self.id = id
        self.account = target.account
        self.target = target
        self.paused = False
        self.since = now
        self.parts: list[tuple[float, bool]] = []  # seconds, paused

    def turn(self, now: float, paused: bool) -> None:
        """Close the part that ran until now and open the next."""
        self.parts.append((now - self.since, self.paused))
        self.since, self.paused = now, paused


class Recordings:
    """Records legs and rooms. Files are written only if there is a folder for them."""

    def __init__(self, exchange: Exchange, folder: Path | None) -> None:
        self._exchange = exchange
        self._folder = folder
        self._running: dict[UUID, Recording] = {}

    def start(self, command: StartRecording) -> None:
        """Record a leg that is up, or a room."""
        target: Leg | Room | None = self._exchange.up(command.leg)
        if target is None and command.room is not None:
            target = self._exchange.rooms.get(command.room)
        if target is not None and self._exchange.spent.take(command.recording):
            self.begin(command.recording, target)

    def begin(self, id: UUID, target: Leg | Room) -> None:
        """Record under this id if nothing is; an analysis has that of its leg, a room its own."""
        if id not in self._running:
            self._running[id] = Recording(id, target, self._exchange.timeline.now)

    def pause(self, command: PauseRecording) -> None:
        """Write silence from now on, or sound again."""
        recording = self._running.get(command.recording)
        if recording is not None and recording.paused != command.paused:
            recording.turn(self._exchange.timeline.now, command.paused)

    def stop(self, id: UUID) -> None:
        """Finish a recording."""
        recording = self._running.pop(id, None)
        if recording is None:
            return
        recording.turn(self._exchange.timeline.now, False)
        path, size = self._write(recording) if self._folder is not None else ("", 0)
        self._exchange.emit(
            RecordingFinished(
                account=recording.account,
                at=self._exchange.timeline.unix(),
                recording=recording.id,
                path=path,
                size=size,
                seconds=round(sum(seconds for seconds, _ in recording.parts), 3),
            )
        )

    def stop_of(self, target: Leg | Room) -> None:
        """Finish the recordings of a leg or room that goes away."""
        if self._running:
            for recording in tuple(self._running.values()):
                if recording.target is target:
                    self.stop(recording.id)

    def _write(self, recording: Recording) -> tuple[str, int]:
        assert self._folder is not None
        path = self._folder / str(recording.account) / f"{recording.id}.wav"
        path.parent.mkdir(parents=True, exist_ok=True)
        with wave.open(str(path), "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(RATE)
            for seconds, paused in recording.parts:
                sound = _SILENCE if paused else _HUM
                whole, rest = divmod(round(seconds * RATE), RATE)
                for _ in range(whole):
                    file.writeframesraw(sound)
                file.writeframesraw(sound[: rest * 2])
        return str(path), path.stat().st_size
