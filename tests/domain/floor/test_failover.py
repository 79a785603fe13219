"""A contact whom a carrier failed is tried by the next trunk at once, for the agent who is kept."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from domain.agents.commands import PreviewDecide, PreviewDecision
from domain.agents.models import AgentStateEntry
from domain.agents.rules import AgentState
from domain.calls.models import Attempt
from domain.calls.rules import AttemptState, Disposition
from domain.campaigns.models import Campaign
from domain.campaigns.rules import CampaignState, DialMode
from domain.eligibility.parts import BlockCode
from domain.floor.director import Floor
from domain.targets.commands import TargetsChanged
from domain.targets.models import Target
from domain.targets.rules import ClosedReason, TargetState
from domain.telephony.port import PlaceLeg, ToNumber
from domain.trunks.commands import TrunksChanged
from domain.trunks.models import CampaignTrunk, Trunk
from tests.domain.floor.rig import Rig

# How the simulated carrier answers, by the last digits; and what its trunks do, by their names.
PERSON, SILENT, BUSY, CONGESTED = (f"+1202555{n}" for n in ("0013", "0003", "0002", "0005"))


async def trunks(rig: Rig, campaign: Campaign, *names: str, **columns: Any) -> list[Trunk]:
    """The campaign's trunks, in the order in which it tries them."""
    made = []
    for place, name in enumerate(names, start=1):
        trunk = await Trunk.create(account=rig.row, name=name, position=place, **columns)
        await CampaignTrunk.create(campaign=campaign, trunk=trunk, position=place)
        made.append(trunk)
    return made


async def working(rig: Rig, count: int = 1) -> Floor:
    agents = await rig.agents(count)
    await rig.carrier()
    floor = await rig.floor()
    await rig.at_work(*agents)
    return floor


async def story(rig: Rig) -> list[tuple[str, Disposition | None, bool]]:
    """Every attempt: by which trunk, how it ended, and whether the next trunk made up for it."""
    names = {row.id: row.name for row in await Trunk.filter(account=rig.row)}
    return [
        (names[row.trunk_id], row.disposition, row.failed_over)
        for row in await Attempt.filter(account=rig.row).order_by("created_at")
        if row.trunk_id is not None
    ]


def dialed(rig: Rig) -> list[tuple[str, str | None]]:
    """What the carrier was asked to dial, and by which trunk."""
    to = [command.to for command in rig.commands(PlaceLeg)]
    return [(each.number, each.trunk) for each in to if isinstance(each, ToNumber)]


@pytest.mark.feature("CAM-21")
@pytest.mark.parametrize(
    ("mode", "settings"),
    [
        (DialMode.AGENT_FIRST, {}),
        (DialMode.PROGRESSIVE, {"lines_per_agent": 1.0}),
        (DialMode.PROGRESSIVE, {"lines_per_agent": 2.0}),
        (DialMode.PREDICTIVE, {}),
    ],
    ids=["agent-first", "reserving", "progressive", "predictive"],
)
@pytest.mark.parametrize(
    ("first", "ended"),
    [("dead-1", Disposition.UNREACHABLE), ("full-1", Disposition.CONGESTION)],
)
async def test_the_same_contact_is_reached_by_the_next_trunk(
    rig: Rig, mode: DialMode, settings: dict[str, Any], first: str, ended: Disposition
) -> None:
    campaign = await rig.campaign(mode, max_attempts=1, **settings)
    await trunks(rig, campaign, first, "living")
    (target,) = await rig.targets(campaign, PERSON)
    await working(rig)

    await rig.until(lambda: rig.ended(2))

    assert await story(rig) == [
        (first, ended, True),
        ("living", Disposition.CONNECTED, False),
    ]
    assert dialed(rig) == [(PERSON, first), (PERSON, "living")]
    assert len(set(rig.placed)) == len(rig.placed)
    await target.refresh_from_db()
    assert (target.state, target.closed_reason) == (TargetState.CLOSED, ClosedReason.CONNECTED)
    assert (target.attempts, target.last_ordinal) == (1, 2)  # it counts once


