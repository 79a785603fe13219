"""What rules, filter and order of a campaign do on a floor that dials."""

from datetime import timedelta
from typing import Any

import pytest

from domain.agents.commands import AgentEndWrapUp, PreviewDecide, PreviewDecision
from domain.agents.models import Agent
from domain.agents.rules import AgentState
from domain.calls.models import Attempt
from domain.campaigns.commands import CampaignChanged
from domain.campaigns.models import Campaign, CampaignAgent
from domain.campaigns.rules import DialMode
from domain.eligibility.parts import BlockCode
from domain.floor.boards import Boards
from domain.floor.director import Floor
from domain.suppression.models import Suppression
from domain.suppression.rules import SuppressionSource
from domain.targets.commands import TargetsChanged
from domain.targets.models import Target
from domain.targets.ordering import enqueue_unordered, order_targets
from domain.targets.rules import ClosedReason, TargetState
from tests.domain.floor.rig import Rig
from tests.fakes import FakePorts


def about(subject: str, operator: str, *values: str, name: str = "", kind: str = "text") -> Any:
    row = {"subject": subject, "operator": operator, "name": name, "kind": kind}
    return {"test": {**row, "values": list(values)}}


def rule(when: Any, *then: dict[str, Any], moment: str = "before_call", name: str = "R") -> Any:
    return {"name": name, "moment": moment, "when": when, "then": list(then)}


VIP = about("variable", "is", "gold", name="Plan")


async def person(rig: Rig, campaign: Campaign, number: str, **variables: str) -> Target:
    (target,) = await rig.targets(campaign, number, variables=variables)
    return target


async def shown(rig: Rig) -> dict[str, str | None]:
    return {each.number: each.caller_id for each in await Attempt.filter(account=rig.row)}


async def _held(target: Target, by: BlockCode) -> bool:
    return await Target.filter(id=target.id, held_by=by).exists()


@pytest.mark.feature("CAM-25")
async def test_a_rule_skips_and_a_rule_that_is_broken_stops_nobody(rig: Rig) -> None:
    campaign = await rig.campaign(
        DialMode.PROGRESSIVE,
        rules=[
            rule(VIP, {"kind": "skip"}, name="Not gold"),
            rule(
                about("variable", "more", "5", name="Debt", kind="number"),
                {"kind": "skip"},
                name="Debt",
            ),
        ],
    )
    skipped = await person(rig, campaign, "+12025550013", Plan="Gold")
    await person(rig, campaign, "+12025560013", Plan="Free", Debt="unknown")
    agents = await rig.agents(1)
    await rig.carrier()
    floor = await rig.floor()
    await rig.at_work(*agents)

    await rig.until(lambda: rig.ended(1))
    await rig.until(lambda: _held(skipped, BlockCode.RULE))

    assert set(await shown(rig)) == {"+12025560013"}
    board = Boards(floor.context).of_run(floor.state.runs[campaign.id])
    assert "rule 'Debt' does not match: variable 'Debt' is not a number" in board.why


@pytest.mark.feature("CAM-25")
async def test_a_rule_that_is_taken_away_lets_those_it_held_go_at_once(rig: Rig) -> None:
    campaign = await rig.campaign(DialMode.PROGRESSIVE, rules=[rule(VIP, {"kind": "skip"})])
    target = await person(rig, campaign, "+12025550013", Plan="gold")
    agents = await rig.agents(1)
    await rig.carrier()
    await rig.floor()
    await rig.at_work(*agents)
    await rig.until(lambda: _held(target, BlockCode.RULE))

    await Campaign.filter(id=campaign.id).update(rules=[], rules_changed_at=rig.clock.now())
    await rig.ask(CampaignChanged(campaign=campaign.id))
    await rig.until(lambda: rig.ended(1))

    assert set(await shown(rig)) == {"+12025550013"}


