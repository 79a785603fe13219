"""What became of a target while a floor held it counts: its row is right, and not the copy."""

from datetime import timedelta
from functools import partial

import pytest

from domain.access.permissions import Role
from domain.agents.commands import PreviewDecide, PreviewDecision
from domain.calls.models import Attempt
from domain.calls.rules import AttemptState
from domain.campaigns.models import Campaign
from domain.campaigns.rules import DialMode
from domain.eligibility.models import DialingPolicy
from domain.eligibility.parts import BlockCode
from domain.floor.director import Floor
from domain.floor.state import Seat
from domain.targets.managing.operations import reset_class
from domain.targets.models import Target
from domain.targets.rules import TargetClass, TargetState
from tests.domain.floor.rig import Rig
from tests.domain.targets.conftest import principal_of
from tests.fakes import FakePorts
from tests.rows import an_attempt

BUSY = "+12025550002"


async def with_one_attempt_left(rig: Rig, campaign: Campaign) -> Target:
    due = rig.clock.now() - timedelta(minutes=1)
    (target,) = await rig.targets(
        campaign, BUSY, state=TargetState.RETRY, attempts=2, last_ordinal=2, next_at=due
    )
    return target


async def reset(rig: Rig, campaign: Campaign, fakes: FakePorts) -> None:
    """As the API does it, but the floor is not told yet."""
    operation = await reset_class(
        principal_of(rig.row, Role.SUPERVISOR),
        campaign.id,
        TargetClass.IN_PROGRESS,
        confirmed_count=1,
        ports=fakes.ports,
    )
    assert operation.targets_done == 1


@pytest.mark.feature("TGT-10")
@pytest.mark.parametrize(
    ("decision", "attempts"), [(PreviewDecision.ACCEPT, 1), (PreviewDecision.SKIP, 0)]
)
async def test_attempts_count_from_the_reset_of_a_target_that_an_agent_looks_at(
    rig: Rig, fakes: FakePorts, decision: PreviewDecision, attempts: int
) -> None:
    campaign = await rig.campaign(DialMode.PREVIEW, max_attempts=3, preview_s=300.0)
    target = await with_one_attempt_left(rig, campaign)
    (agent,) = await rig.agents(1)
    await rig.carrier()
    floor = await rig.floor()
    await rig.at_work(agent)
    await rig.until(lambda: _has_offer(floor.state.seats[agent.id]))
    await reset(rig, campaign, fakes)

    answer = await rig.ask(PreviewDecide(agent=agent.id, target=target.id, decision=decision))
    await rig.until(lambda: rig.ended(attempts))
    await rig.until(lambda: _waits_again(target))

    assert answer.code is None
    await target.refresh_from_db()
    assert (target.attempts, target.last_ordinal) == (attempts, 2 + attempts)


@pytest.mark.feature("TGT-10")
async def test_a_rule_that_holds_a_target_leaves_its_attempts_as_a_reset_made_them(
    rig: Rig, fakes: FakePorts
) -> None:
    campaigns = [await rig.campaign(DialMode.PROGRESSIVE, max_attempts=3) for _ in range(2)]
    for campaign in campaigns:
        await with_one_attempt_left(rig, campaign)
    await DialingPolicy.create(
        account=rig.row, number_caps=[{"calls": 1, "hours": 24}], changed_at=rig.clock.now()
    )
    agents = await rig.agents(2)
    await rig.carrier()
    floor = await rig.floor()
    for campaign in campaigns:
        await rig.until(partial(_is_loaded, floor, campaign))
        await reset(rig, campaign, fakes)

    await rig.at_work(*agents)
    await rig.until(lambda: rig.ended(1))
    await rig.until(lambda: _is_held(rig))

    held = await Target.get(account=rig.row, held_by=BlockCode.CAP_REACHED)
    called = await Target.get(account=rig.row, held_by=None)
    assert (held.attempts, called.attempts) == (0, 1)


async def test_an_attempt_that_was_written_since_the_hopper_was_filled_is_counted_on(
    rig: Rig,
) -> None:
    campaign = await rig.campaign(DialMode.PROGRESSIVE)
    (target,) = await rig.targets(campaign, "+12025550013")
    agents = await rig.agents(1)
    await rig.carrier()
    floor = await rig.floor()
    await rig.until(lambda: _is_loaded(floor, campaign))
    await an_attempt(target, rig.clock.now(), state=AttemptState.ENDED)
    await Target.filter(id=target.id).update(last_ordinal=1)

    await rig.at_work(*agents)
    await rig.until(lambda: rig.ended(2))

    attempts = await Attempt.filter(target_id=target.id).order_by("ordinal")
    assert [each.ordinal for each in attempts] == [1, 2]


async def _has_offer(seat: Seat) -> bool:
    return seat.offer is not None


async def _is_loaded(floor: Floor, campaign: Campaign) -> bool:
    return len(floor.state.runs[campaign.id].hopper) == 1


async def _waits_again(target: Target) -> bool:
    return await Target.filter(id=target.id, state=TargetState.RETRY).exists()


async def _is_held(rig: Rig) -> bool:
    return await Target.filter(account=rig.row, held_by=BlockCode.CAP_REACHED).count() == 1
