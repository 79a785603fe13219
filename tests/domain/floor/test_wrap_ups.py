"""What an agent says of a call decides what becomes of the target."""

from datetime import timedelta

import pytest

from domain.agents.commands import AgentEndWrapUp
from domain.agents.models import Agent
from domain.agents.rules import AgentState
from domain.calls.models import Attempt
from domain.campaigns.rules import DialMode
from domain.floor.director import Floor
from domain.suppression.models import Suppression
from domain.targets.models import Target
from domain.targets.rules import ClosedReason, TargetState
from tests.domain.floor.rig import Rig

CODES = [
    {"code": "Done", "effect": "close", "delay_s": 0},
    {"code": "Later", "effect": "retry", "delay_s": 3600},
    {"code": "Agreed", "effect": "reschedule", "delay_s": 60},
    {"code": "Never again", "effect": "suppress", "delay_s": 0},
]


@pytest.mark.feature("CAM-15")
@pytest.mark.parametrize(
    ("code", "state", "reason"),
    [
        ("Done", TargetState.CLOSED, ClosedReason.CONNECTED),
        ("Later", TargetState.RETRY, None),
        ("Agreed", TargetState.RETRY, None),
        ("Never again", TargetState.CLOSED, ClosedReason.SUPPRESSED),
        ("voicemail", TargetState.CLOSED, ClosedReason.CONNECTED),  # not one of the campaign's
    ],
)
async def test_a_code_closes_retries_reschedules_or_suppresses(
    code: str, state: TargetState, reason: ClosedReason | None, rig: Rig
) -> None:
    campaign = await rig.campaign(DialMode.PROGRESSIVE, wrap_up_s=None, wrap_up_codes=CODES)
    elsewhere = await rig.campaign(DialMode.PROGRESSIVE, state="stopped")
    (target,) = await rig.targets(campaign, "+12025550013")
    (twin,) = await rig.targets(elsewhere, "+12025550013")
    (agent,) = await rig.agents(1)
    await rig.carrier()
    floor = await rig.floor()
    await rig.at_work(agent)
    await rig.until(lambda: _wraps_up(floor, agent))
    again_at = rig.clock.now() + timedelta(days=2) if code == "Agreed" else None

    answer = await rig.ask(AgentEndWrapUp(agent=agent.id, code=code, again_at=again_at))

    assert answer.code is None
    await target.refresh_from_db()
    assert (target.state, target.closed_reason, target.attempts) == (state, reason, 1)
    if code == "Agreed":
        assert target.next_at == again_at
    elif code == "Later":
        assert target.next_at is not None
        assert timedelta(minutes=50) < target.next_at - rig.clock.now() <= timedelta(hours=1)
    await twin.refresh_from_db()
    suppressed = code == "Never again"
    assert (twin.closed_reason is ClosedReason.SUPPRESSED) is suppressed
    assert await Suppression.filter(account=rig.row).count() == int(suppressed)
    assert floor.state.runs[campaign.id].targets_left == int(state is TargetState.RETRY)
    assert await Attempt.filter(account=rig.row).count() == 1


@pytest.mark.feature("CAM-15")
@pytest.mark.parametrize("code", ["Done", "Later", "Never again", "voicemail", None])
async def test_a_time_that_no_code_would_keep_is_refused_and_the_wrap_up_goes_on(
    code: str | None, rig: Rig
) -> None:
    campaign = await rig.campaign(DialMode.PROGRESSIVE, wrap_up_s=None, wrap_up_codes=CODES)
    (target,) = await rig.targets(campaign, "+12025550013")
    (agent,) = await rig.agents(1)
    await rig.carrier()
    floor = await rig.floor()
    await rig.at_work(agent)
    await rig.until(lambda: _wraps_up(floor, agent))
    again_at = rig.clock.now() + timedelta(days=2)

    answer = await rig.ask(AgentEndWrapUp(agent=agent.id, code=code, again_at=again_at))

    assert answer.code == "INVALID_INPUT"
    assert "callAgainAt: needs a wrap-up code of the call's campaign that" in (answer.message or "")
    assert await _wraps_up(floor, agent)
    await target.refresh_from_db()
    assert target.last_wrap_up_code is None
    assert await Suppression.filter(account=rig.row).count() == 0

    promised = AgentEndWrapUp(agent=agent.id, code="Agreed", again_at=again_at)
    assert (await rig.ask(promised)).code is None
    await target.refresh_from_db()
    assert (target.state, target.next_at) == (TargetState.RETRY, again_at)


@pytest.mark.feature("CAM-15")
async def test_a_target_removed_during_the_call_stays_removed(rig: Rig) -> None:
    campaign = await rig.campaign(DialMode.PROGRESSIVE, wrap_up_s=None, wrap_up_codes=CODES)
    (target,) = await rig.targets(campaign, "+12025550013")
    (agent,) = await rig.agents(1)
    await rig.carrier()
    floor = await rig.floor()
    await rig.at_work(agent)
    await rig.until(lambda: _wraps_up(floor, agent))
    await rig.until(lambda: rig.ended(1))
    await Target.filter(id=target.id).update(closed_reason=ClosedReason.REMOVED)

    await rig.ask(AgentEndWrapUp(agent=agent.id, code="Later"))

    await target.refresh_from_db()
    assert (target.state, target.closed_reason) == (TargetState.CLOSED, ClosedReason.REMOVED)


async def _wraps_up(floor: Floor, agent: Agent) -> bool:
    return floor.state.seats[agent.id].state is AgentState.WRAP_UP
