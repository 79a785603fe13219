"""Recordings by MixMonitor (a leg) and ConfBridge (a room), and the files they leave."""

import io
import logging
import wave
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID

import msgspec

from domain.telephony.errors import SwitchUnavailable
from domain.telephony.events import RecordingFinished
from domain.telephony.port import PauseRecording, StartRecording
from workers.gateway.asterisk.exchange import Exchange, Leg, Room
from workers.gateway.asterisk.mapping import monitor_of
from workers.gateway.asterisk.session import AmiRefused

log = logging.getLogger(__name__)

POLL_S = 0.1
GIVE_UP_S = 10.0  # a file that is not complete by then belongs to a PBX that died
RECORDERS_COUNTED = 20_000  # 76 us each
HEADER = 44  # bytes before the samples of the WAV files that Asterisk writes


@dataclass(slots=True, eq=False)
class Recording:
    """One recording that runs."""

    id: UUID
    account: UUID
    path: Path
    leg: Leg | None = None
    room: Room | None = None
    number: int = 0  # of a room's recorder, as Asterisk counts them
    monitor: str = ""  # MixMonitor's own id; it alone is stopped, not others of the same leg


class Note(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a recording records, as it is kept beside the files while it runs."""

    account: UUID
    leg: UUID | None = None
    room: UUID | None = None
    monitor: str = ""
    number: int = 0


def complete(path: Path) -> bool:
    """Whether Asterisk has closed the WAV: it writes the length into the header last of all."""
    try:
        with path.open("rb") as file:
            header = file.read(HEADER)
        size = path.stat().st_size
    except OSError:
        return False
    return len(header) == HEADER and 0 < int.from_bytes(header[40:44], "little") <= size - HEADER


def seconds_of(path: Path) -> float:
    """The length of a WAV in seconds; 0 for a file that is none."""
    try:
        with wave.open(str(path)) as file:
            return float(file.getnframes() / file.getframerate())
    except (OSError, EOFError, wave.Error):
        return 0.0


def mend(path: Path) -> None:
    """Make a valid WAV of what an Asterisk left that died: the last seconds are lost, and with them
    the lengths in the header, or all of a file that was shorter. The sound stays where it is, so
    that a full disk loses none. Raises OSError.
    """
    if complete(path) or not path.exists():
        return
    header = io.BytesIO()
    with wave.open(header, "wb") as empty:
        empty.setnchannels(1)
        empty.setsampwidth(2)
        empty.setframerate(8000)
    size = max(0, path.stat().st_size - HEADER) // 2 * 2
    with path.open("r+b") as file:
        file.write(header.getvalue())
        file.truncate(HEADER + size)
        for at, length in ((4, HEADER - 8 + size), (40, size)):
            file.seek(at)
            file.write(length.to_bytes(4, "little"))


def folder_of(recordings: Path, account: UUID) -> Path:
    """The folder of an account's recordings, made if need be. Raises OSError."""
    folder = recordings / str(account)
    if not folder.is_dir():
        folder.mkdir(parents=True, exist_ok=True)
        # Asterisk often runs as a user of its own, with whom the gateway shares a group.
        folder.chmod(0o2770)
    return folder


@dataclass(slots=True, eq=False)
class Recordings:
    """Starts, pauses and finishes recordings. `RecordingFinished` comes when the file is whole."""

    exchange: Exchange
    _running: dict[UUID, Recording] = field(default_factory=dict)
    _read_notes: bool = False
    _rooms_recorded: int = 0

    async def start(self, command: StartRecording) -> None:
        """Record a leg that is up, or a room."""
        if leg := self.exchange.up(command.leg):
            await self.record_leg(command.recording, leg)
        elif command.room is not None and (room := self.exchange.rooms.get(command.room)):
            await self.record_room(command.recording, room)

    async def record_leg(self, id: UUID, leg: Leg) -> None:
        """Record both directions of a leg, from now until it is stopped or the leg ends."""
        recording = self._take(id, leg.account)
        if recording is None:
            return
        recording.leg = leg
        reply = await self.exchange.ask(
            {
                "Action": "MixMonitor",
                "Channel": leg.uniqueid,
                "File": self._path_there(recording),
                # Without this, silence is left out and the file is shorter than the call.
                "options": "S",
            }
        )
        if reply is None:
            self._running.pop(id, None)
        else:
            recording.monitor = monitor_of(reply.headers)
            self._note(recording)

    async def record_room(self, id: UUID, room: Room) -> None:
        """Record what everybody in a room says. ConfBridge makes one recording at a time."""
        recording = self._take(id, room.account)
        if recording is None:
            return
        recording.room = room
        reply = await self.exchange.ask(
            {
                "Action": "ConfbridgeStartRecord",
                "Conference": str(room.id),
                "RecordFile": self._path_there(recording),
            }
        )
        if reply is None:
            self._running.pop(id, None)
        else:
            recording.number = self._rooms_recorded
            self._rooms_recorded += 1
            self._note(recording)

    def _take(self, id: UUID, account: UUID) -> Recording | None:
        """A new recording under an id that records nothing else; None if it does already.

        Not taken from the spent ids: a leg's analysis and a room's own record use their ids.
        """
        if id in self._running:
            return None
        try:
            path = folder_of(self.exchange.settings.recordings, account) / f"{id}.wav"
            if path.exists():
                return None
        except OSError as exc:
            log.error("recording %s was not begun: its folder can't be used (%s)", id, exc.strerror)
            return None
        self._running[id] = Recording(id, account, path)
        return self._running[id]

    def _path_there(self, recording: Recording) -> str:
        settings = self.exchange.settings
        folder = settings.recordings_there or settings.recordings
        return str(folder / str(recording.account) / recording.path.name)

    async def pause(self, command: PauseRecording) -> None:
        """Write silence from now on, or sound again."""
        recording = self._running.get(command.recording)
        if recording is None:
            return
        channel = recording.leg.uniqueid if recording.leg else ""
        if recording.room is not None:
            channel = await self._recorder_of(recording)
        if channel:
            await self.exchange.ask(
                {
                    "Action": "MixMonitorMute",
                    "Channel": channel,
                    "Direction": "both",
                    "State": "1" if command.paused else "0",
                }
            )

    async def _recorder_of(self, recording: Recording) -> str:
        """The hidden channel that records a room. Empty if there is none.

        No event or list tells its name, but Asterisk numbers them from 0 at its start, and we know
        how many we had; after a restart of the gateway they are counted once.
        """
        assert recording.room is not None  # asked for rooms alone
        for number in (recording.number, *range(RECORDERS_COUNTED)):
            name = f"CBRec/{recording.room.id}-{number:08x}"
            probe = {"Action": "Getvar", "Channel": name, "Variable": "CHANNEL(name)"}
            try:
                await self.exchange.session.request(probe)
            except AmiRefused:
                continue
            except SwitchUnavailable:
                return ""
            self._rooms_recorded += number - recording.number
            recording.number = number
            return name
        return ""

    async def stop_id(self, id: UUID) -> None:
        """Finish a recording."""
        recording = self._running.get(id)
        if recording is None:
            return
        if recording.leg is not None:
            action = {"Action": "StopMixMonitor", "Channel": recording.leg.uniqueid}
            if recording.monitor:
                action["MixMonitorID"] = recording.monitor
            await self.exchange.ask(action)
        elif recording.room is not None:
            room = str(recording.room.id)
            await self.exchange.ask({"Action": "ConfbridgeStopRecord", "Conference": room})
        self._finish(recording)

    def _note_path(self, id: UUID) -> Path:
        return self.exchange.settings.recordings / "running" / f"{id}.json"

    def _note(self, recording: Recording) -> None:
        """Write down what runs, for the next gateway if this one dies."""
        note = Note(
            account=recording.account,
            leg=recording.leg.id if recording.leg else None,
            room=recording.room.id if recording.room else None,
            monitor=recording.monitor,
            number=recording.number,
        )
        path = self._note_path(recording.id)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(msgspec.json.encode(note))
        except OSError as exc:
            log.error(
                "recording %s has no note for a next gateway (%s)", recording.id, exc.strerror
            )

    def adopt(self) -> None:
        """Go on with the recordings of an earlier gateway; finish those that ended meanwhile.

        Done once, after the first login, when legs and rooms are known.
        """
        if self._read_notes:
            return
        self._read_notes = True
        for path in self._note_path(UUID(int=0)).parent.glob("*.json"):
            try:
                id, note = UUID(path.stem), msgspec.json.decode(path.read_bytes(), type=Note)
            except (ValueError, msgspec.MsgspecError):
                log.error("the note of a recording is unreadable: %s", path.name)
                continue
            wav = self.exchange.settings.recordings / str(note.account) / f"{id}.wav"
            recording = Recording(id, note.account, wav, number=note.number, monitor=note.monitor)
            recording.leg = self.exchange.up(note.leg)
            recording.room = self.exchange.rooms.get(note.room) if note.room else None
            self._running[id] = recording
            if recording.leg is None and recording.room is None:
                self._finish(recording)
            elif recording.leg is not None and id == recording.leg.id and recording.leg.is_analysed:
                self.exchange.spawn(self.stop_id(id))  # the verdict came while nobody listened

    def leg_gone(self, leg: Leg) -> None:
        """A leg ended, and its recordings with it."""
        for recording in list(self._running.values()):
            if recording.leg is leg:
                self._finish(recording)

    def room_gone(self, room: Room) -> None:
        """A room ended, and its recordings with it."""
        for recording in list(self._running.values()):
            if recording.room is room:
                self._finish(recording)

    def _finish(self, recording: Recording) -> None:
        if self._running.pop(recording.id, None):
            self.exchange.spawn(self._tell_when_complete(recording))

    async def _tell_when_complete(self, recording: Recording) -> None:
        clock = self.exchange.clock
        deadline = clock.monotonic() + GIVE_UP_S
        while not complete(recording.path) and clock.monotonic() < deadline:
            await clock.sleep(POLL_S)
        try:
            mend(recording.path)
            size = recording.path.stat().st_size
        except FileNotFoundError:
            log.error("recording %s left no file", recording.id)
            size = None
        except OSError as exc:
            # Its note stays, so that the next gateway tries again.
            log.error("recording %s can't be finished (%s)", recording.id, exc.strerror)
            return
        self._note_path(recording.id).unlink(missing_ok=True)
        if size is None:
            return
        self.exchange.tell(
            RecordingFinished,
            recording.account,
            recording=recording.id,
            path=str(recording.path),
            size=size,
            seconds=round(seconds_of(recording.path), 3),
        )
