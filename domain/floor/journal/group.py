"""What one transaction of the journal writes."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from domain.calls.models import SupervisionEntry
from domain.core.bus import Notice
from domain.floor.journal.tapes import TakenPiece
from domain.floor.state import Line, LoginEntry, Seat, StateEntry
from domain.targets.call_backs import CallBack
from domain.targets.rules import Outcome, TargetState
from domain.telephony.events import RecordingFinished

Statement = tuple[str, Sequence[Any]]  # and its values


@dataclass(slots=True)
class Launch:
    """Attempts that one decision places together."""

    campaign_id: UUID
    lines: list[Line]
    place: Callable[[list[Line]], None]  # called after the commit with those that may leave
    drop: Callable[[list[Line]], None]  # with those that may not leave, or perhaps were not written
    refuse: Callable[[list[Line]], None]  # with those whose target or campaign said no meanwhile
    first: Sequence[Statement] = ()  # what makes a target that there is not yet


@dataclass(slots=True)
class TargetChange:
    """A target's row after an attempt, an offer or a removal. Absolute, so it bears repeats."""

    id: UUID
    outcome: Outcome
    attempts: int | None  # None: as they were
    disposition: str | None
    from_states: tuple[TargetState, ...] = (TargetState.DIALING,)
    held_by: str | None = None  # the code of a rule that keeps it back
    held_at: datetime | None = None
    due_at: datetime | None = None  # while held: of its retry
    wrap_up_code: str | None = None  # None: as it was


@dataclass(slots=True)
class Group:
    """One transaction's worth."""

    position: str | None = None
    launches: list[Launch] = field(default_factory=list)
    attempts: dict[UUID, Line] = field(default_factory=dict)
    calls: dict[UUID, Line] = field(default_factory=dict)
    entries: dict[UUID, tuple[Seat, StateEntry]] = field(default_factory=dict)
    logins: dict[UUID, tuple[Seat, LoginEntry]] = field(default_factory=dict)
    targets: dict[UUID, TargetChange] = field(default_factory=dict)
    recordings: dict[UUID, tuple[Line, datetime]] = field(default_factory=dict)
    analyses: dict[UUID, Line] = field(default_factory=dict)  # recorded from the answer on
    files: dict[UUID, RecordingFinished] = field(default_factory=dict)
    events: list[tuple[UUID, datetime, str, str]] = field(default_factory=list)
    supervisions: dict[UUID, SupervisionEntry] = field(default_factory=dict)
    call_backs: list[CallBack] = field(default_factory=list)
    suppressed: dict[str, tuple[datetime, str, str]] = field(default_factory=dict)  # source, why
    priorities: dict[UUID, int] = field(default_factory=dict)
    pieces: list[TakenPiece] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)
    after: list[Callable[[], None]] = field(default_factory=list)
    each: bool = False  # one of its rows was refused: write those that are not

    @property
    def size(self) -> int:
        """How many row changes wait."""
        return len(self.attempts) + len(self.targets) + len(self.events)
