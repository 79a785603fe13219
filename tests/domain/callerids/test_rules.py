from collections.abc import Collection
from uuid import UUID

import pytest

from domain.callerids.rules import CallerIdStrategy, caller_id_of

POOL = ("+12125550100", "+13055550100", "+17865550100", "+442079460000", "+448001111111")
CAMPAIGN, AGENT, OWN = "+12025550100", "+12025550111", "+12025550122"
HOOK, RULE = "+12025550133", "+12025550144"
EVERYTHING = {*POOL, CAMPAIGN, AGENT, OWN, HOOK, RULE}


def shown(
    strategy: CallerIdStrategy,
    number: str = "+12125550123",
    *,
    own: str | None = None,
    agent: str | None = AGENT,
    pool: tuple[str, ...] = POOL,
    call: int = 7,
    owned: Collection[str] = EVERYTHING,
    wished: tuple[str | None, ...] = (),
) -> str | None:
    return caller_id_of(
        strategy,
        number,
        own=own,
        agent=agent,
        campaign=CAMPAIGN,
        pool=pool,
        call=UUID(int=call),
        owned=owned,
        wished=wished,
    )


@pytest.mark.parametrize(
    ("strategy", "expected"),
    [
        (CallerIdStrategy.CAMPAIGN, CAMPAIGN),
        (CallerIdStrategy.AGENT, AGENT),
        (CallerIdStrategy.WITHHELD, None),
        (CallerIdStrategy.RANDOM, POOL[7 % len(POOL)]),
        (CallerIdStrategy.BEST_MATCH, "+12125550100"),
    ],
)
def test_a_campaign_shows_what_its_strategy_says_and_a_record_beats_it(
    strategy: CallerIdStrategy, expected: str | None
) -> None:
    assert shown(strategy) == expected
    assert shown(strategy, own=OWN) == OWN


@pytest.mark.parametrize(
    "strategy",
    [CallerIdStrategy.AGENT, CallerIdStrategy.RANDOM, CallerIdStrategy.BEST_MATCH],
)
def test_without_anything_to_choose_the_campaigns_number_is_shown(
    strategy: CallerIdStrategy,
) -> None:
    assert shown(strategy, agent=None, pool=()) == CAMPAIGN


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        ("+12125550199", {"+12125550100"}),  # the same area
        ("+13055550199", {"+13055550100"}),
        ("+19545550199", {"+13055550100", "+17865550100"}),  # Florida, no area of the pool
        ("+442079461111", {"+442079460000"}),
        ("+441614960000", {"+442079460000", "+448001111111"}),  # the country, and nothing nearer
    ],
)
def test_the_best_match_is_by_country_then_state_then_digits(
    number: str, expected: set[str]
) -> None:
    found = {shown(CallerIdStrategy.BEST_MATCH, number, call=n) for n in range(20)}
    assert found == expected


def test_random_uses_the_whole_pool() -> None:
    assert {shown(CallerIdStrategy.RANDOM, call=n) for n in range(50)} == set(POOL)


@pytest.mark.parametrize("strategy", list(CallerIdStrategy))
def test_a_hook_beats_a_rule_beats_a_record_beats_the_campaign(strategy: CallerIdStrategy) -> None:
    assert shown(strategy, own=OWN, wished=(HOOK, RULE)) == HOOK
    assert shown(strategy, own=OWN, wished=(RULE,)) == RULE
    assert shown(strategy, own=OWN, wished=(None, RULE)) is None  # withheld is said, too


@pytest.mark.parametrize("strategy", list(CallerIdStrategy))
def test_a_number_that_is_not_the_accounts_is_never_shown(strategy: CallerIdStrategy) -> None:
    for call in range(20):
        found = shown(strategy, own=OWN, wished=(HOOK, RULE), call=call, owned={POOL[3]})
        assert found in (None, POOL[3])
    assert shown(strategy, own=OWN, wished=(HOOK, RULE), owned=()) is None


def test_what_is_not_the_accounts_any_more_is_passed_over_as_if_it_had_not_been_said() -> None:
    without = EVERYTHING - {HOOK, OWN, AGENT}
    assert shown(CallerIdStrategy.CAMPAIGN, own=OWN, wished=(HOOK, RULE), owned=without) == RULE
    assert shown(CallerIdStrategy.AGENT, own=OWN, wished=(HOOK,), owned=without) == CAMPAIGN
    left = {POOL[1], CAMPAIGN}
    assert shown(CallerIdStrategy.RANDOM, owned=left) == POOL[1]
    assert shown(CallerIdStrategy.BEST_MATCH, owned=left) == POOL[1]
    assert shown(CallerIdStrategy.RANDOM, owned={CAMPAIGN}) == CAMPAIGN