@pytest.mark.feature("CAM-25")
async def test_a_rule_sets_the_caller_id_above_the_record_and_the_attempt_names_it(
    rig: Rig,
) -> None:
    await rig.number("+12025550188")
    await rig.number("+12025550177")
    campaign = await rig.campaign(
        DialMode.PROGRESSIVE,
        rules=[
            rule(VIP, {"kind": "set_caller_id", "caller_id": "+12025550188"}, name="Gold line"),
            rule(
                about("variable", "is", "free", name="Plan"),
                {"kind": "set_caller_id", "caller_id": None},
                name="Withheld",
            ),
        ],
    )
    gold = await person(rig, campaign, "+12025550013", Plan="gold")
    await Target.filter(id=gold.id).update(caller_id="+12025550177")
    await person(rig, campaign, "+12025560013", Plan="free")
    await person(rig, campaign, "+12025570013", Plan="other")
    agents = await rig.agents(1)
    await rig.carrier()
    await rig.floor()
    await rig.at_work(*agents)

    await rig.until(lambda: rig.ended(3))

    assert await shown(rig) == {
        "+12025550013": "+12025550188",
        "+12025560013": None,
        "+12025570013": "+12025550100",
    }
    attempt = await Attempt.get(number="+12025550013")
    assert attempt.decided_by == {"rules": ["Gold line"]}


@pytest.mark.feature("CAM-25")
async def test_a_rule_puts_a_number_on_the_list_before_it_is_called(rig: Rig) -> None:
    campaign = await rig.campaign(
        DialMode.PROGRESSIVE, rules=[rule(VIP, {"kind": "suppress"}, name="Never gold")]
    )
    elsewhere = await rig.campaign(DialMode.PROGRESSIVE, state="stopped")
    target = await person(rig, campaign, "+12025550013", Plan="gold")
    (twin,) = await rig.targets(elsewhere, "+12025550013")
    await rig.carrier()
    floor = await rig.floor()

    await rig.until(lambda: _closed(target))
    await rig.until(lambda: _closed(twin))

    await target.refresh_from_db()
    assert target.closed_reason is ClosedReason.SUPPRESSED
    (entry,) = await Suppression.filter(account=rig.row)
    assert (entry.pattern, entry.source) == ("+12025550013", SuppressionSource.RULE)
    assert entry.reason == "The rule Never gold."
    assert floor.state.runs[campaign.id].targets_left == 0
    assert await shown(rig) == {}


async def _closed(target: Target) -> bool:
    return await Target.filter(id=target.id, state=TargetState.CLOSED).exists()


@pytest.mark.feature("CAM-25")
async def test_a_rule_puts_a_retry_off_until_a_day_after_the_last_attempt(rig: Rig) -> None:
    campaign = await rig.campaign(
        DialMode.PROGRESSIVE,
        rules=[
            rule(
                about("last_disposition", "is", "busy"),
                {"kind": "reschedule", "after_s": 86400, "at": None},
            )
        ],
    )
    target = await person(rig, campaign, "+12025550013")
    before = rig.clock.now() - timedelta(hours=1)
    await Target.filter(id=target.id).update(
        state=TargetState.RETRY,
        attempts=1,
        last_ordinal=1,
        last_disposition="busy",
        last_attempt_at=before,
        next_at=rig.clock.now(),
    )
    await rig.carrier()
    await rig.floor()

    await rig.until(lambda: _held(target, BlockCode.RULE))

    await target.refresh_from_db()
    assert target.next_at == before + timedelta(days=1)
    assert await shown(rig) == {}


@pytest.mark.feature("CAM-25")
async def test_a_rule_gives_a_target_its_priority_when_it_comes_to_be_dialed(rig: Rig) -> None:
    campaign = await rig.campaign(
        DialMode.PROGRESSIVE, rules=[rule(VIP, {"kind": "set_priority", "number": 9})]
    )
    gold = await person(rig, campaign, "+12025550013", Plan="gold")
    other = await person(rig, campaign, "+12025560013", Plan="free")
    await rig.carrier()
    await rig.floor()

    await rig.until(lambda: _has_priority(gold, 9))

    await other.refresh_from_db()
    assert other.priority == 5


async def _has_priority(target: Target, priority: int) -> bool:
    return await Target.filter(id=target.id, priority=priority).exists()