@pytest.mark.feature("CAM-21")
async def test_the_agent_is_kept_for_the_contact_and_shows_the_same_number(rig: Rig) -> None:
    campaign = await rig.campaign(DialMode.AGENT_FIRST, max_attempts=1)
    await trunks(rig, campaign, "full-1", "living")
    agents = await rig.agents(2)
    await rig.carrier()
    floor = await rig.floor()
    states = _watch_states(floor)
    await rig.at_work(*agents)
    await rig.until(lambda: _free(floor, 2))

    both = await rig.targets(campaign, "+12025550010", "+12025560010")
    await rig.ask(TargetsChanged(campaign=campaign.id))
    await rig.until(lambda: _have_talked(states, 2))
    for leg in floor.state.lines:
        rig.carrier_of().hang_up_far_end(leg)
    await rig.until(lambda: _closed(*both))

    # The other contact left by the living trunk at once, or met the full one as well.
    attempts = await Attempt.filter(account=rig.row).order_by("created_at")
    for failed in [each for each in attempts if each.failed_over]:
        (again,) = [e for e in attempts if e.target_id == failed.target_id and not e.failed_over]
        assert (again.agent_id, again.caller_id) == (failed.agent_id, failed.caller_id)
        assert again.disposition is Disposition.CONNECTED
    for mine in states.values():
        first = mine.index(AgentState.RESERVED)
        talks = mine.index(AgentState.TALKING)
        assert set(mine[first:talks]) == {AgentState.RESERVED}


@pytest.mark.feature("CAM-21")
async def test_a_contact_that_an_agent_accepted_is_not_shown_again(rig: Rig) -> None:
    campaign = await rig.campaign(DialMode.PREVIEW, max_attempts=1)
    await trunks(rig, campaign, "full-1", "living")
    (target,) = await rig.targets(campaign, PERSON)
    (agent,) = await rig.agents(1)
    await rig.carrier()
    floor = await rig.floor()
    await rig.at_work(agent)
    seat = floor.state.seats[agent.id]
    await rig.until(lambda: _holds(seat.offer is not None))
    decide = PreviewDecide(agent=agent.id, target=target.id, decision=PreviewDecision.ACCEPT)

    assert (await rig.ask(decide)).code is None
    await rig.until(lambda: rig.ended(2))

    assert [ended for _, ended, _ in await story(rig)] == [
        Disposition.CONGESTION,
        Disposition.CONNECTED,
    ]
    offers = await AgentStateEntry.filter(agent=agent, state=AgentState.RESERVED, call_id=None)
    assert len(offers) == 1


@pytest.mark.feature("CAM-21")
async def test_each_trunk_is_tried_once_and_then_the_retry_delays_decide(rig: Rig) -> None:
    campaign = await rig.campaign(
        DialMode.PROGRESSIVE, max_attempts=3, retry_delays_s={"unreachable": 3600}
    )
    await trunks(rig, campaign, "full-1", "full-2", "dead-3")
    (target,) = await rig.targets(campaign, PERSON)
    await working(rig)

    await rig.until(lambda: rig.ended(3))
    await rig.pass_time(15)  # longer than any of them rests

    assert await story(rig) == [
        ("full-1", Disposition.CONGESTION, True),
        ("full-2", Disposition.CONGESTION, True),
        ("dead-3", Disposition.UNREACHABLE, False),
    ]
    await target.refresh_from_db()
    assert (target.state, target.attempts) == (TargetState.RETRY, 1)
    assert target.last_disposition is Disposition.UNREACHABLE
    assert target.next_at is not None
    assert target.next_at > rig.clock.now() + timedelta(minutes=50)


@pytest.mark.feature("CAM-21")
@pytest.mark.parametrize(
    ("number", "ended"),
    [
        (BUSY, Disposition.BUSY),
        (SILENT, Disposition.NO_ANSWER),
        ("+12025550004", Disposition.INVALID),
        ("+12025550009", Disposition.REJECTED),
        ("+12025550006", Disposition.MACHINE),
    ],
)
async def test_what_the_called_network_says_is_not_asked_of_another_carrier(
    rig: Rig, number: str, ended: Disposition
) -> None:
    campaign = await rig.campaign(DialMode.PROGRESSIVE, max_attempts=1, ring_limit_s=6.0)
    await trunks(rig, campaign, "first", "second")
    await rig.targets(campaign, number)
    await working(rig)

    await rig.until(lambda: rig.ended(1))
    await rig.pass_time(5)

    assert await story(rig) == [("first", ended, False)]
    assert dialed(rig) == [(number, "first")]


