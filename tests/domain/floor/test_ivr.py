"""IVR campaigns: no agent, a limited number of ports, an announcement and keys."""

from typing import Any
from uuid import UUID

import pytest

from domain.calls.models import Attempt, Call, CallEvent
from domain.calls.rules import AttemptState, Disposition
from domain.campaigns.rules import DialMode, MachineAction
from domain.floor.director import Floor
from domain.suppression.models import Suppression
from domain.suppression.rules import SuppressionSource
from domain.targets.commands import TargetsChanged
from domain.targets.models import Target
from domain.targets.rules import ClosedReason
from domain.telephony.port import Collect, File, Hold, PlaceLeg, Play, Say
from tests.domain.floor.rig import Rig

SALE = {"sound": "sale"}


@pytest.mark.feature("CAM-04")
@pytest.mark.parametrize("mode", [DialMode.IVR_PROGRESSIVE, DialMode.IVR_PREDICTIVE])
async def test_whoever_answers_hears_the_announcement_without_any_agent(
    rig: Rig, mode: DialMode
) -> None:
    campaign = await rig.campaign(mode, announcement=SALE, ivr_ports=3, max_attempts=1)
    numbers = [f"+1202555{n}0010" for n in range(6)] + ["+12025550002", "+12025560009"]
    await rig.targets(campaign, *numbers)
    await rig.carrier()
    floor = await rig.floor()

    await rig.until(lambda: rig.ended(8))

    attempts = await Attempt.filter(account=rig.row)
    assert {a.number[-4:]: a.disposition for a in attempts} == {
        "0010": Disposition.CONNECTED,
        "0002": Disposition.BUSY,
        "0009": Disposition.REJECTED,
    }
    played = rig.commands(Play)
    assert len({command.leg for command in played}) == 6
    assert {command.media for command in played} == {(File(name="sale"),)}
    assert rig.commands(Collect) == []
    heard = await Target.filter(campaign=campaign, closed_reason=ClosedReason.CONNECTED).count()
    assert heard == 6
    calls = await Call.filter(account=rig.row)
    assert len(calls) == 6
    assert all(call.agent_id is None and call.connected_at is not None for call in calls)
    run = floor.state.runs[campaign.id]
    assert (run.tally.answered, run.tally.connected, run.tally.abandoned) == (6, 6, 0)


async def test_lines_are_as_many_as_free_ports_allow(rig: Rig) -> None:
    campaign = await rig.campaign(
        DialMode.IVR_PROGRESSIVE,
        announcement=SALE,
        ivr_ports=2,
        lines_per_agent=3.0,
        ring_limit_s=600.0,
    )
    await rig.targets(campaign, *[f"+1202555{n}0003" for n in range(20)])  # nobody answers
    await rig.carrier()
    floor = await rig.floor()

    await rig.until(lambda: _has_lines(floor, 6))
    await rig.pass_time(5)

    assert len(floor.state.lines) == 6
    assert "0 of 2 ports are in use; 3 lines for each free one make 6" in (
        floor.state.runs[campaign.id].why
    )


@pytest.mark.feature("CAM-04")
async def test_hundreds_of_customers_listen_at_once_and_no_more_than_there_are_ports(
    rig: Rig,
) -> None:
    ports, more = 400, 30
    campaign = await rig.campaign(
        DialMode.IVR_PROGRESSIVE,
        announcement={"text": "x" * 30_000},  # more than half an hour
        ivr_ports=ports,
        max_attempts=1,
    )
    await rig.targets(campaign, *[f"+1202{n:03d}0010" for n in range(200, 200 + ports + more)])
    await rig.carrier()
    floor = await rig.floor()

    await rig.until(lambda: _listen(campaign.id, ports), seconds=120)
    await rig.pass_time(10)

    run = floor.state.runs[campaign.id]
    assert f"{ports} of {ports} ports are in use" in run.why
    assert len(run.lines) == ports
    assert (run.tally.answered, run.tally.connected, run.tally.abandoned) == (ports, ports, 0)
    listening = [command.leg for command in rig.commands(Play) if command.leg is not None]
    assert len(listening) == len(set(listening)) == ports

    for leg in listening[:more]:  # each makes room for one
        rig.carrier_of().hang_up_far_end(leg)
    await rig.until(lambda: rig.ended(more), seconds=60)
    await rig.until(lambda: _listen(campaign.id, ports), seconds=120)

    assert await Attempt.filter(account=rig.row).count() == ports + more
    assert run.tally.connected == ports + more


