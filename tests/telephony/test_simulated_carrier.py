"""The simulated carrier keeps the contract, on its own clock and driven step by step."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from domain.adapters.system_clock import FastClock
from tests.fakes import FixedClock
from tests.telephony.contract import LegsContract, RoomsContract, SoundsContract
from tests.telephony.simulated import SCRIPT, DrivenStage, SimulatedStage
from tests.telephony.stage import Stage
from workers.gateway.simulator.carrier import SimulatedCarrier
from workers.gateway.simulator.profile import CarrierProfile

PROFILE = CarrierProfile(turn_s=2.0, sounds={SCRIPT.long_sound: 300.0})


@pytest.fixture(params=["driven", "running"])
async def stage(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Stage]:
    made: SimulatedStage
    if request.param == "driven":
        hand = FixedClock()
        carrier = SimulatedCarrier(clock=hand, profile=PROFILE, recordings=tmp_path)
        made = DrivenStage(carrier, hand)
        carrier.listen(made.hear)
    else:
        clock = FastClock(20)
        carrier = SimulatedCarrier(clock=clock, profile=PROFILE, recordings=tmp_path)
        made = SimulatedStage(carrier, clock, speed=clock.speed)
        await carrier.start(made.hear)
    yield made
    await carrier.stop()


class TestLegs(LegsContract):
    pass


class TestRooms(RoomsContract):
    pass


class TestSounds(SoundsContract):
    pass