@pytest.mark.feature("CAM-25")
@pytest.mark.parametrize("lines", [1.0, 2.0])
async def test_a_rule_makes_an_agent_look_first_and_the_others_are_dialed(
    lines: float, slow_rig: Rig
) -> None:
    rig = slow_rig
    campaign = await rig.campaign(
        DialMode.PROGRESSIVE,
        lines_per_agent=lines,
        preview_s=300.0,
        rules=[rule(VIP, {"kind": "preview"})],
        max_attempts=1,
    )
    gold = await person(rig, campaign, "+12025550002", Plan="gold")
    await person(rig, campaign, "+12025560002", Plan="free")
    (agent,) = await rig.agents(1)
    await rig.carrier()
    floor = await rig.floor()
    await rig.at_work(agent)

    await rig.until(lambda: _is_offered(floor, agent))
    assert not await Attempt.filter(target_id=gold.id).exists()
    answer = await rig.ask(
        PreviewDecide(agent=agent.id, target=gold.id, decision=PreviewDecision.ACCEPT)
    )
    assert answer.code is None
    await rig.until(lambda: rig.ended(2))
    assert set(await shown(rig)) == {"+12025550002", "+12025560002"}


async def _is_offered(floor: Floor, agent: Agent) -> bool:
    return floor.state.seats[agent.id].offer is not None


@pytest.mark.feature("CAM-25")
@pytest.mark.parametrize("lines", [1.0, 2.0])
async def test_a_rule_offers_a_call_to_agents_of_a_level_first(lines: float, rig: Rig) -> None:
    campaign = await rig.campaign(
        DialMode.PROGRESSIVE,
        lines_per_agent=lines,
        rules=[rule(VIP, {"kind": "set_level", "number": 7})],
    )
    usual, expert = await rig.agents(2)
    await CampaignAgent.create(campaign=campaign, agent=expert, level=7)
    await rig.carrier()
    floor = await rig.floor()
    await rig.at_work(usual, expert)
    await rig.until(lambda: _are_free(floor, 2))
    await person(rig, campaign, "+12025550013", Plan="gold")
    await rig.ask(TargetsChanged(campaign=campaign.id))

    await rig.until(lambda: rig.ended(1))

    attempt = await Attempt.get(account=rig.row)
    assert (attempt.agent_id, attempt.decided_by) == (expert.id, {"rules": ["R"], "level": 7})


@pytest.mark.feature("CAM-25")
async def test_the_next_owner_of_a_floor_knows_what_rules_said_of_a_call_that_is_up(
    rig: Rig,
) -> None:
    campaign = await rig.campaign(
        DialMode.PROGRESSIVE, rules=[rule(VIP, {"kind": "set_level", "number": 7})]
    )
    await person(rig, campaign, "+12025550010", Plan="gold")
    agents = await rig.agents(1)
    await rig.carrier()
    first = await rig.floor()
    await rig.at_work(*agents)
    await rig.until(lambda: _is_with(first, agents[0]))
    await rig.let_go(first)

    second = await rig.floor()

    (line,) = second.state.lines.values()
    assert (line.level, line.decided_by) == (7, {"rules": ["R"], "level": 7})
    assert line.target.variables == {"Plan": "gold"}


async def _is_with(floor: Floor, agent: Agent) -> bool:
    return floor.state.seats[agent.id].state is AgentState.TALKING


async def _are_free(floor: Floor, count: int) -> bool:
    return sum(seat.free for seat in floor.state.seats.values()) == count


@pytest.mark.feature("CAM-25")
@pytest.mark.feature("CAM-15")
@pytest.mark.parametrize(
    ("then", "state", "reason"),
    [
        ({"kind": "reschedule", "after_s": 7200, "at": None}, TargetState.RETRY, None),
        ({"kind": "suppress"}, TargetState.CLOSED, ClosedReason.SUPPRESSED),
        ({"kind": "set_priority", "number": 2}, TargetState.CLOSED, ClosedReason.CONNECTED),
    ],
)
async def test_rules_are_asked_at_the_wrap_up(
    then: dict[str, Any], state: TargetState, reason: ClosedReason | None, rig: Rig
) -> None:
    codes = [{"code": "Sold", "effect": "close", "delay_s": 0}]
    when = {"all": [about("wrap_up_code", "is", "sold"), VIP]}
    campaign = await rig.campaign(
        DialMode.PROGRESSIVE,
        wrap_up_s=None,
        wrap_up_codes=codes,
        rules=[rule(when, then, moment="wrap_up", name="After")],
    )
    target = await person(rig, campaign, "+12025550013", Plan="gold")
    (agent,) = await rig.agents(1)
    await rig.carrier()
    floor = await rig.floor()
    await rig.at_work(agent)
    await rig.until(lambda: _wraps_up(floor, agent))

    assert (await rig.ask(AgentEndWrapUp(agent=agent.id, code="Sold"))).code is None

    await target.refresh_from_db()
    assert (target.state, target.closed_reason) == (state, reason)
    assert target.last_wrap_up_code == "Sold"
    if state is TargetState.RETRY:
        assert target.next_at is not None
        left = target.next_at - rig.clock.now()
        assert timedelta(minutes=110) < left <= timedelta(hours=2)
    assert target.priority == (2 if then["kind"] == "set_priority" else 5)
    entries = await Suppression.filter(account=rig.row)
    assert [entry.reason for entry in entries] == (
        ["The rule After."] if then["kind"] == "suppress" else []
    )


