"""A campaign dials its targets, whatever becomes of each call."""

from datetime import timedelta
from uuid import UUID

from domain.agents.commands import PreviewDecide, PreviewDecision
from domain.agents.models import AgentStateEntry
from domain.agents.rules import AgentState
from domain.calls.events import (
    CallEnded,
    ScreenPop,
    Variable,
    decode_desk_event,
    desk_topic,
)
from domain.calls.models import Attempt, Call, CallEvent
from domain.calls.rules import Disposition
from domain.campaigns.commands import CampaignChanged
from domain.campaigns.models import Campaign
from domain.campaigns.rules import CampaignState, DialMode
from domain.floor.director import Floor
from domain.floor.state import Seat
from domain.targets.models import Target
from domain.targets.rules import ClosedReason, TargetState
from tests.domain.floor.rig import Rig

MORE_THAN_CAN_BE_DIALED = 200


async def test_every_outcome_ends_its_attempt_and_settles_its_target(rig: Rig) -> None:
    campaign = await rig.campaign(DialMode.PROGRESSIVE, lines_per_agent=2.0, max_attempts=1)
    await rig.targets(
        campaign,
        *[f"+1202555{ending}" for ending in ("0013", "0002", "0004", "0005", "0006", "0009")],
    )
    agents = await rig.agents(3)
    await rig.carrier()
    await rig.floor()

    await rig.at_work(*agents)
    await rig.until(lambda: rig.ended(6))

    attempts = await Attempt.filter(account=rig.row)
    assert {a.number[-4:]: a.disposition for a in attempts} == {
        "0013": Disposition.CONNECTED,
        "0002": Disposition.BUSY,
        "0004": Disposition.INVALID,
        "0005": Disposition.CONGESTION,
        "0006": Disposition.MACHINE,
        "0009": Disposition.REJECTED,
    }
    targets = await Target.filter(campaign=campaign)
    assert {(t.number[-4:], t.state, t.closed_reason, t.attempts) for t in targets} == {
        ("0013", TargetState.CLOSED, ClosedReason.CONNECTED, 1),
        ("0002", TargetState.CLOSED, ClosedReason.ATTEMPTS_EXHAUSTED, 1),
        ("0004", TargetState.CLOSED, ClosedReason.INVALID, 1),
        ("0005", TargetState.CLOSED, ClosedReason.ATTEMPTS_EXHAUSTED, 1),
        ("0006", TargetState.CLOSED, ClosedReason.ATTEMPTS_EXHAUSTED, 1),
        ("0009", TargetState.CLOSED, ClosedReason.ATTEMPTS_EXHAUSTED, 1),
    }


async def test_a_connected_call_leaves_its_whole_story(rig: Rig) -> None:
    campaign = await rig.campaign(DialMode.PROGRESSIVE, max_attempts=1)
    await rig.targets(campaign, "+12025550013")
    (agent,) = await rig.agents(1)
    await rig.carrier()
    await rig.floor()

    await rig.at_work(agent)
    await rig.until(lambda: rig.ended(1))
    await rig.until(
        lambda: AgentStateEntry.filter(
            agent=agent, state=AgentState.AVAILABLE, ended_at=None
        ).exists()
    )

    call = await Call.get(account=rig.row)
    assert (call.agent_id, call.campaign_id, call.number) == (
        agent.id,
        campaign.id,
        "+12025550013",
    )
    assert call.connected_at is not None
    assert call.ended_at is not None
    assert call.wrap_up_ended_at is not None
    timeline = await CallEvent.filter(call_id=call.id).order_by("id")
    assert [event.kind for event in timeline] == [
        "ringing",
        "answered",
        "analysed",
        "connected",
        "ended",
        "wrap_up_ended",
    ]
    states = await AgentStateEntry.filter(agent=agent).order_by("started_at")
    assert [entry.state for entry in states] == [
        AgentState.BREAK,
        AgentState.RINGING,
        AgentState.AVAILABLE,
        AgentState.RESERVED,
        AgentState.TALKING,
        AgentState.WRAP_UP,
        AgentState.AVAILABLE,
    ]
    assert all(entry.ended_at for entry in states[:-1])


