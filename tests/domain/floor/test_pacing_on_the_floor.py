"""What the floor tells its pacers, and what becomes of a change while it dials."""

from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from domain.calls.models import Attempt
from domain.campaigns.commands import CampaignChanged
from domain.campaigns.models import Campaign
from domain.campaigns.rules import AbandonAction, DialMode
from domain.eligibility.weeks import DAYS
from domain.floor.director import Floor
from domain.floor.state import Line, Run
from domain.pacing.interface import Decision, FloorView
from domain.telephony.port import File, HangUp, PlaceLeg, Play, ToNumber
from tests.domain.floor.rig import Rig
from tests.domain.floor.test_rules import zone_where_it_is


class Watched:
    """A pacing policy that remembers what it saw and said."""

    def __init__(self, run: Run) -> None:
        self.policy = run.policy
        self.seen: list[tuple[FloorView, Decision]] = []
        run.policy = self

    def observe(self, event: Any, now: float) -> None:
        self.policy.observe(event, now)

    def decide(self, floor: FloorView, now: float) -> Decision:
        decision = self.policy.decide(floor, now)
        self.seen.append((floor, decision))
        return decision


@pytest.mark.feature("CAM-10")
async def test_a_team_below_the_minimum_dials_one_line_for_each_free_agent(rig: Rig) -> None:
    campaign = await rig.campaign(DialMode.PREDICTIVE, minimum_agents=3, max_attempts=1)
    endings = ("0013", "0002", "0003", "0006")
    await rig.targets(campaign, *[f"+1202{n:03d}{endings[n % 4]}" for n in range(200, 224)])
    agents = await rig.agents(2)
    await rig.carrier()
    floor = await rig.floor()
    watched = Watched(floor.state.runs[campaign.id])

    await rig.at_work(*agents)
    await rig.until(lambda: rig.ended(24), seconds=60)

    for view, decision in watched.seen:
        on_their_way = view.waiting + len(view.ringing) + len(view.analysing)
        assert decision.launch <= max(0, view.free - on_their_way)
    said = [decision.why for view, decision in watched.seen if view.agents]
    assert all("agents are fewer than 3, so one line per free agent" in why for why in said)
    ends = {a.disposition for a in await Attempt.filter(campaign=campaign)}
    assert "abandoned" not in ends
    assert floor.state.runs[campaign.id].tally.abandoned == 0


@pytest.mark.feature("CAM-10")
async def test_a_team_that_is_large_enough_is_paced(rig: Rig) -> None:
    campaign = await rig.campaign(DialMode.PREDICTIVE, minimum_agents=3)
    await rig.targets(campaign, *[f"+1202{n:03d}0003" for n in range(200, 240)])
    agents = await rig.agents(3)
    await rig.carrier()
    floor = await rig.floor()

    await rig.at_work(*agents)
    await rig.until(lambda: _has_lines(floor, 3))

    why = floor.state.runs[campaign.id].why
    assert "the next call's risk of an abandon is" in why


async def test_no_call_is_given_up_before_it_rang_as_long_as_it_must(rig: Rig) -> None:
    campaign = await rig.campaign(DialMode.PREDICTIVE, minimum_agents=1, ring_limit_s=28.0)
    await rig.targets(campaign, *[f"+1202{n:03d}0003" for n in range(200, 210)])
    agents = await rig.agents(2)
    await rig.carrier()
    floor = await rig.floor()
    run = floor.state.runs[campaign.id]
    await rig.at_work(*agents)
    await rig.until(lambda: _has_lines(floor, 2))
    given_up: list[float] = []
    hang_up = floor.lines.hang_up

    def watched(line: Line) -> None:
        given_up.append(rig.clock.monotonic() - line.placed)
        hang_up(line)

    floor.lines.hang_up = watched  # type: ignore[method-assign]

    async def one_was_given_up() -> bool:
        floor.lines.give_up_ringing(run, 99, younger_than=run.settings.minimum_ring_s)
        return bool(given_up)

    await rig.until(one_was_given_up)

    assert min(given_up) >= run.settings.minimum_ring_s == 15.0


