"""An agent dials a number by hand: by the campaign's rules, once, and for that agent alone."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest

from domain.access.models import Account
from domain.agents.commands import (
    AgentChanged,
    AgentDial,
    AgentGoAvailable,
    AgentHangUp,
    AgentSignIn,
    AgentTakeBreak,
)
from domain.agents.models import Agent, AgentStateEntry
from domain.agents.rules import AgentState
from domain.callerids.rules import CallerIdStrategy
from domain.calls.models import Attempt
from domain.calls.rules import AttemptState, Disposition
from domain.campaigns.models import Campaign
from domain.campaigns.rules import AbandonWindow, CampaignState, DialMode
from domain.core.floor_wire import Answer
from domain.eligibility.models import DialingPolicy
from domain.eligibility.parts import BlockCode
from domain.eligibility.weeks import DAYS
from domain.floor.director import Floor
from domain.floor.lease import lease_key
from domain.floor.runs import hooks
from domain.hooks.models import PreDialHook
from domain.hooks.rules import new_secret
from domain.ledgers.answers import counts_of
from domain.ledgers.rules import Window
from domain.suppression.models import Suppression
from domain.suppression.rules import SuppressionSource
from domain.targets.models import Contact, Target, TargetBatch
from domain.targets.rules import ClosedReason, TargetState
from domain.telephony.port import PlaceLeg, ToEndpoint, ToNumber
from domain.trunks.models import Trunk
from tests.answering import answering, says
from tests.domain.floor.rig import Rig

SHORT = "+12025550013"  # talks for three seconds
LONG = "+12025550019"
BUSY = "+12025550002"


def is_in(floor: Floor, agent: Agent, *states: AgentState) -> Callable[[], Awaitable[bool]]:
    async def holds() -> bool:
        return floor.state.seats[agent.id].state in states

    return holds


def now_of(floor: Floor, agent: Agent) -> tuple[AgentState, str | None]:
    seat = floor.state.seats[agent.id]
    return seat.state, seat.reason


async def a_dialer(rig: Rig, campaign: Campaign | None, **given: Any) -> Agent:
    """An agent who dials by hand for the campaign, and whom no campaign gives calls."""
    return await Agent.create(
        account=rig.row,
        name="Dee",
        code="4000",
        pin_hash="-",
        endpoint="phone-4000",
        default_campaign=campaign,
        **given,
    )


async def on_break(rig: Rig, agent: Agent) -> None:
    assert (await rig.ask(AgentSignIn(agent=agent.id))).code is None


async def available(rig: Rig, floor: Floor, agent: Agent) -> None:
    await rig.at_work(agent)
    await rig.until(is_in(floor, agent, AgentState.AVAILABLE))


async def dial(rig: Rig, agent: Agent, number: str) -> Answer:
    return await rig.ask(AgentDial(agent=agent.id, number=number))


def customers(rig: Rig) -> list[PlaceLeg]:
    return [leg for leg in rig.commands(PlaceLeg) if isinstance(leg.to, ToNumber)]


async def assert_nothing_happened(rig: Rig, targets: int = 0) -> None:
    """Nobody was called, and nothing was written."""
    await rig.pass_time(3)
    assert customers(rig) == []
    assert await Attempt.filter(account=rig.row).count() == 0
    assert await TargetBatch.all().count() == 0
    assert await Target.filter(account=rig.row).count() == targets
    assert await Contact.filter(account=rig.row).count() == targets


@pytest.mark.feature("AGT-01")
async def test_a_number_is_dialed_for_the_agent_as_a_target_of_the_default_campaign(
    rig: Rig,
) -> None:
    await rig.number("+12025550177")
    campaign = await rig.campaign(
        DialMode.PREDICTIVE, caller_id_strategy=CallerIdStrategy.AGENT, analysis=True
    )
    agent = await a_dialer(rig, campaign, caller_id="+12025550177")
    await rig.carrier()
    floor = await rig.floor()
    await available(rig, floor, agent)

    assert (await dial(rig, agent, "(202) 555-0013")).code is None
    await rig.until(lambda: rig.ended(1))
    await rig.until(is_in(floor, agent, AgentState.AVAILABLE))

    attempt = await Attempt.get(account=rig.row)
    assert (attempt.number, attempt.agent_id, attempt.by_hand) == (SHORT, agent.id, True)
    assert (attempt.caller_id, attempt.disposition) == ("+12025550177", Disposition.CONNECTED)
    target = await Target.get(campaign=campaign).select_related("batch")
    assert (target.id, target.number, target.attempts) == (attempt.target_id, SHORT, 1)
    assert (target.state, target.closed_reason) == (TargetState.CLOSED, ClosedReason.CONNECTED)
    assert target.batch is not None
    assert target.batch.name == "Manual calls"
    (leg,) = customers(rig)
    assert leg.analysis is None  # the agent hears who answers
    run = floor.state.runs[campaign.id]
    assert run.tally.connected == 1
    # The agent was there, so it is no answer that thins the abandon rate.
    at = rig.clock.now()
    counts = await counts_of(
        [campaign.id], Window(AbandonWindow.ROLLING_24H, at - timedelta(hours=24), at)
    )
    assert (counts.connected, run.ledger.totals(at.timestamp())) == (0, (0, 0))


@pytest.mark.feature("AGT-01")
async def test_an_agent_dials_on_a_break_and_is_back_on_it_afterwards(rig: Rig) -> None:
    campaign = await rig.campaign(DialMode.PROGRESSIVE)
    agent = await a_dialer(rig, campaign)
    await rig.carrier()
    floor = await rig.floor()
    await available(rig, floor, agent)
    await rig.ask(AgentTakeBreak(agent=agent.id, reason="lunch"))

    for count, number in enumerate((SHORT, BUSY), start=1):
        assert (await dial(rig, agent, number)).code is None
        await rig.until(lambda: rig.ended(count))  # noqa: B023  # awaited in this round
        await rig.until(is_in(floor, agent, AgentState.BREAK))
        assert now_of(floor, agent) == (AgentState.BREAK, "lunch")

    batch = await TargetBatch.get(campaign=campaign)  # one for both
    assert await Target.filter(batch=batch).count() == 2
    busy = await Target.get(number=BUSY)
    assert busy.closed_reason is ClosedReason.ATTEMPTS_EXHAUSTED  # the campaign does not go on


@pytest.mark.feature("AGT-01")
async def test_the_agents_phone_is_called_first_when_it_is_off_the_line(rig: Rig) -> None:
    campaign = await rig.campaign(DialMode.PROGRESSIVE)
    agent = await a_dialer(rig, campaign)
    await rig.carrier()
    floor = await rig.floor()
    await on_break(rig, agent)

    assert (await dial(rig, agent, LONG)).code is None
    assert (await dial(rig, agent, LONG)).code == "AGENT_BUSY"
    await rig.until(is_in(floor, agent, AgentState.TALKING))
    assert (await rig.ask(AgentHangUp(agent=agent.id))).code is None
    await rig.until(lambda: rig.ended(1))
    await rig.until(is_in(floor, agent, AgentState.BREAK))

    assert now_of(floor, agent) == (AgentState.BREAK, "signed_in")
    assert [type(leg.to) for leg in rig.commands(PlaceLeg)] == [ToEndpoint, ToNumber]
    states = [e.state for e in await AgentStateEntry.filter(agent=agent).order_by("started_at")]
    assert states[:2] == [AgentState.BREAK, AgentState.RINGING]
    assert (await Attempt.get(account=rig.row)).disposition is Disposition.CONNECTED


async def test_a_break_taken_while_the_phone_rings_calls_the_call_off(rig: Rig) -> None:
    campaign = await rig.campaign(DialMode.PROGRESSIVE)
    agent = await a_dialer(rig, campaign)
    await rig.carrier()
    floor = await rig.floor()
    await on_break(rig, agent)
    rig.gateway_works.clear()  # the phone is picked up when the agent is on a break again

    assert (await dial(rig, agent, SHORT)).code is None
    await rig.ask(AgentTakeBreak(agent=agent.id, reason="no"))
    rig.gateway_works.set()
    await rig.until(lambda: _picked_up(floor, agent))
    assert now_of(floor, agent) == (AgentState.BREAK, "no")
    await rig.ask(AgentGoAvailable(agent=agent.id))
    await rig.until(is_in(floor, agent, AgentState.AVAILABLE))

    await assert_nothing_happened(rig)


@pytest.mark.feature("AGT-01")
@pytest.mark.parametrize(
    "rule",
    [BlockCode.DO_NOT_CALL, BlockCode.CAP_REACHED, BlockCode.OUTSIDE_HOURS, BlockCode.HOOK],
)
@pytest.mark.parametrize("known", [False, True], ids=["new", "target"])
async def test_a_number_that_a_rule_forbids_is_not_dialed(
    rule: BlockCode, known: bool, rig: Rig
) -> None:
    fields: dict[str, Any] = {}
    other = await rig.campaign(DialMode.PROGRESSIVE, state=CampaignState.STOPPED)
    if rule is BlockCode.OUTSIDE_HOURS:
        day = DAYS[(rig.clock.now() + timedelta(days=3)).weekday()]
        fields["calling_windows"] = [{"days": [day], "from": "10:00", "until": "10:01"}]
    campaign = await rig.campaign(DialMode.PREVIEW, **fields)
    targets = await rig.targets(campaign, SHORT) if known else []
    agent = await a_dialer(rig, campaign)
    async with answering() as server:
        await forbid(rig, rule, campaign, server.url)
        server.answer = says(action="skip")
        await rig.carrier()
        floor = await rig.floor()
        await available(rig, floor, agent)

        answer = await dial(rig, agent, SHORT)

    assert (answer.code, answer.data["rule_code"]) == ("CALL_FORBIDDEN", rule)
    assert SHORT[-7:] not in answer.message
    assert now_of(floor, agent) == (AgentState.AVAILABLE, None)
    await rig.pass_time(3)
    assert customers(rig) == []
    assert await TargetBatch.all().count() == 0
    assert await Attempt.filter(campaign=campaign).count() == 0
    assert await Target.filter(campaign=campaign).count() == len(targets)
    assert other.id != campaign.id


async def forbid(rig: Rig, rule: BlockCode, campaign: Campaign, url: str) -> None:
    match rule:
        case BlockCode.DO_NOT_CALL:
            await Suppression.create(
                account=rig.row,
                scope_id=rig.row.id,
                pattern=SHORT,
                is_prefix=False,
                source=SuppressionSource.MANUAL,
            )
        case BlockCode.CAP_REACHED:
            elsewhere = await Campaign.get(account=rig.row, serial=1)
            (earlier,) = await rig.targets(elsewhere, SHORT, state=TargetState.CLOSED)
            await Attempt.create(
                account=rig.row,
                campaign=elsewhere,
                target=earlier,
                ordinal=1,
                number=SHORT,
                node="sim",
                epoch=1,
                state=AttemptState.ENDED,
                disposition=Disposition.BUSY,
                created_at=rig.clock.now() - timedelta(hours=1),
            )
            await DialingPolicy.create(
                account=rig.row,
                number_caps=[{"calls": 1, "hours": 24}],
                changed_at=earlier.created_at,
            )
        case BlockCode.HOOK:
            await PreDialHook.create(
                campaign=campaign,
                account=rig.row,
                url=url,
                secret=new_secret(b"s" * 32),
                created_at=campaign.created_at,
                time_limit_ms=2000,
            )


@pytest.mark.parametrize("state", [CampaignState.STOPPED, CampaignState.CLOSED])
async def test_nothing_is_dialed_for_a_campaign_that_does_not_run(
    state: CampaignState, rig: Rig
) -> None:
    campaign = await rig.campaign(DialMode.PROGRESSIVE)
    agent = await a_dialer(rig, campaign)
    await rig.carrier()
    floor = await rig.floor()
    await available(rig, floor, agent)
    archived = rig.clock.now() if state is CampaignState.CLOSED else None
    await Campaign.filter(id=campaign.id).update(state=state, archived_at=archived)

    unheard = await dial(rig, agent, SHORT)  # the floor was not told yet: the rows say no
    await rig.until(is_in(floor, agent, AgentState.AVAILABLE))
    await rig.changed(campaign)
    told = await dial(rig, agent, SHORT)

    assert unheard.code is None
    assert (told.code, told.data["rule_code"]) == ("CALL_FORBIDDEN", f"campaign_{state}")
    await assert_nothing_happened(rig)


async def test_a_campaign_that_the_next_owner_never_saw_running_refuses_too(rig: Rig) -> None:
    campaign = await rig.campaign(DialMode.PROGRESSIVE, state=CampaignState.CLOSED)
    agent = await a_dialer(rig, campaign)
    await rig.carrier()
    floor = await rig.floor()
    await available(rig, floor, agent)

    answer = await dial(rig, agent, SHORT)

    assert (answer.code, answer.data["rule_code"]) == ("CALL_FORBIDDEN", "campaign_closed")
    await assert_nothing_happened(rig)


async def test_without_a_default_campaign_or_a_number_nothing_is_dialed(rig: Rig) -> None:
    campaign = await rig.campaign(DialMode.PROGRESSIVE)
    agent = await a_dialer(rig, None)
    await rig.carrier()
    floor = await rig.floor()
    offline = await dial(rig, agent, SHORT)
    await available(rig, floor, agent)

    without = await dial(rig, agent, SHORT)
    await Agent.filter(id=agent.id).update(default_campaign_id=campaign.id)
    await rig.ask(AgentChanged(agent=agent.id))
    wrong = await dial(rig, agent, "123")

    codes = (offline.code, without.code, wrong.code)
    assert codes == ("AGENT_SIGNED_OUT", "NO_DEFAULT_CAMPAIGN", "INVALID_INPUT")
    await assert_nothing_happened(rig)


@pytest.mark.feature("AGT-01")
async def test_pressing_twice_dials_once(rig: Rig) -> None:
    campaign = await rig.campaign(DialMode.PROGRESSIVE)
    agent = await a_dialer(rig, campaign)
    await rig.carrier()
    floor = await rig.floor()
    await available(rig, floor, agent)

    answers = await asyncio.gather(*[dial(rig, agent, LONG) for _ in range(4)])
    late = await dial(rig, agent, LONG)

    codes = [answer.code for answer in answers]
    assert sorted(codes, key=str) == ["AGENT_BUSY", "AGENT_BUSY", "AGENT_BUSY", None]
    assert late.code == "AGENT_BUSY"
    await rig.until(is_in(floor, agent, AgentState.TALKING))
    assert [leg.to for leg in customers(rig)] == [ToNumber(number=LONG)]
    assert await Target.filter(campaign=campaign).count() == 1
    assert (await rig.ask(AgentHangUp(agent=agent.id))).code is None


async def test_two_agents_do_not_dial_the_same_number_at_once(rig: Rig) -> None:
    campaign = await rig.campaign(DialMode.PROGRESSIVE)
    agents = await rig.agents(2)
    await Agent.filter(account=rig.row).update(default_campaign_id=campaign.id)
    await rig.carrier()
    floor = await rig.floor()
    for agent in agents:
        await available(rig, floor, agent)

    answers = await asyncio.gather(*[dial(rig, agent, LONG) for agent in agents])

    assert {answer.code for answer in answers} == {None, "CALL_FORBIDDEN"}
    (refused,) = [answer for answer in answers if answer.code is not None]
    assert refused.data["rule_code"] == "in_call"
    await rig.pass_time(3)
    assert len(customers(rig)) == 1
    assert await Target.filter(campaign=campaign).count() == 1


@pytest.mark.parametrize("state", [TargetState.NEW, TargetState.RETRY, TargetState.CLOSED])
async def test_a_target_of_the_same_number_is_used_unless_it_is_closed(
    state: TargetState, rig: Rig
) -> None:
    campaign = await rig.campaign(DialMode.PREVIEW, max_attempts=5)
    later = rig.clock.now() + timedelta(hours=2)
    (target,) = await rig.targets(
        campaign,
        SHORT,
        state=state,
        next_at=later if state is TargetState.RETRY else None,
        closed_reason=ClosedReason.FINAL if state is TargetState.CLOSED else None,
        attempts=2,
        last_ordinal=2,
    )
    agent = await a_dialer(rig, campaign)
    await rig.carrier()
    floor = await rig.floor()
    await available(rig, floor, agent)

    assert (await dial(rig, agent, SHORT)).code is None
    await rig.until(lambda: rig.ended(1))
    await rig.until(is_in(floor, agent, AgentState.AVAILABLE))

    attempt = await Attempt.get(account=rig.row)
    if state is TargetState.CLOSED:
        await target.refresh_from_db()
        assert (attempt.ordinal, target.attempts) == (1, 2)
        assert await Target.filter(campaign=campaign).count() == 2
        return
    await target.refresh_from_db()
    assert (attempt.target_id, attempt.ordinal) == (target.id, 3)
    assert (target.state, target.attempts) == (TargetState.CLOSED, 3)
    assert await Target.filter(campaign=campaign).count() == 1


async def test_what_a_hook_said_of_calls_that_never_left_is_forgotten(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hooks, "KEPT_S", 1.0)
    campaign = await rig.campaign(DialMode.PREVIEW)
    trunk = await Trunk.create(account=rig.row, name="alpha")
    agent = await a_dialer(rig, campaign)
    await rig.carrier()
    async with answering() as server:
        server.answer = says()
        await PreDialHook.create(
            campaign=campaign,
            account_id=rig.row.id,
            url=server.url,
            secret=new_secret(b"s" * 32),
            time_limit_ms=10_000,
            created_at=campaign.created_at,
        )
        floor = await rig.floor()
        floor.state.trunks[trunk.id].channels = 0
        await available(rig, floor, agent)

        for number in ("+12025550013", "+12025560013", "+12025570013"):
            assert (await dial(rig, agent, number)).code == "NO_LINE_FREE"
            await rig.pass_time(2)

        asked = floor.state.runs[campaign.id].hook
        assert asked is not None
        assert [said.number for said in asked.said.values()] == ["+12025570013"]
        assert len(server.asked) == 3
    await assert_nothing_happened(rig)


async def test_a_full_account_gets_no_new_target_and_no_call(rig: Rig) -> None:
    campaign = await rig.campaign(DialMode.PREVIEW)
    await rig.targets(campaign, "+12025560013")
    await Account.filter(id=rig.row.id).update(target_limit=1)
    agent = await a_dialer(rig, campaign)
    await rig.carrier()
    floor = await rig.floor()
    await available(rig, floor, agent)

    answer = await dial(rig, agent, SHORT)

    assert (answer.code, answer.data) == ("TARGET_LIMIT_REACHED", {"limit": 1})
    await assert_nothing_happened(rig, targets=1)


async def test_without_a_switch_nothing_is_dialed(rig: Rig) -> None:
    campaign = await rig.campaign(DialMode.PROGRESSIVE)
    agent = await a_dialer(rig, campaign)
    await rig.carrier()
    floor = await rig.floor()
    await available(rig, floor, agent)
    await rig.ask(AgentTakeBreak(agent=agent.id, reason="lunch"))
    await rig.kill_gateway()
    await rig.until(lambda: _no_switch(floor))
    before = now_of(floor, agent)

    answer = await dial(rig, agent, SHORT)

    assert answer.code == "NO_LINE_FREE"
    assert now_of(floor, agent) == before
    await assert_nothing_happened(rig)


async def _no_switch(floor: Floor) -> bool:
    return not any(node.up for node in floor.context.nodes.values())


async def test_a_call_that_was_written_and_not_placed_is_dialed_by_nobody(rig: Rig) -> None:
    campaign = await rig.campaign(DialMode.PROGRESSIVE)
    agent = await a_dialer(rig, campaign)
    await rig.agents(1)  # who would take the campaign's own calls
    await rig.carrier()
    first = await rig.floor()
    await available(rig, first, agent)
    first.lines.placing._place = lambda lines: None  # type: ignore[method-assign]  # dies after the commit
    await rig.tell(AgentDial(agent=agent.id, number=SHORT))
    await rig.until(lambda: Attempt.filter(account=rig.row).exists())

    await _die(rig, first)
    second = await rig.floor()
    await rig.until(lambda: rig.ended(1))
    await rig.until(is_in(second, agent, AgentState.AVAILABLE))
    await rig.at_work(*await Agent.filter(account=rig.row))
    await rig.pass_time(5)

    assert customers(rig) == []
    assert (await Attempt.get(account=rig.row)).disposition is Disposition.NOT_PLACED
    target = await Target.get(campaign=campaign)
    assert (target.closed_reason, target.attempts) == (ClosedReason.REMOVED, 0)


async def test_a_call_that_was_not_written_is_dialed_once_by_the_next_owner(rig: Rig) -> None:
    campaign = await rig.campaign(DialMode.PROGRESSIVE)
    agent = await a_dialer(rig, campaign)
    await rig.carrier()
    first = await rig.floor()
    await available(rig, first, agent)
    first.journal.flush = _nothing  # type: ignore[method-assign]
    await rig.tell(AgentDial(agent=agent.id, number=SHORT))
    await rig.until(is_in(first, agent, AgentState.RESERVED))
    assert await Target.filter(campaign=campaign).count() == 0

    await _die(rig, first)
    await rig.floor()  # it finds the command in the inbox, where nobody has done it
    await rig.until(lambda: rig.ended(1))
    await rig.pass_time(5)

    assert len(customers(rig)) == 1
    assert (await Target.get(campaign=campaign)).attempts == 1


async def _picked_up(floor: Floor, agent: Agent) -> bool:
    return floor.state.seats[agent.id].leg_up


async def _die(rig: Rig, floor: Floor) -> None:
    """End a floor as kill -9 does: nothing is written, sent or released."""
    task = rig._floors.pop(floor)
    floor.journal.flush = _nothing  # type: ignore[method-assign]
    floor._lease.release = _nothing  # type: ignore[method-assign]
    task.cancel()
    await asyncio.wait([task])
    await rig.redis.delete(lease_key(rig.row.id))


async def _nothing(*, everything: bool = False) -> None:
    await asyncio.sleep(0.01)  # else who writes again and again would let nobody else run
