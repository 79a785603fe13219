"""What the floor's pacers see and decide, kept for replay; the journal writes it in its groups.

A piece is taken every few seconds, so a floor that is killed loses the last seconds of its tapes,
and never more; one that lets go loses nothing.
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from uuid import UUID

from domain.core.clock import Clock
from domain.core.ids import new_id
from domain.pacing.interface import Decision, FloorView, Observation
from domain.pacing.tape import Header, Recorder

TAKEN_AFTER_S = 2.0  # when calls were launched
IDLE_AFTER_S = 30.0  # when none were
CHECKPOINT_EVERY_S = 60.0


@dataclass(frozen=True, slots=True)
class TakenPiece:
    """A piece on its way to its row."""

    campaign_id: UUID
    tape_id: UUID
    number: int
    begins_at: datetime
    ends_at: datetime
    decisions: int
    launched: int
    checkpoint: bool
    final: bool
    data: bytes
    id: UUID = field(default_factory=new_id)


class Tape:
    """One policy under a recorder."""

    def __init__(self, campaign_id: UUID, header: Header, clock: Clock) -> None:
        self._campaign_id = campaign_id
        self._clock = clock
        self._id = new_id()
        self._number = 0
        self._recorder = Recorder.of(header)
        self._marked = clock.monotonic()
        self._began: float | None = None  # of the piece; None: nothing is in it
        self._last = 0.0

    def observe(self, event: Observation, now: float) -> None:
        """Let the policy see this."""
        if self._recorder.learns:
            self._touch(now)
        self._recorder.observe(event, now)

    def decide(self, floor: FloorView, now: float) -> Decision:
        """Let the policy decide."""
        self._touch(now)
        return self._recorder.decide(floor, now)

    def due(self) -> TakenPiece | None:
        """The piece, when it is old enough."""
        if self._began is None:
            return None
        waits = TAKEN_AFTER_S if self._recorder.launched else IDLE_AFTER_S
        if self._clock.monotonic() - self._began < waits:
            return None
        return self._take(final=False)

    def end(self) -> TakenPiece | None:
        """The last piece; None: the tape is empty."""
        if self._began is None and self._number == 0:
            return None
        return self._take(final=True)

    def _take(self, *, final: bool) -> TakenPiece:
        now = self._clock.monotonic()
        base = self._clock.now().timestamp() - now
        began, ended = (now, now) if self._began is None else (self._began, self._last)
        piece = TakenPiece(
            self._campaign_id,
            self._id,
            self._number,
            datetime.fromtimestamp(base + began, UTC),
            datetime.fromtimestamp(base + ended, UTC),
            self._recorder.decisions,
            self._recorder.launched,
            self._recorder.is_marked,
            final,
            self._recorder.take(round(base * 1000.0)),
        )
        self._number += 1
        self._began = None
        return piece

    def _touch(self, now: float) -> None:
        if self._began is None:
            self._began = now
            if now - self._marked >= CHECKPOINT_EVERY_S:
                self._marked = now
                self._recorder.mark()
        self._last = now


class Tapes:
    """The tapes of one floor."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._open: dict[UUID, Tape] = {}
        self._ended: list[TakenPiece] = []

    def begin(self, campaign_id: UUID, header: Header) -> Tape:
        """A new tape of a new policy; the campaign's last one ends here."""
        if (before := self._open.get(campaign_id)) and (piece := before.end()):
            self._ended.append(piece)
        self._open[campaign_id] = tape = Tape(campaign_id, header, self._clock)
        return tape

    def due(self, everything: bool) -> list[TakenPiece]:
        """Pieces to write now; with `everything` the tapes end, for their floor lets go."""
        pieces, self._ended = self._ended, []
        taken = [tape.end() if everything else tape.due() for tape in self._open.values()]
        if everything:
            self._open.clear()
        return pieces + [piece for piece in taken if piece is not None]
