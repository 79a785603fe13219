"""Why a target is not dialed, and how many of a campaign are not, by rule.

The answers come from `rules.blocking`, as those of the selector do. A row that the floor holds is
judged by what it was before, so that the rule is named; should nothing forbid it any more, it is
still due no earlier than the floor looks at it again.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from tortoise import connections

from domain.access.permissions import Permission
from domain.access.principal import Principal
from domain.campaigns.models import Campaign
from domain.campaigns.service import access_campaign
from domain.conditions.holds import Known
from domain.conditions.rules import Broken
from domain.core.ports import Ports
from domain.eligibility.calendars import holiday_of
from domain.eligibility.facts import Facts, read_facts
from domain.eligibility.hours import Place
from domain.eligibility.models import DialingPolicy
from domain.eligibility.openings import Openings
from domain.eligibility.parts import Block, BlockCode, Candidate
from domain.eligibility.rules import campaign_blocking, verdict_of
from domain.eligibility.several import NumberFacts, candidates_of, number_to_dial, wanted_numbers
from domain.eligibility.terms import terms_of
from domain.eligibility.ways_out import trunks_blocking
from domain.targets.hopper import numbers_of
from domain.targets.managing.removing import access_target

MOST_JUDGED = 20_000  # targets that one question judges; of more, so many at random
MOST_BROKEN = 50  # kinds of what could not be judged
AT_ONCE = 200  # targets that are judged in one go: other answers of the process come in between
_ANYWHERE = Place((), "")  # the place is that of each number

_COLUMNS = """
    target.id, target.number, target.numbers, target.state, target.closed_reason, target.next_at,
    target.held_by, target.due_at, target.attempts, target.last_disposition,
    target.last_wrap_up_code, target.last_attempt_at, target.created_at, contact.timezone,
    contact.variables
FROM target JOIN contact ON contact.id = target.contact_id
"""
_ONE = f"SELECT {_COLUMNS} WHERE target.id = $1"
_SAMPLE = f"""
SELECT id FROM target WHERE campaign_id = $1 AND state IN ('new', 'retry')
    AND mod(abs(hashtext(id::text)::bigint), $2) = 0
LIMIT {MOST_JUDGED * 2}
"""
_WAITING = f"SELECT {_COLUMNS} WHERE target.id = ANY($1) AND target.state IN ('new', 'retry')"
_COUNT = """
SELECT count(*) FILTER (WHERE state IN ('new', 'retry')) AS waiting,
    count(*) FILTER (WHERE state = 'dialing') AS dialing, count(*) AS total
