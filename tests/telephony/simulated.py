"""The stage for the simulated carrier: its script, and two ways to let time pass."""

from collections.abc import Callable
from uuid import UUID

from domain.core.clock import Clock
from tests.fakes import FixedClock
from tests.telephony.stage import ACCOUNT, Script, Stage
from workers.gateway.simulator.carrier import SimulatedCarrier

SCRIPT = Script(
    answers="+12025550010",
    busy="+12025550002",
    rings="+12025550003",
    invalid="+12025550004",
    congestion="+12025550005",
    machine="+12025550006",
    hangs_up="+12025550013",
    rejects="+12025550009",
    unreachable="+12025550014",
    fax="+12025550008",
    early_media="+12025550012",
    talks="+12025550010",
    agent="1001",
    other_agent="1002",
    agent_busy="busy-1001",
    agent_dead="dead-1001",
    our_number="+12025559999",
)


class SimulatedStage(Stage):
    """The carrier runs on its clock by itself; the stage only waits."""

    def __init__(self, carrier: SimulatedCarrier, clock: Clock, *, speed: float = 1.0) -> None:
        super().__init__(carrier, SCRIPT, limit_s=600.0, speed=speed)
        self.carrier = carrier
        self.clock = clock

    def now(self) -> float:
        return self.clock.now().timestamp()

    async def press(self, leg: UUID, digits: str) -> None:
        self.carrier.press(leg, digits)

    async def arrive(self) -> None:
        self.carrier.arrive(SCRIPT.our_number, "+12025550123", account=ACCOUNT)

    async def far_end_hangs_up(self, leg: UUID) -> None:
        self.carrier.hang_up_far_end(leg)


class DrivenStage(SimulatedStage):
    """The stage moves the clock from one timer to the next; no real time passes."""

    def __init__(self, carrier: SimulatedCarrier, clock: FixedClock) -> None:
        super().__init__(carrier, clock)
        self.hand = clock

    async def let_pass(self, until: Callable[[], bool], limit_s: float) -> bool:
        deadline = self.hand.monotonic() + limit_s
        while not until() and self.hand.monotonic() < deadline:
            due = self.carrier.timeline.next_due()
            step_to = deadline if due is None else min(due, deadline)
            self.hand.advance(max(0.0, step_to - self.hand.monotonic()))
            self.carrier.catch_up()
        return until()
