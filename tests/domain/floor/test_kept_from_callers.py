"""Agents whose team ranks a campaign above callers, when that campaign can't dial for them."""

from uuid import UUID

import pytest

from domain.calls.rules import AttemptState
from domain.campaigns.rules import DialMode
from domain.floor.settings import InboundRoute
from domain.floor.state import RunHook
from domain.hooks.rules import HookFallback, HookSettings
from domain.numbers.models import NumberPurpose
from domain.telephony.events import LegArrived
from tests.domain.floor.paper import ACCOUNT, PaperFloor

TEAM, LINE = UUID(int=7), "+12025558000"
HOOK = HookSettings(
    url="https://crm.example.com/dial",
    secrets=("secret",),
    time_limit_s=1.0,
    fallback=HookFallback.SKIP,
    retry_s=60,
    variables=(),
)


def ranked(mode: DialMode = DialMode.PROGRESSIVE, *, targets: int = 0) -> PaperFloor:
    """The team takes calls to a number, but the customers of its campaign first."""
    floor = PaperFloor()
    floor.open(mode, lines=2.0, targets=targets)
    for seat in floor.agents:
        seat.team_id, seat.ranks = TEAM, {floor.run.campaign_id: 12}
    route = InboundRoute(
        id=UUID(int=8),
        number=LINE,
        name="Sales",
        purpose=NumberPurpose.TEAM,
        team_id=TEAM,
        greeting="",
    )
    floor.state.routes[LINE] = route
    floor.floor.callers.open(route)
    return floor


def state_of_a_caller(floor: PaperFloor) -> AttemptState:
    leg = UUID(int=900)
    floor.legs[leg] = "up"
    at = floor.context.unix()
    floor.floor.callers.arrived(LegArrived(account=ACCOUNT, at=at, leg=leg, number=LINE), "sim")
    floor.wait(1.0)
    return floor.state.lines[leg].state


@pytest.mark.feature("CAM-19")
def test_agents_are_kept_while_the_campaign_dials_for_them() -> None:
    floor = ranked(targets=20)
    assert floor.run.hopper

    assert state_of_a_caller(floor) is AttemptState.WAITING


@pytest.mark.feature("CAM-19")
def test_a_hook_that_is_away_keeps_no_agent_from_callers() -> None:
    floor = ranked()
    floor.run.hook = hook = RunHook(HOOK)
    while not hook.breaker.rests(floor.clock.monotonic()):
        hook.breaker.failed("no answer", floor.clock.monotonic())
    floor.add_targets(20)
    floor.wait(1.0)
    assert len(floor.run.hopper) == 20

    assert state_of_a_caller(floor) is AttemptState.CONNECTED


@pytest.mark.feature("CAM-19")
@pytest.mark.parametrize("mode", [DialMode.IVR_PROGRESSIVE, DialMode.IVR_PREDICTIVE])
def test_a_campaign_on_ports_keeps_no_agent_from_callers(mode: DialMode) -> None:
    floor = ranked(mode, targets=20)
    assert floor.run.hopper

    assert state_of_a_caller(floor) is AttemptState.CONNECTED
