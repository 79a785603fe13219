"""What a policy saw and said, small enough to keep, exact enough to replay.

Times are whole milliseconds, and the policy itself is given nothing finer, so what is kept is what
it saw; nothing looks older than it is. Of the ages only those are kept that came or went since the
decision before.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any
from zlib import compress, crc32, decompress

import msgspec
import numpy as np
from numpy.typing import NDArray

from domain.pacing import policy_for
from domain.pacing.checkpoint import checkpoint, restore
from domain.pacing.interface import (
    Ages,
    Counted,
    Decision,
    FloorView,
    Observation,
    PacingPolicy,
    PacingSettings,
    Seen,
)
from domain.pacing.predictive import Pacer

FORMAT = 1
_SEEN = tuple(Seen)
_KIND = {kind: number for number, kind in enumerate(_SEEN)}
_DECISION = -1


class Header(msgspec.Struct, frozen=True, array_like=True):
    """What a policy is made of."""

    mode: str
    settings: PacingSettings
    seed: int


class Piece(msgspec.Struct, frozen=True, array_like=True):
    """A stretch of a tape. One with a checkpoint can be played without those before it."""

    format: int
    header: Header
    unix_ms: int  # add it to a time on the tape to get milliseconds since 1970
    checkpoint: dict[str, Any] | None
    items: list[Any]


@dataclass(frozen=True, slots=True)
class Replayed:
    """One decision as it was recorded, and as it comes out again."""

    unix_ms: int
    view: FloorView
    launch: int  # recorded
    cancel: int
    again: Decision
    same: bool  # in number and in every figure that is told


@dataclass(slots=True)
class _Set:
    """The beginnings of what goes on, as they were at the last decision, oldest first."""

    began: NDArray[np.float64] = field(default_factory=lambda: np.empty(0))  # whole milliseconds
    _times: Counter[int] = field(default_factory=Counter)

    def turn(self, now: float, ages: Ages) -> tuple[list[int], list[int]]:
        """Take the ages of now; returns what came and what went."""
        began = np.ceil((now - np.asarray(ages, dtype=np.float64)) * 1000.0)
        began.sort()
        came: list[int] = []
        went: list[int] = []
        if not np.array_equal(began, self.began):
            before, after = self._times, Counter(began.astype(np.int64).tolist())
            for at in sorted({at for at, _ in before.items() ^ after.items()}):
                more = after[at] - before[at]
                (came if more > 0 else went).extend([at] * abs(more))
            self.began, self._times = began, after
        return came, went

    def change(self, came: Sequence[int], went: Sequence[int]) -> None:
        """Do the same from a tape."""
        if came or went:
            self._times.update(came)
            self._times.subtract(went)
            self._times = +self._times
            self.began = np.array(sorted(self._times.elements()), dtype=np.float64)

    def ages(self, now_ms: int) -> Ages:
        """Return the ages, oldest first."""
        ages: NDArray[np.float64] = (now_ms - self.began) * 0.001
        return ages


def _sets() -> tuple[_Set, _Set, _Set, _Set]:
    return _Set(), _Set(), _Set(), _Set()


@dataclass(slots=True)
class Recorder:
    """Writes down what its policy sees and says, while that goes on."""

    header: Header
    policy: PacingPolicy
    items: list[Any] = field(default_factory=list)
    decisions: int = 0  # in `items`
    launched: int = 0  # likewise
    _checkpoint: dict[str, Any] | None = None
    _sets: tuple[_Set, _Set, _Set, _Set] = field(default_factory=_sets)

    @classmethod
    def of(cls, header: Header) -> "Recorder":
        """A new policy, with a checkpoint of its beginning."""
        recorder = cls(header, policy_for(header.mode, header.settings, header.seed))
        recorder.mark()
        return recorder

    @property
    def learns(self) -> bool:
        """Whether the policy goes by what it saw; what others see is not kept."""
        return isinstance(self.policy, Pacer)

    @property
    def is_marked(self) -> bool:
        """Whether the piece can be played by itself."""
        return self._checkpoint is not None

    def mark(self) -> None:
        """Begin a piece that can be played by itself. What was taken before is not in it."""
        self._checkpoint = checkpoint(self.policy)
        self._sets = _sets()

    def observe(self, event: Observation, now: float) -> None:
        """Let the policy see this, in whole milliseconds, and keep it."""
        now_ms, age_ms = int(now * 1000.0), round(event.age * 1000.0)
        if self.learns:
            self.items.append((_KIND[event.kind], now_ms, age_ms))
        self.policy.observe(Observation(event.kind, age_ms * 0.001), now_ms * 0.001)

    def decide(self, floor: FloorView, now: float) -> Decision:
        """Let the policy decide, on whole milliseconds, and keep what it saw and said."""
        now_ms = int(now * 1000.0)
        parts = (floor.ringing, floor.analysing, floor.talking, floor.wrapping)
        changes = [each.turn(now, ages) for each, ages in zip(self._sets, parts, strict=True)]
        closes_ms = None if floor.closes_in is None else round(floor.closes_in * 1000.0)
        seen = (floor.free, floor.waiting, floor.agents, floor.targets_left, closes_ms)
        counted = floor.counted
        told = (counted.live, counted.abandoned, counted.sharers) if counted else None
        decision = self.policy.decide(_view(seen, told, self._sets, now_ms), now_ms * 0.001)
        said = (decision.launch, decision.cancel, crc32(decision.why.encode()))
        self.items.append((_DECISION, now_ms, seen, told, changes, said))
        self.decisions += 1
        self.launched += decision.launch
        return decision

    def take(self, unix_ms: int) -> bytes:
        """Return what was written since the last time, and go on with an empty piece."""
        piece = Piece(FORMAT, self.header, unix_ms, self._checkpoint, self.items)
        self.items, self.decisions, self.launched, self._checkpoint = [], 0, 0, None
        return compress(msgspec.msgpack.encode(piece), 1)


def read_piece(data: bytes) -> Piece:
    """Return a kept piece. Raises ValueError for one of another format."""
    piece = msgspec.msgpack.decode(decompress(data), type=Piece)
    if piece.format != FORMAT:
        raise ValueError(f"a tape of format {piece.format}, expected {FORMAT}")
    return piece


def replay(pieces: Sequence[Piece]) -> Iterator[Replayed]:
    """Yield every decision of pieces that follow each other; the first has a checkpoint."""
    header = pieces[0].header
    policy, sets = policy_for(header.mode, header.settings, header.seed), _sets()
    for piece in pieces:
        if piece.checkpoint is not None:
            policy, sets = policy_for(header.mode, header.settings, header.seed), _sets()
            restore(policy, piece.checkpoint)
        for item in piece.items:
            if item[0] == _DECISION:
                yield _decided_again(policy, sets, item, piece.unix_ms)
            else:
                kind, now_ms, age_ms = item
                policy.observe(Observation(_SEEN[kind], age_ms * 0.001), now_ms * 0.001)


def _decided_again(
    policy: PacingPolicy, sets: tuple[_Set, _Set, _Set, _Set], item: Any, unix_ms: int
) -> Replayed:
    _, now_ms, seen, told, changes, (launch, cancel, digest) = item
    for each, (came, went) in zip(sets, changes, strict=True):
        each.change(came, went)
    view = _view(seen, told, sets, now_ms)
    again = policy.decide(view, now_ms * 0.001)
    same = (again.launch, again.cancel, crc32(again.why.encode())) == (launch, cancel, digest)
    return Replayed(now_ms + unix_ms, view, launch, cancel, again, same)


def _view(
    seen: Sequence[Any],
    told: Sequence[int] | None,
    sets: tuple[_Set, _Set, _Set, _Set],
    now_ms: int,
) -> FloorView:
    free, waiting, agents, targets_left, closes_ms = seen
    ringing, analysing, talking, wrapping = (each.ages(now_ms) for each in sets)
    return FloorView(
        free=free,
        waiting=waiting,
        ringing=ringing,
        analysing=analysing,
        talking=talking,
        wrapping=wrapping,
        agents=agents,
        targets_left=targets_left,
        closes_in=None if closes_ms is None else closes_ms * 0.001,
        counted=Counted(*told) if told else None,
    )
