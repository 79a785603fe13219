"""The named floors of the pacing benchmark.

base-nN-pP: N agents, answer rate P, cold start, as long as N allows for a steady figure. h1 to h11:
answer rates that fall, jump or swing, lunch, a recycled list, short and long talks, answering
machines, a day of breaks and unlike agents, people who log in all morning, a hundred in shifts.
"""

from dataclasses import replace

import numpy as np

from domain.simulation.scenario import (
    Analysis,
    Duration,
    Scenario,
    Spell,
    full_team,
    with_breaks,
)

HOUR = 3600.0
BASE_CELLS = (
    (5, 0.1), (5, 0.2), (5, 0.3), (5, 0.5),
    (10, 0.1), (10, 0.2), (10, 0.3), (10, 0.5),
    (20, 0.1), (20, 0.2), (20, 0.3), (20, 0.5),
    (50, 0.1), (50, 0.2), (50, 0.3), (50, 0.5),
    (200, 0.1), (200, 0.3), (500, 0.1), (500, 0.3),
)  # fmt: skip


def hours_of(agents: int) -> float:
    """Return the hours of a base run: long for small teams, whose luck evens out slowly."""
    return 8.0 if agents <= 20 else 4.0 if agents <= 50 else 2.0 if agents <= 200 else 1.0


def base(agents: int, rate: float) -> Scenario:
    """Return the plain floor of `agents` at one answer rate."""
    duration = hours_of(agents) * HOUR
    return Scenario(
        name=f"base-n{agents}-p{rate:g}",
        duration=duration,
        team=full_team(agents, duration),
        answer_rate=((0.0, rate),),
    )


def hard(name: str, agents: int, hours: float, rates: tuple[tuple[float, float], ...]) -> Scenario:
    """Return a floor whose whole team stays; `rates` in hours."""
    return Scenario(
        name=name,
        duration=hours * HOUR,
        team=full_team(agents, hours * HOUR),
        answer_rate=tuple((h * HOUR, p) for h, p in rates),
    )


def zigzag() -> Scenario:
    """50 agents; the answer rate jumps every hour, and drifts between."""
    rates: list[tuple[float, float]] = []
    for hour, (start, stop) in enumerate(((0.15, 0.2), (0.4, 0.3), (0.15, 0.2), (0.4, 0.3))):
        rates += [(float(hour), start), (hour + 1.0, stop)]
    return hard("h3-zigzag-n50", 50, 4.0, tuple(rates))


def lunch() -> Scenario:
    """40 agents, of whom half leave unannounced for 45 minutes in the middle of 6 hours."""
    end = 6 * HOUR
    away = with_breaks(0.0, end, [(3 * HOUR, 3.75 * HOUR)])
    team = tuple(away if k % 2 else (Spell(0.0, end),) for k in range(40))
    return replace(hard("h4-lunch-n40", 40, 6.0, ((0.0, 0.25),)), team=team)


def recycled() -> Scenario:
    """20 agents on a list dialed again every 2 hours, each time with fewer answers."""
    rates: list[tuple[float, float]] = []
    for turn, (start, stop) in enumerate(((0.4, 0.25), (0.2, 0.12), (0.35, 0.2), (0.15, 0.08))):
        rates += [(2.0 * turn, start), (2.0 * turn + 2.0, stop)]
    return hard("h5-recycle-n20", 20, 8.0, tuple(rates))


def whole_day() -> Scenario:
    """25 unlike agents over 9 hours: lunch in turns, coffee breaks, an answer rate that drifts."""
    random = np.random.default_rng(9)
    end = 9 * HOUR
    team = []
    for k in range(25):
        coffee, tea = random.uniform(1.0, 2.5) * HOUR, random.uniform(6.0, 8.0) * HOUR
        meal = (3.5 + 0.5 * (k % 4)) * HOUR
        breaks = [(coffee, coffee + 900), (meal, meal + 1800), (tea, tea + 600)]
        team.append(with_breaks(0.0, end, breaks))
    rates = ((0.0, 0.22), (2.0, 0.3), (4.0, 0.2), (6.5, 0.28), (9.0, 0.35))
    speeds = tuple(float(v) for v in np.exp(0.2 * random.standard_normal(25)))
    return replace(hard("h9-day-n25", 25, 9.0, rates), team=tuple(team), speeds=speeds)


def logins() -> Scenario:
    """30 agents who sign in one by one over the first 3 of 8 hours."""
    end = 8 * HOUR
    team = tuple((Spell(k * 3 * HOUR / 30, end),) for k in range(30))
    return replace(hard("h10-login-n30", 30, 8.0, ((0.0, 0.25),)), team=team)


def shifts() -> Scenario:
    """100 agents in two shifts of 4 hours, one hour apart; the answer rate drifts."""
    early, late = (Spell(0.0, 4 * HOUR),), (Spell(HOUR, 5 * HOUR),)
    team = tuple(late if k % 2 else early for k in range(100))
    rates = ((0.0, 0.2), (2.0, 0.3), (5.0, 0.25))
    return replace(hard("h11-n100-shift", 100, 5.0, rates), team=team)


def machines(name: str, agents: int, hours: float, target: float) -> Scenario:
    """Three calls in ten meet a machine, a quarter a person; analysis takes 1.5 to 3.5 seconds."""
    plain = hard(name, agents, hours, ((0.0, 0.25),))
    return replace(plain, analysis=Analysis(machines=0.3), abandon_target=target)


def all_scenarios() -> dict[str, Scenario]:
    """Return every scenario by name, in the order of the tables."""
    hard_ones = [
        hard("h1-drop-n20", 20, 8.0, ((0.0, 0.4), (4.0, 0.4), (4.0, 0.15), (8.0, 0.15))),
        hard("h2-jump-n20", 20, 8.0, ((0.0, 0.15), (4.0, 0.15), (4.0, 0.4), (8.0, 0.4))),
        zigzag(),
        lunch(),
        recycled(),
        replace(
            hard("h6-small5-short", 5, 8.0, ((0.0, 0.25),)),
            talk=Duration(60.0, 0.9),
            wrap=Duration(15.0, 0.6),
        ),
        replace(
            hard("h7-small8-long", 8, 8.0, ((0.0, 0.2),)),
            talk=Duration(240.0, 0.9),
            wrap=Duration(30.0, 0.6),
        ),
        machines("h8-amd-n20", 20, 8.0, 0.03),
        machines("h8b-amd-ofcom-n50", 50, 4.0, 0.01),
        whole_day(),
        logins(),
        shifts(),
    ]
    return {s.name: s for s in [*(base(n, p) for n, p in BASE_CELLS), *hard_ones]}
