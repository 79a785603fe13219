"""What customers of the simulated carrier are like, and how that is drawn."""

import math
from collections import Counter
from pathlib import Path
from random import Random

import pytest

from workers.gateway.simulator.forced import FORCED
from workers.gateway.simulator.profile import CarrierProfile, Law, Nature, customer


def test_the_shares_of_the_profile_are_what_customers_are_like() -> None:
    profile = CarrierProfile()
    drawn = [customer(profile, Random(n)) for n in range(20_000)]
    natures = Counter(made.nature for made in drawn)
    live = [made for made in drawn if made.nature is Nature.LIVE]

    assert natures[Nature.LIVE] / 20_000 == pytest.approx(0.35, abs=0.015)
    assert natures[Nature.MACHINE] / 20_000 == pytest.approx(0.12, abs=0.015)
    assert natures[Nature.NO_ANSWER] / 20_000 == pytest.approx(0.37, abs=0.015)
    rings = [made.answers_s for made in live]
    assert sum(rings) / len(rings) == pytest.approx(11.5, abs=0.5)  # 12 s, cut at 28 s
    assert max(rings) <= 28
    taken = sum(made.verdict is Nature.MACHINE for made in live)
    assert taken / len(live) == pytest.approx(0.03, abs=0.01)


@pytest.mark.parametrize(
    "law", [Law(mean=4, cv=0), Law(mean=4, cv=0.5), Law(mean=100, cv=3, longest=5)]
)
def test_a_law_gives_what_it_says(law: Law) -> None:
    rng = Random(1)
    drawn = [law.draw(rng) for _ in range(2000)]
    assert 0 < min(drawn)
    assert max(drawn) <= law.longest
    if law.longest == math.inf:
        assert sum(drawn) / 2000 == pytest.approx(4, abs=0.2)


def test_shares_over_one_are_refused() -> None:
    with pytest.raises(ValueError, match="at most 1 together"):
        CarrierProfile(live=0.9, machine=0.2)


def test_every_forced_number_is_in_the_manual() -> None:
    manual = Path(__file__).parents[3] / "docs" / "simulated-carrier.md"
    rows = [line for line in manual.read_text().splitlines() if line.startswith("| `")]
    listed = {row.split("`")[1] for row in rows}
    assert set(FORCED) <= listed