async def test_a_customer_nobody_takes_is_given_up_and_counted_as_abandoned(rig: Rig) -> None:
    campaign = await rig.campaign(DialMode.PROGRESSIVE, lines_per_agent=3.0, patience_s=2.0)
    await rig.targets(campaign, *[f"+1202555{n}0010" for n in range(3)])
    (agent,) = await rig.agents(1)
    await rig.carrier()
    floor = await rig.floor()

    await rig.at_work(agent)
    await rig.until(lambda: rig.ended(2))

    gone = await Attempt.filter(account=rig.row, state="ended")
    assert [a.disposition for a in gone] == [Disposition.ABANDONED] * 2
    for attempt in gone:
        assert attempt.answered_at is not None
        call = await Call.get(id=attempt.id)
        assert (call.agent_id, call.connected_at) == (None, None)
    run = floor.state.runs[campaign.id]
    assert (run.tally.answered, run.tally.connected, run.tally.abandoned) == (3, 1, 2)
    target = await Target.get(id=gone[0].target_id)
    assert target.state is TargetState.RETRY
    assert target.next_at is not None
    assert gone[0].ended_at is not None
    assert target.next_at - gone[0].ended_at >= timedelta(hours=71, minutes=59)


async def test_an_agent_sees_one_contact_dialing_then_connected(rig: Rig) -> None:
    campaign = await rig.campaign(
        DialMode.PROGRESSIVE, variables=["City"], crm_url="https://crm.example/{number}?c={City}"
    )
    await rig.targets(campaign, "+12025550020")
    (agent,) = await rig.agents(1)
    await rig.carrier()
    await rig.floor()

    await rig.at_work(agent)

    async def was_told() -> bool:
        payloads = rig.bus.payloads(desk_topic(agent.id))
        return any(isinstance(decode_desk_event(payload), CallEnded) for payload in payloads)

    await rig.until(was_told)

    events = [decode_desk_event(p) for p in rig.bus.payloads(desk_topic(agent.id))]
    pops = [event for event in events if isinstance(event, ScreenPop)]
    assert [pop.stage for pop in pops] == ["dialing", "connected"]
    assert pops[0].call == pops[1].call
    assert pops[1].name == "Person 0020"
    assert pops[1].variables == (Variable("City", "Łódź"),)
    assert pops[1].crm_url == "https://crm.example/%2B12025550020?c=%C5%81%C3%B3d%C5%BA"
    ended = [event for event in events if isinstance(event, CallEnded)]
    assert [event.disposition for event in ended] == [Disposition.CONNECTED]


async def test_a_target_removed_at_the_last_moment_is_not_dialed(rig: Rig) -> None:
    campaign = await rig.campaign(DialMode.PROGRESSIVE)
    (target,) = await rig.targets(campaign, "+12025550013")
    (agent,) = await rig.agents(1)
    await rig.carrier()
    floor = await rig.floor()
    await rig.until(lambda: _is_loaded(floor, campaign))
    await Target.filter(id=target.id).update(
        state=TargetState.CLOSED, closed_reason=ClosedReason.REMOVED
    )

    await rig.at_work(agent)
    await rig.until(lambda: _is_tried(floor, campaign))
    await rig.pass_time(2)

    assert [leg for leg in rig.placed if leg not in floor.state.legs] == []
    assert await Attempt.filter(account=rig.row).count() == 0
    await target.refresh_from_db()
    assert (target.state, target.attempts) == (TargetState.CLOSED, 0)


async def test_a_stopped_campaign_places_nothing_after_the_answer(rig: Rig) -> None:
    campaign = await rig.campaign(DialMode.PROGRESSIVE, lines_per_agent=3.0)
    numbers = [f"+1202{n}0002" for n in range(200, 200 + MORE_THAN_CAN_BE_DIALED)]
    await rig.targets(campaign, *numbers)
    agents = await rig.agents(4)
    await rig.carrier()
    await rig.floor()
    await rig.at_work(*agents)
    await rig.until(lambda: rig.ended(5))

    await Campaign.filter(id=campaign.id).update(state=CampaignState.STOPPED)
    answer = await rig.ask(CampaignChanged(campaign=campaign.id))
    assert answer.code is None
    before = await Attempt.filter(account=rig.row).count()
    await rig.pass_time(10)

    assert await Attempt.filter(account=rig.row).count() == before
    assert before < MORE_THAN_CAN_BE_DIALED