@pytest.mark.feature("CAM-21")
@pytest.mark.parametrize(("ring_limit_s", "accused"), [(28.0, True), (1.5, False)])
async def test_a_carrier_that_never_tells_of_ringing_is_accused_by_calls_that_end_at_once_only(
    rig: Rig, ring_limit_s: float, accused: bool
) -> None:
    campaign = await rig.campaign(DialMode.PROGRESSIVE, max_attempts=1, ring_limit_s=ring_limit_s)
    first, _ = await trunks(rig, campaign, "dead-1", "living")  # dead within 2 s, or silent
    (target,) = await rig.targets(campaign, PERSON)
    (agent,) = await rig.agents(1)
    await rig.carrier()
    floor = await rig.floor()
    floor.state.trunks[first.id].tells = False
    await rig.at_work(agent)

    await rig.until(lambda: _closed(target))

    assert (floor.state.trunks[first.id].failed is not None) is accused
    went_on = [("living", Disposition.CONNECTED, False)] if accused else []
    assert await story(rig) == [("dead-1", Disposition.UNREACHABLE, accused), *went_on]


async def test_a_congested_number_holds_no_more_than_one_trunk_back(rig: Rig) -> None:
    campaign = await rig.campaign(DialMode.PROGRESSIVE, max_attempts=1)
    first, second, third = await trunks(rig, campaign, "first", "second", "third")
    await rig.targets(campaign, CONGESTED)
    floor = await working(rig)

    await rig.until(lambda: rig.ended(3))

    used = floor.state.trunks
    assert used[first.id].failed is not None
    assert (used[second.id].failed, used[third.id].failed) == (None, None)
    assert [use.busy for use in used.values()] == [0, 0, 0]


async def waiting_for_the_second_trunk(rig: Rig) -> tuple[Floor, Trunk, Trunk]:
    """A contact whom the first trunk failed, and a second one without a free channel."""
    campaign = await rig.campaign(DialMode.PROGRESSIVE, max_attempts=1)
    first, second = await trunks(rig, campaign, "full-1", "second")
    await rig.targets(campaign, PERSON)
    (agent,) = await rig.agents(1)
    await rig.carrier()
    floor = await rig.floor()
    floor.state.trunks[second.id].channels = 0  # all are taken
    await rig.at_work(agent)
    await rig.until(lambda: rig.ended(1))
    return floor, first, second


async def test_a_contact_waits_for_a_full_trunk_and_others_pass_it(rig: Rig) -> None:
    floor, _, second = await waiting_for_the_second_trunk(rig)
    await rig.pass_time(3)

    (run,) = floor.state.runs.values()
    assert [target.number for target in run.hopper] == [PERSON]
    assert dialed(rig) == [(PERSON, "full-1")]
    floor.state.trunks[second.id].channels = 1
    await rig.until(lambda: rig.ended(2))
    assert dialed(rig) == [(PERSON, "full-1"), (PERSON, "second")]


async def test_a_contact_who_waited_for_a_trunk_that_is_disabled_then_is_dialed_by_another(
    rig: Rig,
) -> None:
    floor, first, second = await waiting_for_the_second_trunk(rig)

    await Trunk.filter(id=second.id).update(disabled_at=rig.row.created_at)
    assert (await rig.ask(TrunksChanged())).code is None
    assert floor.state.trunks[first.id].enabled
    await rig.until(lambda: rig.ended(2))

    assert dialed(rig) == [(PERSON, "full-1"), (PERSON, "full-1")]


