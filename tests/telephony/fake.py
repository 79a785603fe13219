"""A switch with a memory and no will of its own: tests say what the far ends do."""

from dataclasses import dataclass
from uuid import UUID, uuid4

from domain.core.clock import Clock
from domain.telephony import port
from domain.telephony.events import (
    Digit,
    DigitsCollected,
    EndCause,
    EndedBy,
    Failure,
    LegAnalysed,
    LegAnswered,
    LegArrived,
    LegEnded,
    LegFailed,
    LegMuted,
    LegRinging,
    LegState,
    PlaybackFinished,
    RecordingFinished,
    RoomJoined,
    RoomLeft,
    RoomState,
    Snapshot,
    Verdict,
)
from domain.telephony.port import Command, Emit, PlaceLeg, Role


@dataclass
class FakeLeg:
    id: UUID
    account: UUID
    state: str
    since: float
    placed: PlaceLeg | None = None
    room: UUID | None = None
    role: Role = Role.NORMAL
    collect: port.Collect | None = None
    digits: str = ""


class FakeSwitch:
    """Remembers every command in `commands`; does at once what a switch does by itself.

    What takes time or somebody else waits for the test: `ring`, `answer`, `fail`, `analyse`,
    `hang_up_far_end`, `press`, `finish_playing`, `finish_collecting`, `arrive`.
    """

    kind = "fake"

    def __init__(self, clock: Clock, *, node: str = "fake", capacity: int = 1000) -> None:
        self.node = node
        self.capacity = capacity
        self.up = True
        self.commands: list[Command] = []
        self.calls: dict[UUID, FakeLeg] = {}
        self.playing: dict[UUID, tuple[port.Play, UUID]] = {}
        self.recording: dict[UUID, tuple[port.StartRecording, UUID, float]] = {}
        self._clock = clock
        self._used: set[UUID] = set()
        self._emit: Emit = lambda event: None

    @property
    def legs(self) -> int:
        return len(self.calls)

    @property
    def placed(self) -> list[PlaceLeg]:
        """All `PlaceLeg` commands so far."""
        return [command for command in self.commands if isinstance(command, PlaceLeg)]

    async def start(self, emit: Emit) -> None:
        self._emit = emit

    async def stop(self) -> None:
        for leg in tuple(self.calls):
            self._end(leg, EndCause.SWITCH_LOST, EndedBy.SWITCH)

    async def execute(self, command: Command) -> None:
        self.commands.append(command)
        match command:
            case PlaceLeg():
                self._place(command)
            case port.Answer(leg=leg) if leg in self.calls and self.calls[leg].state == "arrived":
                self.answer(leg)
            case port.HangUp(leg=leg, cause=cause):
                self._end(leg, cause, EndedBy.US)
            case port.Join(leg=leg, room=room, role=role) if self._is_up(leg):
                self._join(leg, room, role)
            case port.Leave(leg=leg) if self._is_up(leg):
                self._part(leg)
            case port.EndRoom(room=room, hang_up=hang_up):
                self._end_room(room, hang_up)
            case port.SetRole(leg=leg, role=role) if self._is_up(leg):
                self._set_role(leg, role)
            case port.Play(playback=playback) if playback not in self._used:
                self._play(command)
            case port.StopPlaying(playback=playback):
                self.finish_playing(playback)
            case port.Collect(leg=leg) if self._is_up(leg) and not self.calls[leg].collect:
                self.calls[leg].collect = command
            case port.StartRecording(recording=recording) if recording not in self._used:
                self._record(command)
            case port.StopRecording(recording=recording):
                self._finish_recording(recording)
            case port.TakeSnapshot(account=account, request=request):
                self._emit(await self.snapshot(account, request))

    async def snapshot(self, account: UUID, request: UUID) -> Snapshot:
        legs = [leg for leg in self.calls.values() if leg.account == account]
        rooms: dict[UUID, list[UUID]] = {}
        for leg in legs:
            if leg.room is not None:
                rooms.setdefault(leg.room, []).append(leg.id)
        return Snapshot(
            account=account,
            at=self.now(),
            request=request,
            node=self.node,
            legs=tuple(
                LegState(leg=leg.id, state=leg.state, since=leg.since, room=leg.room)
                for leg in legs
            ),
            rooms=tuple(RoomState(room=room, legs=tuple(ids)) for room, ids in rooms.items()),
        )

    def now(self) -> float:
        return self._clock.now().timestamp()

    # What far ends and time do.

    def ring(self, leg: UUID) -> None:
        call = self.calls[leg]
        call.state, call.since = "ringing", self.now()
        self._emit(LegRinging(account=call.account, at=call.since, leg=leg))

    def answer(self, leg: UUID) -> None:
        call = self.calls[leg]
        call.state, call.since = "up", self.now()
        self._emit(LegAnswered(account=call.account, at=call.since, leg=leg))
        if call.placed is not None and call.placed.join is not None:
            self._join(leg, call.placed.join, call.placed.role)

    def analyse(
        self, leg: UUID, verdict: Verdict = Verdict.LIVE, *, beep_at: float | None = None
    ) -> None:
        account = self.calls[leg].account
        self._emit(
            LegAnalysed(account=account, at=self.now(), leg=leg, verdict=verdict, beep_at=beep_at)
        )

    def fail(self, leg: UUID, failure: Failure) -> None:
        call = self.calls.pop(leg)
        self._emit(LegFailed(account=call.account, at=self.now(), leg=leg, failure=failure))

    def arrive(self, account: UUID, number: str, caller: str | None = None) -> UUID:
        leg = uuid4()
        self.calls[leg] = FakeLeg(leg, account, "arrived", self.now())
        self._emit(
            LegArrived(account=account, at=self.now(), leg=leg, number=number, caller=caller)
        )
        return leg

    def hang_up_far_end(self, leg: UUID, cause: EndCause = EndCause.NORMAL) -> None:
        self._end(leg, cause, EndedBy.FAR_END)

    def press(self, leg: UUID, digits: str) -> None:
        for digit in digits:
            call = self.calls[leg]
            self._emit(Digit(account=call.account, at=self.now(), leg=leg, digit=digit))
            for playback, (play, _) in tuple(self.playing.items()):
                if play.interruptible and (play.leg == leg or play.room == call.room):
                    self.finish_playing(playback, digit)
            if call.collect is not None:
                ended = digit in call.collect.terminators
                call.digits += "" if ended else digit
                if ended or len(call.digits) == call.collect.maximum:
                    self.finish_collecting(leg)

    def finish_collecting(self, leg: UUID) -> None:
        call = self.calls[leg]
        digits, call.digits, call.collect = call.digits, "", None
        self._emit(DigitsCollected(account=call.account, at=self.now(), leg=leg, digits=digits))

    def finish_playing(self, playback: UUID, interrupted_by: str | None = None) -> None:
        if playback in self.playing:
            _, account = self.playing.pop(playback)
            self._emit(
                PlaybackFinished(
                    account=account,
                    at=self.now(),
                    playback=playback,
                    interrupted_by=interrupted_by,
                )
            )

    # What the switch does by itself.

    def _is_up(self, leg: UUID | None) -> bool:
        return leg in self.calls and self.calls[leg].state == "up"

    def _in(self, room: UUID | None) -> list[FakeLeg]:
        return [leg for leg in self.calls.values() if room is not None and leg.room == room]

    def _place(self, command: PlaceLeg) -> None:
        if command.leg in self._used:
            return
        self._used.add(command.leg)
        leg = FakeLeg(command.leg, command.account, "dialing", self.now(), placed=command)
        self.calls[command.leg] = leg
        if command.not_after < self.now():
            self.fail(command.leg, Failure.STALE)
        elif self.legs > self.capacity:
            self.fail(command.leg, Failure.CONGESTION)

    def _join(self, leg: UUID, room: UUID, role: Role) -> None:
        call = self.calls[leg]
        if call.room == room:
            self._set_role(leg, role)
            return
        self._part(leg)
        call.room, call.role = room, role
        self._emit(RoomJoined(account=call.account, at=self.now(), leg=leg, room=room))

    def _part(self, leg: UUID) -> None:
        call = self.calls[leg]
        room, was_agent = call.room, call.role is Role.AGENT
        if room is None:
            return
        call.room, call.role = None, Role.NORMAL
        self._emit(RoomLeft(account=call.account, at=self.now(), leg=leg, room=room))
        rest = self._in(room)
        if not rest or (was_agent and not any(other.role is Role.AGENT for other in rest)):
            self._end_room(room, hang_up=False)

    def _end_room(self, room: UUID, hang_up: bool) -> None:
        legs = self._in(room)
        for leg in legs:
            leg.role = Role.NORMAL
        for leg in legs:
            self._part(leg.id)
            if hang_up:
                self._end(leg.id, EndCause.NORMAL, EndedBy.US)
        self._drop_media(room)

    def _set_role(self, leg: UUID, role: Role) -> None:
        call = self.calls[leg]
        if call.room is None:
            return
        was, call.role = call.role, role
        if (was is Role.MUTED) != (role is Role.MUTED):
            muted = role is Role.MUTED
            at = self.now()
            self._emit(LegMuted(account=call.account, at=at, leg=leg, room=call.room, muted=muted))

    def _target_account(self, leg: UUID | None, room: UUID | None) -> UUID | None:
        if leg is not None and self._is_up(leg):
            return self.calls[leg].account
        inside = self._in(room)
        return inside[0].account if inside else None

    def _play(self, command: port.Play) -> None:
        account = self._target_account(command.leg, command.room)
        if account is not None:
            self._used.add(command.playback)
            self.playing[command.playback] = (command, account)

    def _record(self, command: port.StartRecording) -> None:
        account = self._target_account(command.leg, command.room)
        if account is not None:
            self._used.add(command.recording)
            self.recording[command.recording] = (command, account, self.now())

    def _finish_recording(self, recording: UUID) -> None:
        if recording in self.recording:
            _, account, since = self.recording.pop(recording)
            self._emit(
                RecordingFinished(
                    account=account,
                    at=self.now(),
                    recording=recording,
                    path=f"{recording}.wav",
                    size=0,
                    seconds=self.now() - since,
                )
            )

    def _drop_media(self, target: UUID) -> None:
        for playback, (play, _) in tuple(self.playing.items()):
            if target in (play.leg, play.room):
                self.finish_playing(playback)
        for recording, (start, _, _) in tuple(self.recording.items()):
            if target in (start.leg, start.room):
                self._finish_recording(recording)

    def _end(self, leg: UUID, cause: EndCause, by: EndedBy) -> None:
        call = self.calls.get(leg)
        if call is None:
            return
        if call.placed is not None and call.state != "up":
            self.fail(leg, Failure.CANCELED)
            return
        self._drop_media(leg)
        self._part(leg)
        del self.calls[leg]
        self._emit(LegEnded(account=call.account, at=self.now(), leg=leg, cause=cause, by=by))