@pytest.mark.parametrize(
    ("fields", "known"),
    [
        ({}, False),
        ({"stops_in": 1800}, True),
        ({"stops_in": 2 * 3600}, False),
        ({"window": 30}, True),
    ],
    ids=["open end", "stop date soon", "stop date far off", "window"],
)
async def test_the_pacer_knows_an_end_that_is_near(
    rig: Rig, fields: dict[str, int], known: bool
) -> None:
    now, zone = rig.clock.now(), zone_where_it_is(rig, 12)  # its day does not end meanwhile
    given: dict[str, Any] = {}
    if "stops_in" in fields:
        given["stops_at"] = now + timedelta(seconds=fields["stops_in"])
    if "window" in fields:
        until = now.astimezone(ZoneInfo(zone)) + timedelta(minutes=fields["window"])
        given["calling_windows"] = [
            {"days": list(DAYS), "from": "00:00", "until": until.strftime("%H:%M")}
        ]
    campaign = await rig.campaign(DialMode.PREDICTIVE, minimum_agents=1, **given)
    numbers = [f"+1202{n:03d}0003" for n in range(200, 210)]
    for target in await rig.targets(campaign, *numbers):
        target.contact.timezone = zone
        await target.contact.save()
    agents = await rig.agents(1)
    await rig.carrier()
    floor = await rig.floor()
    watched = Watched(floor.state.runs[campaign.id])

    await rig.at_work(*agents)
    await rig.until(lambda: _has_lines(floor, 1))

    told = [view.closes_in for view, _ in watched.seen if view.closes_in is not None]
    assert bool(told) is known
    assert all(0 <= seconds < 3600 for seconds in told)


@pytest.mark.feature("CAM-02")
async def test_what_is_changed_holds_for_the_next_call(rig: Rig) -> None:
    campaign = await rig.campaign(
        DialMode.IVR_PROGRESSIVE, announcement={"sound": "first"}, ivr_ports=1, max_attempts=1
    )
    await rig.targets(campaign, *[f"+1202{n:03d}0010" for n in range(200, 230)])
    await rig.carrier()
    floor = await rig.floor()
    await rig.until(lambda: rig.ended(1))

    await _change(
        rig,
        campaign,
        announcement={"sound": "second", "opt_out_key": "9"},
        ivr_ports=5,
        analysis_settings={"greeting_s": 3.5},
        ring_limit_s=9.0,
    )
    await rig.pass_time(1.0)

    await rig.until(lambda: _has_lines(floor, 5))
    await rig.until(lambda: rig.ended(8))
    newest = [c for c in rig.commands(PlaceLeg) if isinstance(c.to, ToNumber)][-1]
    assert newest.analysis is not None
    assert (newest.analysis.greeting_s, newest.ring_limit_s) == (3.5, 9.0)
    assert rig.commands(Play)[-1].media == (File(name="second"),)
    assert rig.commands(Play)[-1].interruptible


@pytest.mark.feature("CAM-20")
async def test_the_abandon_action_may_be_changed_while_calls_are_up(rig: Rig) -> None:
    campaign = await rig.campaign(
        DialMode.PROGRESSIVE, lines_per_agent=3.0, patience_s=100.0, max_attempts=1
    )
    await rig.targets(campaign, *[f"+1202555{n}0010" for n in range(3)])
    (agent,) = await rig.agents(1)
    await rig.carrier()
    floor = await rig.floor()
    await rig.at_work(agent)
    await rig.until(lambda: _waiting(floor, 2))

    await _change(
        rig,
        campaign,
        abandon_action=AbandonAction.MESSAGE,
        abandon_message={"sound": "who-called"},
    )
    await rig.until(lambda: rig.ended(2))

    assert {c.media for c in rig.commands(Play)} == {(File(name="who-called"),)}
    assert len(rig.commands(HangUp)) == 2


async def _change(rig: Rig, campaign: Campaign, **columns: Any) -> None:
    campaign.update_from_dict(columns)
    await campaign.save(update_fields=list(columns))
    assert (await rig.ask(CampaignChanged(campaign=campaign.id))).code is None


async def _has_lines(floor: Floor, count: int) -> bool:
    return len(floor.state.lines) >= count


async def _waiting(floor: Floor, count: int) -> bool:
    return len(floor.state.waiting) == count


async def test_a_change_that_is_not_about_pacing_forgets_nothing(rig: Rig) -> None:
    campaign = await rig.campaign(DialMode.PREDICTIVE)
    await rig.carrier()
    floor = await rig.floor()
    run = floor.state.runs[campaign.id]
    learned = run.policy

    await _change(rig, campaign, name="Another name", wrap_up_s=3.0)
    assert run.policy is learned
    await _change(rig, campaign, abandon_target=0.02)
    assert run.policy is not learned