async def test_what_a_carrier_failed_counts_for_no_cap(rig: Rig) -> None:
    campaign = await rig.campaign(
        DialMode.PROGRESSIVE,
        max_attempts=5,
        number_caps=[{"calls": 1, "hours": 24}],
        retry_delays_s={"connected": 0, "busy": 1},
    )
    await trunks(rig, campaign, "full-1", "living")
    (target,) = await rig.targets(campaign, BUSY)
    await working(rig)

    await rig.until(lambda: rig.ended(2))
    await rig.until(lambda: _held(target))

    assert [ended for _, ended, _ in await story(rig)] == [
        Disposition.CONGESTION,
        Disposition.BUSY,
    ]
    await target.refresh_from_db()
    assert target.held_by == BlockCode.CAP_REACHED


async def test_an_agent_who_takes_a_break_meanwhile_loses_no_contact(slow_rig: Rig) -> None:
    rig = slow_rig
    campaign = await rig.campaign(DialMode.AGENT_FIRST, max_attempts=1)
    await trunks(rig, campaign, "dead-1", "living")
    (target,) = await rig.targets(campaign, PERSON)
    first, second = await rig.agents(2)
    await rig.carrier()
    floor = await rig.floor()
    hear = floor.hearing.hear

    def break_right_after(event: Any, node: str) -> None:
        hear(event, node)
        if type(event).__name__ == "LegFailed":
            floor.seats.take_break(floor.state.seats[first.id], reason=None)

    floor.hearing.hear = break_right_after  # type: ignore[method-assign]
    await rig.at_work(first)
    await rig.until(lambda: rig.ended(1))
    await rig.at_work(second)
    await rig.until(lambda: rig.ended(2))

    attempts = await Attempt.filter(account=rig.row).order_by("created_at")
    assert [each.agent_id for each in attempts] == [first.id, second.id]
    await target.refresh_from_db()
    assert target.closed_reason is ClosedReason.CONNECTED


async def test_a_campaign_that_was_stopped_goes_on_by_no_trunk(rig: Rig) -> None:
    stopped, running = CampaignState.STOPPED, CampaignState.RUNNING
    campaign = await rig.campaign(DialMode.AGENT_FIRST, max_attempts=2, state=stopped)
    await trunks(rig, campaign, "dead-1", "living")
    (target,) = await rig.targets(campaign, PERSON)
    (agent,) = await rig.agents(1)
    await rig.carrier()
    floor = await rig.floor()
    await rig.at_work(agent)
    await rig.until(lambda: _free(floor, 1))
    rig.gateway_works.clear()
    await Campaign.filter(id=campaign.id).update(state=running)
    await rig.changed(campaign)
    await rig.until(lambda: _has_sent(floor, 1))

    await Campaign.filter(id=campaign.id).update(state=stopped)
    await rig.changed(campaign)
    rig.gateway_works.set()
    await rig.until(lambda: rig.ended(1))
    await rig.pass_time(5)

    assert await story(rig) == [("dead-1", Disposition.UNREACHABLE, False)]
    await target.refresh_from_db()
    assert (target.state, target.attempts) == (TargetState.RETRY, 1)


@pytest.mark.parametrize("dies", ["before", "after"])
async def test_a_floor_that_dies_between_the_two_calls_loses_and_doubles_none(
    rig: Rig, dies: str
) -> None:
    campaign = await rig.campaign(DialMode.AGENT_FIRST, max_attempts=1)
    await trunks(rig, campaign, "full-1", "living")
    (target,) = await rig.targets(campaign, PERSON)
    (agent,) = await rig.agents(1)
    await rig.carrier()
    floor = await rig.floor()
    stopped = asyncio.Event()
    hear, go_on = floor.hearing.hear, floor.lines.placing.launch

    def deaf(event: Any, node: str) -> None:
        if type(event).__name__ == "LegFailed":
            floor.journal.flush = _never  # type: ignore[method-assign]  # nothing of it is written
            stopped.set()
        hear(event, node)

    def dead(*args: Any, **more: Any) -> Any:
        if more.get("instead_of") is None:
            return go_on(*args, **more)
        stopped.set()
        return []

    if dies == "before":
        floor.hearing.hear = deaf  # type: ignore[method-assign]
    else:
        floor.lines.placing.launch = dead  # type: ignore[method-assign]
    await rig.at_work(agent)
    async with asyncio.timeout(20):
        await stopped.wait()

    await rig.die(floor)
    second = await rig.floor()
    await rig.until(lambda: _closed(target))

    ends = [ended for _, ended, _ in await story(rig)]
    assert ends == [Disposition.CONGESTION, Disposition.CONNECTED] or (
        # The new owner does not know which trunk failed a moment ago.
        ends == [Disposition.CONGESTION] * 2 + [Disposition.CONNECTED]
    )
    assert len(set(rig.placed)) == len(rig.placed)
    await target.refresh_from_db()
    assert (target.closed_reason, target.attempts) == (ClosedReason.CONNECTED, 1)
    assert second.state.seats[agent.id].leg_up


