"""Which trunk a call leaves through, and by which it goes again when a carrier failed it. Pure."""

from collections import deque
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from uuid import UUID

from domain.telephony.events import Failure

RESTED_S = 10.0  # a trunk that failed by itself is passed over for so long


@dataclass(slots=True)
class TrunkUse:
    """One trunk and what is on it. Times are monotonic seconds."""

    id: UUID
    name: str  # the switch's name for it
    channels: int  # most calls at once
    calls_per_second: float
    record: bool = False
    enabled: bool = True
    busy: int = 0
    started: deque[float] = field(default_factory=deque)  # calls of the last second
    failed: float | None = None
    tells: bool | None = None  # whether it tells that the far end rings; None: not known yet

    def may_take(self, now: float) -> bool:
        """Whether one more call may leave here now."""
        while self.started and self.started[0] <= now - 1.0:
            self.started.popleft()
        return (
            self.enabled
            and not self.rests(now)
            and self.busy < self.channels
            and len(self.started) < max(1.0, self.calls_per_second)
        )

    def rests(self, now: float) -> bool:
        """Whether it failed a moment ago."""
        return self.failed is not None and now - self.failed < RESTED_S

    def take(self, now: float) -> None:
        """Count a call that leaves here."""
        self.busy += 1
        self.started.append(now)

    def keep(self) -> None:
        """Count a call that left here earlier, for another owner of the floor."""
        self.busy += 1

    def free(self) -> None:
        """Count a call that ended."""
        self.busy = max(0, self.busy - 1)

    def settings_of(self, fresh: "TrunkUse") -> "TrunkUse":
        """This trunk as its row is now. What is on it goes on."""
        self.name, self.channels, self.record = fresh.name, fresh.channels, fresh.record
        self.calls_per_second, self.enabled = fresh.calls_per_second, fresh.enabled
        return self

    def rang(self) -> None:
        """The far end of a call was heard before the answer: it rang, or played something."""
        self.tells = True

    def answered_in_silence(self) -> None:
        """An answer came, and nothing before it."""
        if (
            self.tells is None
        ):  # some people's switches answer at once: one call that rang says more
            self.tells = False


@dataclass(slots=True)
class WayOut:
    """How a call that no campaign dialed leaves to a number. Times are monotonic seconds."""

    trunk: TrunkUse | None  # taken for it; None: the switch's default, of an account without any
    since: float
    tried: frozenset[UUID] = frozenset()  # the trunks that failed it before
    heard: bool = False

    @property
    def trunk_name(self) -> str | None:
        """The switch's name of the trunk; None: its default."""
        return self.trunk.name if self.trunk is not None else None

    def was_heard(self) -> None:
        """The called network let us hear something before the answer."""
        self.heard = True
        if self.trunk is not None:
            self.trunk.rang()

    def free(self) -> None:
        """The call is over."""
        if self.trunk is not None:
            self.trunk.free()


def choose(trunks: Iterable[TrunkUse], now: float) -> TrunkUse | None:
    """The first trunk of a failover order that may take a call; None: all are full or resting."""
    return next((trunk for trunk in trunks if trunk.may_take(now)), None)


def carrier_failed(
    failure: Failure, trunk: TrunkUse | None, *, heard: bool, waited_out: bool
) -> bool:
    """Whether the trunk failed a call, and so nothing is known of the number that was dialed.

    `heard`: the called network said something, by ringing or early media. `waited_out`: the call
    lasted as long as it might ring. Then silence accuses no carrier that brings its answers without
    having told of any ringing; one that fails calls sooner is not silent, but gone.
    """
    if trunk is None or heard:
        return False
    if failure is Failure.UNREACHABLE:
        return not (waited_out and trunk.tells is False)
    return failure is Failure.CONGESTION


def lets_rest(failure: Failure, tried: Collection[UUID]) -> bool:
    """Whether a trunk that failed a call is passed over for a while.

    `tried`: the trunks that failed the same contact just before. When another carrier was out of
    room for it, too, it is rather the called network that is, and the others go on as before.
    """
    return failure is not Failure.CONGESTION or not tried


def goes_on(order: Iterable[TrunkUse], tried: Collection[UUID], now: float) -> bool:
    """Whether a contact whom the `tried` trunks failed is tried by another one of the order.

    One that has no room just now will have some; one that rests has failed somebody else.
    """
    return any(trunk.enabled and trunk.id not in tried and not trunk.rests(now) for trunk in order)


def ways(order: Iterable[TrunkUse], tried: Collection[UUID]) -> list[TrunkUse]:
    """The trunks that a contact may leave by: those in use that have not failed it.

    All, when that would be none, since the order may have been changed meanwhile.
    """
    every = list(order)
    return [trunk for trunk in every if trunk.enabled and trunk.id not in tried] or every