async def test_an_answer_without_a_free_port_in_time_is_abandoned(rig: Rig) -> None:
    campaign = await rig.campaign(
        DialMode.IVR_PROGRESSIVE,
        announcement={"text": "x" * 600},  # forty seconds
        ivr_ports=1,
        lines_per_agent=2.0,
        max_attempts=1,
    )
    await rig.targets(campaign, "+12025550010", "+12025560010")
    await rig.carrier()
    floor = await rig.floor()

    await rig.until(lambda: rig.ended(2))

    found = {a.disposition for a in await Attempt.filter(account=rig.row)}
    assert found == {Disposition.CONNECTED, Disposition.ABANDONED}
    run = floor.state.runs[campaign.id]
    assert (run.tally.answered, run.tally.connected, run.tally.abandoned) == (2, 1, 1)


async def test_who_waits_gets_the_port_that_becomes_free(rig: Rig) -> None:
    campaign = await rig.campaign(
        DialMode.IVR_PROGRESSIVE,
        announcement=SALE,  # three seconds
        ivr_ports=1,
        lines_per_agent=2.0,
        patience_s=600.0,
    )
    await rig.targets(campaign, "+12025550010", "+12025560010")
    await rig.carrier()
    await rig.floor()

    await rig.until(lambda: rig.ended(2))

    found = {a.disposition for a in await Attempt.filter(account=rig.row)}
    assert found == {Disposition.CONNECTED}


@pytest.mark.feature("CAM-20")
async def test_the_opt_out_key_ends_the_call_and_every_later_one(rig: Rig) -> None:
    campaign = await rig.campaign(
        DialMode.IVR_PROGRESSIVE, announcement={**SALE, "opt_out_key": "1"}, ivr_ports=1
    )
    other = await rig.campaign(DialMode.PROGRESSIVE, state="stopped")
    (target,) = await rig.targets(campaign, "+12025550011")
    (same,) = await rig.targets(other, "+12025550011")
    await rig.carrier()
    await rig.floor()

    await rig.until(lambda: rig.ended(1))

    entry = await Suppression.get(account=rig.row)
    assert (entry.pattern, entry.scope_id, entry.source, entry.reason) == (
        "+12025550011",
        rig.row.id,
        SuppressionSource.CUSTOMER,
        "Pressed the key for it in a call.",
    )
    await target.refresh_from_db()
    await same.refresh_from_db()
    assert target.closed_reason is ClosedReason.SUPPRESSED
    assert same.closed_reason is ClosedReason.SUPPRESSED
    assert (await Attempt.get(account=rig.row)).disposition is Disposition.CONNECTED


async def test_a_key_leads_to_the_campaigns_agents(rig: Rig) -> None:
    campaign = await rig.campaign(
        DialMode.IVR_PROGRESSIVE,
        announcement={**SALE, "agent_key": "1"},
        ivr_ports=1,
        patience_s=30.0,
    )
    (agent,) = await rig.agents(1)
    await rig.carrier()
    floor = await rig.floor()
    await rig.at_work(agent)
    await rig.until(lambda: _is_free(floor))
    await rig.targets(campaign, "+12025550011")
    await rig.ask(TargetsChanged(campaign=campaign.id))

    await rig.until(lambda: _talks(floor))

    (line,) = floor.state.lines.values()
    assert line.seat is not None
    assert line.seat.agent_id == agent.id
    run = floor.state.runs[campaign.id]
    assert (run.tally.answered, run.tally.connected) == (1, 1)
    await rig.until(lambda: CallEvent.filter(call_id=line.id, kind="connected").exists())
    kinds = [e.kind for e in await CallEvent.filter(call_id=line.id).order_by("id")]
    assert kinds[-3:] == ["listening", "pressed", "connected"]


async def test_who_asked_for_an_agent_waits_with_music_and_frees_the_port(rig: Rig) -> None:
    campaign = await rig.campaign(
        DialMode.IVR_PROGRESSIVE,
        announcement={**SALE, "agent_key": "1"},
        ivr_ports=1,
        patience_s=5.0,
        max_attempts=1,
    )
    (agent,) = await rig.agents(1)
    await rig.carrier()
    floor = await rig.floor()
    await rig.at_work(agent)
    await rig.until(lambda: _is_free(floor))
    await rig.targets(campaign, "+12025550011", "+12025560011")
    await rig.ask(TargetsChanged(campaign=campaign.id))

    await rig.until(lambda: rig.ended(1))

    # One agent talks for ever; the other customer left the port and waited in vain.
    given_up = await Attempt.get(account=rig.row, state="ended")
    assert given_up.disposition is Disposition.ABANDONED
    assert [command.leg for command in rig.commands(Hold)] == [given_up.id]
    run = floor.state.runs[campaign.id]
    assert (run.tally.answered, run.tally.connected, run.tally.abandoned) == (2, 2, 1)
    assert run.ledger.totals(rig.clock.now().timestamp()) == (2, 1)


