"""Which number a customer sees. Pure.

The pre-dial hook beats a rule, a rule beats a target's own caller ID, and that beats what the
campaign says.
"""

from collections.abc import Container, Sequence
from enum import StrEnum
from itertools import takewhile
from uuid import UUID

from domain.core.numbers import is_e164
from domain.core.problems import Problems
from domain.eligibility.places import place_of

MOST_IN_POOL = 200  # each is compared for each call


class CallerIdStrategy(StrEnum):
    """Whose number a campaign shows."""

    CAMPAIGN = "campaign"  # the campaign's own
    AGENT = "agent"  # that of the agent the call is reserved for, else the campaign's
    WITHHELD = "withheld"  # none
    RANDOM = "random"  # one of the pool, anew for every call
    BEST_MATCH = "best_match"  # the one of the pool that is nearest to the customer's number


def caller_id_of(
    strategy: CallerIdStrategy,
    number: str,
    *,
    own: str | None,
    agent: str | None,
    campaign: str | None,
    pool: Sequence[str],
    call: UUID,
    owned: Container[str],
    wished: Sequence[str | None] = (),
) -> str | None:
    """The number to show to the owner of `number`; None: withheld.

    Only numbers of the account are shown: what is not `owned` is passed over, as if it had not
    been said. `wished` are those of the pre-dial hook and of rules, best first; `own` is the
    target's. `call` is the attempt's id, whose last bits are the dice: the same call shows the
    same number whenever it is asked.
    """
    for wish in wished:
        if wish is None or wish in owned:
            return wish
    if own is not None and own in owned:
        return own
    usable = [each for each in pool if each in owned]
    match strategy:
        case CallerIdStrategy.WITHHELD:
            return None
        case CallerIdStrategy.AGENT if agent is not None and agent in owned:
            return agent
        case CallerIdStrategy.RANDOM if usable:
            return usable[_dice(call, len(usable))]
        case CallerIdStrategy.BEST_MATCH if usable:
            return _nearest(number, usable, call)
    return campaign if campaign is not None and campaign in owned else None


def _nearest(number: str, pool: Sequence[str], call: UUID) -> str:
    """Of the same country, then of the same state, then with the longest common beginning."""
    place = place_of(number)

    def nearness(candidate: str) -> tuple[bool, bool, int]:
        there = place_of(candidate)
        same_country = there.country == place.country
        same_state = same_country and bool(place.state) and there.state == place.state
        return same_country, same_state, _digits_alike(number, candidate)

    ranked = {candidate: nearness(candidate) for candidate in pool}
    best = max(ranked.values())
    nearest = [candidate for candidate in pool if ranked[candidate] == best]
    return nearest[_dice(call, len(nearest))]


def _digits_alike(one: str, other: str) -> int:
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))


def _dice(call: UUID, sides: int) -> int:
    return (call.int & 0xFFFFFFFF) % sides  # the random part of a time-ordered id


def checked_pool(path: str, pool: Sequence[str], problems: Problems) -> list[str]:
    """The numbers of a pool, each once; what is wrong is added to the problems."""
    problems.unless(len(pool) <= MOST_IN_POOL, path, f"must be at most {MOST_IN_POOL}")
    for index, number in enumerate(pool):
        problems.unless(is_e164(number), f"{path}.{index}", "must be in E.164, as in +12025550103")
    return list(dict.fromkeys(pool))
