"""What an administrator sets of predictive dialing acts as its description in the schema says.

Each setting is given through GraphQL, and what it does is watched on a simulated floor: the pacer
that the floor drives, with customers who are the same for every setting.
"""

from dataclasses import dataclass, field
from typing import Any

import pytest

from domain.campaigns.models import Campaign
from domain.campaigns.pacing import pacing_settings
from domain.pacing import Pacer, policy_for
from domain.pacing.interface import Decision, FloorView, Observation
from domain.simulation.model import Floor
from domain.simulation.outcome import Tally
from domain.simulation.scenario import Scenario, full_team
from tests import rows
from tests.fakes import FakePorts
from tests.schema.asking import ask

CREATE = """
mutation ($input: CampaignCreateInput!) {
  campaignCreate(input: $input) { ... on CampaignCreated { campaign { id } } }
}
"""
HOURS = 2.0


@dataclass
class Watched:
    """A pacer, and what it did."""

    pacer: Pacer
    most_lines: float = 0.0  # for each agent, whenever calls were launched
    beyond_free: int = 0  # the most calls on their way over the agents who were free
    thetas: list[float] = field(default_factory=list)
    tally: Tally = field(default_factory=Tally)

    def observe(self, event: Observation, now: float) -> None:
        self.pacer.observe(event, now)

    def decide(self, floor: FloorView, now: float) -> Decision:
        decision = self.pacer.decide(floor, now)
        on_their_way = len(floor.ringing) + floor.waiting + decision.launch
        if decision.launch:
            lines = len(floor.ringing) + len(floor.talking) + decision.launch
            self.most_lines = max(self.most_lines, lines / floor.agents)
            self.beyond_free = max(self.beyond_free, on_their_way - floor.free)
        self.thetas.append(self.pacer.budget.theta)
        return decision


@dataclass
class Stage:
    """Sets a campaign and plays it."""

    who: Any
    fakes: FakePorts

    async def play(
        self, *, agents: int = 10, mode: str = "PREDICTIVE", seed: int = 3, **settings: Any
    ) -> Watched:
        given = {"name": "Spring", "mode": mode, **settings}
        made = await ask(CREATE, self.who, self.fakes, input=given)
        row = await Campaign.get(id=made["campaign"]["id"])
        chosen = pacing_settings(row)
        scenario = Scenario(
            name="parameters",
            duration=3600 * HOURS,
            team=full_team(agents, 3600 * HOURS),
            answer_rate=((0.0, 0.25),),
            patience=chosen.patience,
            minimum_ring=chosen.minimum_ring,
            longest_answer=chosen.ring_limit,
            given_up=(chosen.ring_limit, chosen.ring_limit + 1.0),
        )
        policy = policy_for(row.mode, chosen, seed)
        assert isinstance(policy, Pacer)
        watched = Watched(policy)
        watched.tally = Floor(scenario, watched, seed=seed).run()
        return watched


@pytest.fixture
async def stage(database: str, fakes: FakePorts) -> Stage:
    return Stage(rows.an_admin(await rows.an_account()), fakes)


@pytest.mark.feature("CAM-10")
@pytest.mark.parametrize(("most", "used"), [(1.5, 1.4), (2.5, 2.4), (10.0, 2.6)])
async def test_lines_for_each_agent_stay_within_the_most(
    stage: Stage, most: float, used: float
) -> None:
    watched = await stage.play(maxLinesPerAgent=most)

    assert used <= watched.most_lines <= most


@pytest.mark.feature("CAM-10")
async def test_the_abandon_rate_stays_under_its_target_and_uses_it(stage: Stage) -> None:
    played = {target: await stage.play(abandonTarget=target) for target in (0.01, 0.03, 0.10)}

    for target, watched in played.items():
        assert 0.5 * target < watched.tally.abandon_rate <= target
    busy = [watched.tally.occupancy for watched in played.values()]
    assert busy == sorted(busy)
    assert busy[-1] > busy[0] + 0.03


@pytest.mark.feature("CAM-10")
@pytest.mark.parametrize("pace", [20, 100])
async def test_so_many_live_answers_come_between_two_corrections(stage: Stage, pace: int) -> None:
    watched = await stage.play(agents=40, correctionPace=pace)

    corrections = watched.pacer.budget.corrections
    answers = watched.tally.people_presented
    by_time = HOURS * 3600 / 60.0  # none sooner than a minute after the one before
    assert 0.5 * min(answers / pace, by_time) < corrections <= min(answers / pace, by_time)


@pytest.mark.feature("CAM-10")
async def test_the_gain_says_how_hard_to_correct(stage: Stage) -> None:
    still, usual, hard = [
        await stage.play(agents=40, correctionPace=10, gain=gain) for gain in (0.0, 1.0, 2.0)
    ]

    def moved(watched: Watched) -> float:
        return max(watched.thetas) / min(watched.thetas)

    assert moved(still) == 1.0
    assert 1.0 < moved(usual) < moved(hard)
    assert hard.tally.abandon_rate <= 0.03


@pytest.mark.feature("CAM-10")
@pytest.mark.parametrize(("minimum", "progressive"), [(10, False), (11, True)])
async def test_below_the_minimum_of_agents_one_line_is_dialed_for_each_free_one(
    stage: Stage, minimum: int, progressive: bool
) -> None:
    watched = await stage.play(agents=10, minimumAgents=minimum)

    assert (watched.beyond_free <= 0) is progressive
    assert (watched.tally.people_abandoned == 0) is progressive


@pytest.mark.feature("CAM-10")
async def test_ringing_ends_at_the_limit_and_never_before_15_seconds(stage: Stage) -> None:
    long, short = await stage.play(ringLimitSeconds=28), await stage.play(ringLimitSeconds=12)

    assert long.tally.cancelled > 0
    assert 15.0 <= long.tally.youngest_cancel < 28.0
    assert short.tally.cancelled == 0  # it rings its 12 s out; nothing is left to give up


@pytest.mark.feature("CAM-10")
async def test_a_longer_patience_lets_more_answers_meet_an_agent(stage: Stage) -> None:
    occupancy = {0: 0.0, 12: 0.0}
    for patience in occupancy:
        days = [await stage.play(patienceSeconds=patience, seed=seed) for seed in range(1, 7)]
        assert max(day.tally.abandon_rate for day in days) <= 0.03
        occupancy[patience] = sum(day.tally.occupancy for day in days) / len(days)

    assert occupancy[12] > occupancy[0]