async def test_the_next_owner_knows_which_trunks_failed_the_contact(slow_rig: Rig) -> None:
    rig = slow_rig
    campaign = await rig.campaign(
        DialMode.AGENT_FIRST, max_attempts=1, retry_delays_s={"unreachable": 600}
    )
    await trunks(rig, campaign, "full-1", "dead-2")
    await rig.targets(campaign, PERSON)
    (agent,) = await rig.agents(1)
    await rig.carrier()
    first = await rig.floor()
    await rig.at_work(agent)
    await rig.until(lambda: _dialing(rig, 2))

    await rig.die(first)
    await rig.floor()
    await rig.until(lambda: rig.ended(2))
    await rig.pass_time(5)

    assert await story(rig) == [
        ("full-1", Disposition.CONGESTION, True),
        ("dead-2", Disposition.UNREACHABLE, False),
    ]


def _watch_states(floor: Floor) -> dict[UUID, list[AgentState]]:
    seen: dict[UUID, list[AgentState]] = {}
    change = floor.seats.change

    def watched(seat: Any, state: AgentState, **more: Any) -> None:
        seen.setdefault(seat.agent_id, []).append(state)
        change(seat, state, **more)

    floor.seats.change = watched  # type: ignore[method-assign]
    return seen


async def _never(*, everything: bool = False) -> None:
    await asyncio.Event().wait()


async def _holds(what: bool) -> bool:
    return what


async def _has_sent(floor: Floor, count: int) -> bool:
    """Whether the gateway was told of so many calls; it may not have done it yet."""
    return [each.state for each in floor.state.lines.values()] == [AttemptState.PLACED] * count


async def _free(floor: Floor, count: int) -> bool:
    return sum(seat.free for seat in floor.state.seats.values()) == count


async def _have_talked(states: dict[UUID, list[AgentState]], count: int) -> bool:
    return sum(AgentState.TALKING in mine for mine in states.values()) == count


async def _closed(*targets: Target) -> bool:
    ids = [target.id for target in targets]
    return await Target.filter(id__in=ids, state=TargetState.CLOSED).count() == len(ids)


async def _held(target: Target) -> bool:
    return await Target.filter(id=target.id, held_by__isnull=False).exists()


async def _dialing(rig: Rig, count: int) -> bool:
    return len(dialed(rig)) == count


@pytest.mark.feature("CAM-21")
@pytest.mark.parametrize("named", [True, False], ids=["campaign's", "account's"])
async def test_nobody_is_called_by_the_switchs_default_when_every_trunk_is_disabled(
    rig: Rig, named: bool
) -> None:
    campaign = await rig.campaign(DialMode.PROGRESSIVE, max_attempts=1)
    (trunk,) = await trunks(rig, campaign, "living", disabled_at=rig.row.created_at)
    if not named:
        await CampaignTrunk.filter(campaign=campaign).delete()
    (target,) = await rig.targets(campaign, PERSON)
    floor = await working(rig)
    run = floor.state.runs[campaign.id]

    async def held_back() -> bool:
        return "no trunk of the campaign is enabled" in run.why

    await rig.until(held_back)
    assert dialed(rig) == []
    assert await Attempt.filter(account=rig.row).count() == 0

    await Trunk.filter(id=trunk.id).update(disabled_at=None)
    await rig.tell(TrunksChanged())
    await rig.until(lambda: rig.ended(1))
    assert dialed(rig) == [(target.number, "living")]