FROM target WHERE campaign_id = $1
"""


@dataclass(frozen=True, slots=True)
class TargetAnswer:
    """Whether a target may be dialed at an instant, and what was looked at."""

    target_id: UUID
    at: datetime
    block: Block | None
    place: Place
    number: str  # the one that is dialed, or would be
    rules: tuple[str, ...] = ()  # those that match, by name
    broken: tuple[Broken, ...] = ()  # those that could not be judged


@dataclass(frozen=True, slots=True)
class BlockedCount:
    """How many targets one rule forbids first, and when the first of them is free of it."""

    code: BlockCode
    targets: int
    example: str
    ends_at: datetime | None


@dataclass(frozen=True, slots=True)
class BrokenCount:
    """How many targets one rule could not be judged for; it counts as not matching them."""

    what: Broken
    targets: int


@dataclass(frozen=True, slots=True)
class CampaignAnswer:
    """How many waiting targets may be dialed at an instant, and what forbids the others."""

    campaign_id: UUID
    at: datetime
    block: Block | None  # forbids all calls of the campaign
    total: int
    dialing: int
    waiting: int
    dialable: int  # were the campaign running
    blocked: list[BlockedCount]
    estimated: bool  # counts are scaled up from a sample
    broken: list[BrokenCount]

    @property
    def summary(self) -> str:
        """The answer in a sentence."""
        skipped = self.waiting - self.dialable
        if not skipped:
            return f"All {self.waiting} waiting targets may be dialed."
        reasons = ", ".join(
            f"{each.targets} {each.code.replace('_', ' ')}" for each in self.blocked
        )
        about = "About " if self.estimated else ""
        return f"{about}{skipped} of {self.waiting} would be skipped: {reasons}."


async def explain_target(principal: Principal, id: UUID, *, ports: Ports) -> TargetAnswer:
    """Why a target is not dialed now, if it is not. Raises NotFound."""
    target = await access_target(principal, id)
    campaign = await access_campaign(principal, target.campaign_id, Permission.TARGET_VIEW)
    now = ports.clock.now()
    (row,) = await connections.get("default").execute_query_dict(_ONE, [id])
    openings = await _openings(campaign)
    facts = await _facts(campaign, [row], now)
    number, candidate, block = _judged(row, facts, openings, now)
    block = await _campaign_block(campaign, openings, now) or block
    verdict = verdict_of(candidate, openings.terms, now)
    return TargetAnswer(id, now, block, candidate.place, number, verdict.matched, verdict.broken)


async def explain_campaign(
    principal: Principal, id: UUID, *, at: datetime | None = None, ports: Ports
) -> CampaignAnswer:
    """What stands between a campaign's waiting targets and their calls, at `at` or now.

    Also for a campaign that does not run: as if it did. Raises NotFound.
    """
    principal.require(Permission.CAMPAIGN_VIEW)
    campaign = await access_campaign(principal, id, Permission.CAMPAIGN_VIEW)
    connection = connections.get("default")
    when = at or ports.clock.now()
    (counts,) = await connection.execute_query_dict(_COUNT, [id])
    every = -(-counts["waiting"] // MOST_JUDGED) or 1
    _, sample = await connection.execute_query(_SAMPLE, [id, every])
    ids = [row["id"] for row in sample]
    openings = await _openings(campaign)
    blocked: Counter[BlockCode] = Counter()
    first: dict[BlockCode, Block] = {}
    broken: Counter[Broken] = Counter()
    judged = dialable = 0
    for start in range(0, len(ids), AT_ONCE):
        part = await connection.execute_query_dict(_WAITING, [ids[start : start + AT_ONCE]])
        judged += len(part)
        facts = await _facts(campaign, part, when)
        for row in part:
            _, candidate, block = _judged(row, facts, openings, when)
            broken.update(verdict_of(candidate, openings.terms, when).broken)
            if block is None:
                dialable += 1
                continue
            blocked[block.code] += 1
            if block.code not in first or _ends_before(block, first[block.code]):
                first[block.code] = block
    scale = counts["waiting"] / judged if judged else 1.0
    return CampaignAnswer(
        campaign_id=id,
        at=when,
        block=await _campaign_block(campaign, openings, when),
        total=counts["total"],
        dialing=counts["dialing"],
        waiting=counts["waiting"],
        dialable=round(dialable * scale),
        blocked=[
            BlockedCount(code, round(count * scale), first[code].message, first[code].ends_at)
            for code, count in blocked.most_common()
        ],
        estimated=every > 1,
        broken=[BrokenCount(what, round(n * scale)) for what, n in broken.most_common(MOST_BROKEN)],
    )


async def _openings(campaign: Campaign) -> Openings:
    policy = await DialingPolicy.filter(account_id=campaign.account_id).first()
    return Openings(terms_of(campaign, policy), holiday_of)


async def _campaign_block(campaign: Campaign, openings: Openings, at: datetime) -> Block | None:
    return campaign_blocking(openings.terms, at) or await trunks_blocking(campaign)


async def _facts(campaign: Campaign, rows: Sequence[dict[str, Any]], at: datetime) -> Facts:
    return await read_facts(
        connections.get("default"),
        [number for row in rows for number in wanted_numbers(row["number"], numbers_of(row))],
        account_id=campaign.account_id,
        campaign_id=campaign.id,
        now=at,
    )


def _judged(
    row: dict[str, Any], facts: Facts, openings: Openings, at: datetime
) -> tuple[str, Candidate, Block | None]:
    """The number to dial and what forbids it, as the target was before any rule held it.

    Should nothing forbid it any more, it is still held until the floor looks again.
    """
    held = row["held_by"] is not None and row["state"] == "retry"
    known = Known(
        number=row["number"],
        variables=orjson.loads(row["variables"]),
        attempts=row["attempts"],
        last_disposition=row["last_disposition"],
        wrap_up_code=row["last_wrap_up_code"],
        since=row["last_attempt_at"] or row["created_at"],
    )

    def facts_of(number: str) -> NumberFacts:
        return NumberFacts(facts.past.get(number, ()), facts.on_list.get(number))

    def judged(due_at: datetime | None) -> tuple[str, Candidate, Block | None]:
        base = Candidate(
            state=row["state"],
            place=_ANYWHERE,
            closed_reason=row["closed_reason"],
            due_at=due_at,
            known=known,
            hook_until=row["next_at"] if held and row["held_by"] == BlockCode.HOOK else None,
        )
        candidates = candidates_of(
            base, row["number"], numbers_of(row), facts_of, timezone=row["timezone"]
        )
        number, block = number_to_dial(candidates, openings, at)
        return number, candidates[number], block

    number, candidate, block = judged(row["due_at"] if held else row["next_at"])
    if block is None and held:
        return judged(row["next_at"])
    return number, candidate, block


def _ends_before(one: Block, other: Block) -> bool:
    if one.ends_at is None or other.ends_at is None:
        return one.ends_at is not None
    return one.ends_at < other.ends_at