async def test_a_key_for_agents_says_it_again_when_none_is_at_work(rig: Rig) -> None:
    campaign = await rig.campaign(
        DialMode.IVR_PROGRESSIVE,
        announcement={**SALE, "agent_key": "1", "repeats": 2},
        ivr_ports=1,
    )
    await rig.targets(campaign, "+12025550011")
    await rig.agents(1)  # not at work
    await rig.carrier()
    await rig.floor()

    await rig.until(lambda: rig.ended(1))

    assert len(rig.commands(Play)) == 3
    assert (await Attempt.get(account=rig.row)).disposition is Disposition.CONNECTED


async def test_nobody_keeps_a_port_by_asking_for_repeats(rig: Rig) -> None:
    campaign = await rig.campaign(
        DialMode.IVR_PROGRESSIVE, announcement={**SALE, "repeat_key": "1"}, ivr_ports=1
    )
    await rig.targets(campaign, "+12025550011")  # presses it whenever asked
    await rig.carrier()
    await rig.floor()

    await rig.until(lambda: rig.ended(1))

    assert len(rig.commands(Play)) == 10


async def test_nothing_pressed_says_it_again_as_often_as_set(rig: Rig) -> None:
    campaign = await rig.campaign(
        DialMode.IVR_PROGRESSIVE,
        announcement={"text": "Hello.", "language": "de", "hang_up_key": "9", "repeats": 1},
        ivr_ports=1,
    )
    await rig.targets(campaign, "+12025550010")  # presses nothing
    await rig.carrier()
    await rig.floor()

    await rig.until(lambda: rig.ended(1))

    assert [c.media for c in rig.commands(Play)] == [(Say(text="Hello.", language="de"),)] * 2
    assert len(rig.commands(Collect)) == 2


async def test_a_machine_is_left_a_message_after_its_beep(rig: Rig) -> None:
    campaign = await rig.campaign(
        DialMode.IVR_PROGRESSIVE,
        announcement=SALE,
        ivr_ports=1,
        machine_action=MachineAction.MESSAGE,
        machine_message="call-us",
    )
    await rig.targets(campaign, "+12025550006")
    await rig.carrier()
    await rig.floor()

    await rig.until(lambda: rig.ended(1))

    assert [command.media for command in rig.commands(Play)] == [(File(name="call-us"),)]
    assert (await Attempt.get(account=rig.row)).disposition is Disposition.MACHINE


@pytest.mark.parametrize("keys", [{}, {"hang_up_key": "1", "wait_s": 30.0}])
async def test_a_new_owner_goes_on_with_those_who_listen(
    slow_rig: Rig, keys: dict[str, Any]
) -> None:
    rig = slow_rig
    campaign = await rig.campaign(
        DialMode.IVR_PROGRESSIVE,
        announcement={"text": "x" * 100, **keys},  # seven seconds
        ivr_ports=1,
        max_attempts=1,
    )
    await rig.targets(campaign, "+12025550010", "+12025560011")
    await rig.carrier()
    first = await rig.floor()
    await rig.until(lambda: _listens(campaign.id))

    await rig.let_go(first)
    floor = await rig.floor()
    assert floor.state.runs[campaign.id].settings.ports == 1
    await rig.until(lambda: rig.ended(2), seconds=60)

    found = {a.disposition for a in await Attempt.filter(account=rig.row)}
    assert found == {Disposition.CONNECTED}
    assert len(rig.commands(PlaceLeg)) == 2
    assert len({command.leg for command in rig.commands(Play)}) == 2


async def _has_lines(floor: Floor, count: int) -> bool:
    return len(floor.state.lines) == count


async def _is_free(floor: Floor) -> bool:
    return any(seat.free for seat in floor.state.seats.values())


async def _talks(floor: Floor) -> bool:
    return any(line.state is AttemptState.CONNECTED for line in floor.state.lines.values())


async def _listen(campaign_id: UUID, count: int) -> bool:
    return await Attempt.filter(campaign_id=campaign_id, state="listening").count() == count


async def _listens(campaign_id: UUID) -> bool:
    return await Attempt.filter(campaign_id=campaign_id, state="listening").exists()
