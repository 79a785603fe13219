"""What a live customer meets for whom no agent came in time."""

from datetime import timedelta

import pytest

from domain.calls.models import Attempt, CallEvent
from domain.calls.rules import AttemptState, Disposition
from domain.campaigns.rules import AbandonAction, DialMode
from domain.floor.director import Floor
from domain.suppression.models import Suppression
from domain.targets.models import Target
from domain.targets.rules import ClosedReason, TargetState
from domain.telephony.port import File, Play
from tests.domain.floor.rig import Rig

MESSAGE = {
    "abandon_action": AbandonAction.MESSAGE,
    "abandon_message": {"sound": "who-called", "opt_out_key": "1"},
}


@pytest.mark.feature("CAM-20")
async def test_a_customer_nobody_takes_hears_who_called_and_counts_as_abandoned(rig: Rig) -> None:
    campaign = await rig.campaign(
        DialMode.PROGRESSIVE, lines_per_agent=3.0, patience_s=2.0, **MESSAGE
    )
    await rig.targets(campaign, *[f"+1202555{n}0010" for n in range(3)])  # press nothing
    (agent,) = await rig.agents(1)
    await rig.carrier()
    floor = await rig.floor()

    await rig.at_work(agent)
    await rig.until(lambda: rig.ended(2))

    gone = await Attempt.filter(account=rig.row, state="ended")
    assert [a.disposition for a in gone] == [Disposition.ABANDONED] * 2
    played = rig.commands(Play)
    assert {command.leg for command in played} == {a.id for a in gone}
    assert {command.media for command in played} == {(File(name="who-called"),)}
    run = floor.state.runs[campaign.id]
    assert (run.tally.answered, run.tally.connected, run.tally.abandoned) == (3, 1, 2)
    assert run.ledger.totals(rig.clock.now().timestamp()) == (3, 2)
    for attempt in gone:
        target = await Target.get(id=attempt.target_id)
        assert target.state is TargetState.RETRY
        assert target.next_at is not None
        assert attempt.ended_at is not None
        assert target.next_at - attempt.ended_at >= timedelta(hours=71, minutes=59)
        kinds = [e.kind for e in await CallEvent.filter(call_id=attempt.id).order_by("id")]
        assert kinds[-2:] == ["listening", "ended"]


@pytest.mark.feature("CAM-20")
async def test_the_opt_out_key_of_the_message_is_obeyed_and_the_call_stays_abandoned(
    rig: Rig,
) -> None:
    campaign = await rig.campaign(
        DialMode.PROGRESSIVE, lines_per_agent=2.0, patience_s=2.0, **MESSAGE
    )
    await rig.targets(campaign, "+12025550011", "+12025560011")  # press 1
    (agent,) = await rig.agents(1)
    await rig.carrier()
    floor = await rig.floor()

    await rig.at_work(agent)
    await rig.until(lambda: rig.ended(1))

    gone = await Attempt.get(account=rig.row, state="ended")
    assert gone.disposition is Disposition.ABANDONED
    assert (await Suppression.get(account=rig.row)).pattern == gone.number
    target = await Target.get(id=gone.target_id)
    assert (target.state, target.closed_reason) == (TargetState.CLOSED, ClosedReason.SUPPRESSED)
    assert floor.state.runs[campaign.id].tally.abandoned == 1


async def test_an_agent_who_becomes_free_meanwhile_does_not_get_the_abandoned(rig: Rig) -> None:
    campaign = await rig.campaign(
        DialMode.PROGRESSIVE,
        lines_per_agent=2.0,
        patience_s=1.0,
        abandon_action=AbandonAction.MESSAGE,
        abandon_message={"text": "x" * 300},  # twenty seconds
    )
    await rig.targets(campaign, "+12025550013", "+12025560010")  # one talks for three seconds
    (agent,) = await rig.agents(1)
    await rig.carrier()
    await rig.floor()

    await rig.at_work(agent)
    await rig.until(lambda: rig.ended(2))

    ends = {a.disposition: a.agent_id for a in await Attempt.filter(account=rig.row)}
    assert set(ends) <= {Disposition.ABANDONED, Disposition.CONNECTED}
    assert ends[Disposition.ABANDONED] is None


async def test_a_new_owner_lets_the_message_end_and_counts_it_once(slow_rig: Rig) -> None:
    rig = slow_rig
    campaign = await rig.campaign(
        DialMode.PROGRESSIVE,
        lines_per_agent=2.0,
        patience_s=1.0,
        abandon_action=AbandonAction.MESSAGE,
        abandon_message={"text": "x" * 100},  # seven seconds
    )
    await rig.targets(campaign, "+12025550010", "+12025560010")
    (agent,) = await rig.agents(1)
    await rig.carrier()
    first = await rig.floor()
    await rig.at_work(agent)
    await rig.until(lambda: _listens(first))
    await rig.until(lambda: Attempt.filter(disposition="abandoned").exists())

    await rig.let_go(first)
    floor = await rig.floor()
    await rig.until(lambda: rig.ended(1))

    (gone,) = await Attempt.filter(account=rig.row, state="ended")
    assert gone.disposition is Disposition.ABANDONED
    totals = floor.state.runs[campaign.id].ledger.totals(rig.clock.now().timestamp())
    assert totals == (2, 1)
    assert len(rig.commands(Play)) == 1


async def _listens(floor: Floor) -> bool:
    return any(line.state is AttemptState.LISTENING for line in floor.state.lines.values())