async def test_a_preview_is_dialed_when_the_agent_accepts(rig: Rig) -> None:
    campaign = await rig.campaign(DialMode.PREVIEW)
    targets = await rig.targets(campaign, "+12025550013", "+12025560013", "+12025570013")
    (agent,) = await rig.agents(1)
    await rig.carrier()
    floor = await rig.floor()
    await rig.at_work(agent)
    seat = floor.state.seats[agent.id]

    async def decide(decision: PreviewDecision) -> UUID:
        await rig.until(lambda: _has_offer(seat))
        assert seat.offer is not None
        target = seat.offer.target.id
        answer = await rig.ask(PreviewDecide(agent=agent.id, target=target, decision=decision))
        assert answer.code is None
        return target

    assert await Attempt.filter(account=rig.row).count() == 0
    skipped = await decide(PreviewDecision.SKIP)
    removed = await decide(PreviewDecision.REMOVE)
    accepted = await decide(PreviewDecision.ACCEPT)
    await rig.until(lambda: rig.ended(1))

    assert [skipped, removed, accepted] == [target.id for target in targets]
    rows = {t.id: t for t in await Target.filter(campaign=campaign)}
    assert (rows[skipped].state, rows[skipped].attempts) == (TargetState.RETRY, 0)
    assert rows[removed].closed_reason is ClosedReason.REMOVED
    assert rows[accepted].closed_reason is ClosedReason.CONNECTED
    late = await rig.ask(
        PreviewDecide(agent=agent.id, target=skipped, decision=PreviewDecision.ACCEPT)
    )
    assert late.code == "OFFER_GONE"


async def test_what_was_offered_is_dialed_when_the_campaign_previews_no_more(rig: Rig) -> None:
    campaign = await rig.campaign(DialMode.PREVIEW, preview_s=600)
    first, _ = await rig.targets(campaign, "+12025550013", "+12025560013")
    (agent,) = await rig.agents(1)
    await rig.carrier()
    floor = await rig.floor()
    await rig.at_work(agent)
    seat = floor.state.seats[agent.id]
    await rig.until(lambda: _has_offer(seat))

    await Campaign.filter(id=campaign.id).update(mode=DialMode.PROGRESSIVE)
    await rig.changed(campaign)
    await rig.until(lambda: rig.ended(1))

    (attempt, *_) = await Attempt.filter(campaign=campaign).order_by("created_at")
    assert (attempt.target_id, attempt.agent_id) == (first.id, agent.id)
    late = await rig.ask(
        PreviewDecide(agent=agent.id, target=first.id, decision=PreviewDecision.SKIP)
    )
    assert late.code == "OFFER_GONE"


async def test_a_predictive_campaign_works_through_its_list(rig: Rig) -> None:
    campaign = await rig.campaign(DialMode.PREDICTIVE, max_attempts=1, minimum_agents=2)
    endings = ("0013", "0002", "0003", "0006")
    await rig.targets(campaign, *[f"+1202{n:03d}{endings[n % 4]}" for n in range(200, 260)])
    agents = await rig.agents(6)
    await rig.carrier()
    floor = await rig.floor()

    await rig.at_work(*agents)
    await rig.until(lambda: rig.ended(60), seconds=60)

    assert await Target.filter(campaign=campaign, state=TargetState.CLOSED).count() == 60
    assert floor.state.runs[campaign.id].targets_left == 0
    assert len(set(rig.placed)) == len(rig.placed)
    assert floor.state.lines == {}


async def _is_loaded(floor: Floor, campaign: Campaign) -> bool:
    return len(floor.state.runs[campaign.id].hopper) == 1


async def _is_tried(floor: Floor, campaign: Campaign) -> bool:
    return not floor.state.runs[campaign.id].hopper and not floor.state.lines


async def _has_offer(seat: Seat) -> bool:
    return seat.offer is not None