async def _wraps_up(floor: Floor, agent: Agent) -> bool:
    return floor.state.seats[agent.id].state is AgentState.WRAP_UP


@pytest.mark.feature("CAM-25")
async def test_a_filter_lets_only_those_who_meet_it_be_dialed(rig: Rig) -> None:
    campaign = await rig.campaign(DialMode.PROGRESSIVE, target_filter=VIP)
    left_out = await person(rig, campaign, "+12025550013", Plan="free")
    await person(rig, campaign, "+12025560013", Plan="gold")
    agents = await rig.agents(1)
    await rig.carrier()
    floor = await rig.floor()
    await rig.at_work(*agents)

    await rig.until(lambda: rig.ended(1))
    await rig.until(lambda: _held(left_out, BlockCode.FILTERED))

    assert set(await shown(rig)) == {"+12025560013"}
    run = floor.state.runs[campaign.id]

    async def board_says_so() -> bool:
        return "of 1 left, nobody may be called now" in floor.boards.of_run(run).why

    await rig.until(board_says_so)


@pytest.mark.feature("CAM-25")
async def test_new_targets_are_dialed_in_the_campaigns_order(rig: Rig, fakes: FakePorts) -> None:
    amounts = {"+12025550013": "5", "+12025560013": "40", "+12025570013": "", "+12025580013": "7"}
    campaign = await rig.campaign(
        DialMode.PROGRESSIVE,
        target_order=[{"variable": "Amount", "kind": "number", "descending": True}],
        order_due=True,
    )
    for number, amount in amounts.items():
        await person(rig, campaign, number, Amount=amount)
    await order_targets(campaign.id, ports=fakes.ports)
    await campaign.refresh_from_db()
    assert campaign.order_due is False
    agents = await rig.agents(1)
    await rig.carrier()
    await rig.floor()
    await rig.at_work(*agents)

    await rig.until(lambda: rig.ended(4))

    dialed = await Attempt.filter(account=rig.row).order_by("created_at", "id")
    assert [amounts[each.number] for each in dialed] == ["40", "7", "5", ""]


async def test_those_who_come_in_later_are_found_and_ordered_too(
    rig: Rig, fakes: FakePorts
) -> None:
    campaign = await rig.campaign(
        DialMode.PROGRESSIVE,
        target_order=[{"variable": "Amount", "kind": "number", "descending": False}],
        rules=[rule(VIP, {"kind": "set_priority", "number": 9})],
    )
    assert await enqueue_unordered(ports=fakes.ports) == 0  # there is nobody yet
    gold = await person(rig, campaign, "+12025550013", Plan="gold", Amount="1")
    assert await enqueue_unordered(ports=fakes.ports) == 1
    await order_targets(campaign.id, ports=fakes.ports)

    await gold.refresh_from_db()
    assert gold.priority == 9
    assert gold.order_key is not None
    assert await enqueue_unordered(ports=fakes.ports) == 0

    await Campaign.filter(id=campaign.id).update(target_order=[], rules=[], order_due=True)
    assert await enqueue_unordered(ports=fakes.ports) == 1
    await order_targets(campaign.id, ports=fakes.ports)
    await gold.refresh_from_db()
    assert gold.order_key is None
