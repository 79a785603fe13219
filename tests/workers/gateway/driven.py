"""A simulated carrier on a clock that the test moves."""

from uuid import UUID

from domain.telephony.events import (
    Event,
    LegEnded,
)
from domain.telephony.port import (
    Analysis,
    PlaceLeg,
    Role,
    ToEndpoint,
    ToNumber,
)
from tests.fakes import FixedClock
from tests.telephony.stage import ACCOUNT
from workers.gateway.simulator.carrier import SimulatedCarrier
from workers.gateway.simulator.profile import CarrierProfile


class Floor:
    """Drives a carrier on a clock that it moves."""

    def __init__(self, *, seed: int = 1, profile: CarrierProfile | None = None, capacity: int = 50):
        self.clock = FixedClock()
        self.carrier = SimulatedCarrier(
            clock=self.clock, seed=seed, profile=profile, capacity=capacity
        )
        self.events: list[Event] = []
        self.carrier.listen(self.events.append)

    def pass_time(self, seconds: float) -> None:
        self.clock.advance(seconds)
        self.carrier.catch_up()

    def place(
        self,
        to: str,
        *,
        join: UUID | None = None,
        ring_limit_s: float = 30,
        analysis: bool | Analysis = False,
    ) -> UUID:
        leg = UUID(int=len(self.events) * 1000 + self.carrier.legs + 1)
        is_number = to.startswith("+")
        usual = Analysis() if analysis else None
        self.carrier.do(
            PlaceLeg(
                leg=leg,
                account=ACCOUNT,
                to=ToNumber(number=to) if is_number else ToEndpoint(endpoint=to),
                not_after=self.clock.now().timestamp() + 10,
                ring_limit_s=ring_limit_s,
                join=join,
                role=Role.CUSTOMER if is_number else Role.AGENT,
                analysis=analysis if isinstance(analysis, Analysis) else usual,
            )
        )
        return leg

    def of(self, kind: type[Event], leg: UUID) -> list[Event]:
        return [e for e in self.events if isinstance(e, kind) and getattr(e, "leg", None) == leg]

    def ended(self, leg: UUID) -> LegEnded | None:
        found = self.of(LegEnded, leg)
        assert all(isinstance(event, LegEnded) for event in found)
        return found[0] if found else None  # type: ignore[return-value]  # asserted above
