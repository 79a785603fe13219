"""What waits is stopped by new entries of a do-not-call list, and let go when one is removed.

This is housekeeping: a floor asks the lists themselves before it dials. But what is stopped here
costs it nothing, and says in its row why it is not dialed.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from tortoise.backends.base.client import BaseDBAsyncClient

from domain.campaigns.models import Campaign
from domain.campaigns.rules import CampaignState
from domain.core.ports import Ports
from domain.core.unit_of_work import unit_of_work
from domain.eligibility.parts import BlockCode
from domain.suppression.models import Suppression
from domain.targets.commands import TargetsChanged
from domain.targets.listing import after_prefix

AT_ONCE = 5_000  # targets of one transaction, so that nothing waits long for its locks

# A target is closed, or held until the entry expires; as the floor holds one, so that it is let go
# as one. A contact with several numbers waits still: another of them may be called, which a floor
# finds out when it is its turn. Locked in the order of the ids, as others do.
_STOP = f"""
WITH entry AS (
    SELECT * FROM unnest($2::text[], $3::boolean[], $4::text[], $5::timestamptz[])
        AS entry(pattern, is_prefix, until, expires_at)
), matched AS (
    SELECT target.id, entry.expires_at FROM entry JOIN target
        ON target.account_id = $1 AND target.number = entry.pattern
    WHERE NOT entry.is_prefix AND target.state IN ('new', 'retry') AND target.numbers IS NULL
        AND ($6::uuid IS NULL OR target.campaign_id = $6)
    UNION ALL
    SELECT target.id, entry.expires_at FROM entry JOIN target
        ON target.account_id = $1 AND target.number >= entry.pattern
        AND starts_with(target.number, entry.pattern)
        AND target.number < entry.until
    WHERE entry.is_prefix AND target.state IN ('new', 'retry') AND target.numbers IS NULL
        AND ($6::uuid IS NULL OR target.campaign_id = $6)
), longest AS (
    SELECT id, CASE WHEN bool_or(expires_at IS NULL) THEN NULL ELSE max(expires_at) END AS until
    FROM matched GROUP BY id
), chosen AS (
    SELECT target.id, longest.until,
        CASE WHEN held_by IS NULL THEN next_at ELSE due_at END AS was_due_at
    FROM longest JOIN target USING (id)
    WHERE until IS NULL OR held_by IS DISTINCT FROM '{BlockCode.DO_NOT_CALL}'
        OR next_at IS DISTINCT FROM greatest(due_at, until)
    ORDER BY id LIMIT $8 FOR UPDATE OF target
), stopped AS (
    UPDATE target SET
        state = CASE WHEN until IS NULL THEN 'closed' ELSE 'retry' END,
        closed_reason = CASE WHEN until IS NULL THEN 'suppressed' END,
        next_at = CASE WHEN until IS NOT NULL THEN greatest(was_due_at, until) END,
        held_by = CASE WHEN until IS NOT NULL THEN '{BlockCode.DO_NOT_CALL}' END,
        held_at = CASE WHEN until IS NOT NULL THEN $7::timestamptz END,
        due_at = CASE WHEN until IS NOT NULL THEN was_due_at END
    FROM chosen WHERE target.id = chosen.id AND target.state IN ('new', 'retry')
    RETURNING target.campaign_id
)
SELECT campaign_id, count(*) AS targets FROM stopped GROUP BY campaign_id
"""

# Another entry may hold them still; that is found out when they are looked at again.
_LET_GO = f"""
WITH held AS (
    SELECT id FROM target
    WHERE account_id = $1 AND ($2::uuid IS NULL OR campaign_id = $2)
        AND state = 'retry' AND held_by = '{BlockCode.DO_NOT_CALL}' AND {{numbers}}
    UNION
    -- Any of several numbers may be the one.
    SELECT target.id FROM campaign JOIN target ON target.campaign_id = campaign.id
    WHERE campaign.account_id = $1 AND ($2::uuid IS NULL OR campaign.id = $2)
        AND target.state = 'retry' AND target.held_by = '{BlockCode.DO_NOT_CALL}'
        AND target.numbers IS NOT NULL
), chosen AS (
    SELECT id FROM target WHERE id = ANY (SELECT id FROM held)
    ORDER BY id LIMIT $3 FOR UPDATE
), gone AS (
    UPDATE target SET held_by = NULL, held_at = NULL, due_at = NULL, next_at = due_at,
        state = CASE WHEN due_at IS NULL THEN 'new' ELSE 'retry' END
    FROM chosen WHERE target.id = chosen.id AND target.held_by = '{BlockCode.DO_NOT_CALL}'
    RETURNING target.campaign_id
)
SELECT campaign_id, count(*) AS targets FROM gone GROUP BY campaign_id
"""
_EXACT = "number = $4"
_PREFIX = "number >= $4 AND starts_with(number, $4) AND number < $5"


@dataclass(frozen=True, slots=True)
class Entry:
    """What is new on a list."""

    pattern: str
    is_prefix: bool
    expires_at: datetime | None


@dataclass(frozen=True, slots=True)
class Stop:
    """New entries of a campaign's list, or of the account's, and what waits with their numbers."""

    account_id: UUID
    campaign_id: UUID | None
    entries: Sequence[Entry]
    at: datetime

    async def some(self, connection: BaseDBAsyncClient) -> dict[UUID, int]:
        """Stop AT_ONCE waiting targets at most; how many, by campaign.

        Call it in the transaction of the entries.
        """
        values = [
            self.account_id,
            [each.pattern for each in self.entries],
            [each.is_prefix for each in self.entries],
            [_end_of(each.pattern) for each in self.entries],
            [each.expires_at for each in self.entries],
            self.campaign_id,
            self.at,
            AT_ONCE,
        ]
        return _by_campaign(await connection.execute_query_dict(_STOP, values))

    async def rest(self, stopped: dict[UUID, int], *, ports: Ports) -> int:
        """Tell the floor of those that were stopped, and stop what is left; how many in all.

        Call it after the commit.
        """
        total = 0
        dialing = Campaign.filter(account_id=self.account_id, state=CampaignState.RUNNING)
        if self.campaign_id is not None:
            dialing = dialing.filter(id=self.campaign_id)
        told = {campaign.id for campaign in await dialing.only("id")}
        while True:
            await look_again(self.account_id, stopped.keys() | told, ports=ports)
            told.clear()
            total += sum(stopped.values())
            if sum(stopped.values()) < AT_ONCE:
                return total
            async with unit_of_work(ports) as work:
                stopped = await self.some(work.connection)


async def look_again(account_id: UUID, campaign_ids: Iterable[UUID], *, ports: Ports) -> None:
    """Let a floor ask the lists anew for what it would dial next."""
    for campaign_id in campaign_ids:
        await ports.floors.tell(account_id, TargetsChanged(campaign=campaign_id))


async def let_go(connection: BaseDBAsyncClient, entry: Suppression) -> dict[UUID, int]:
    """Let targets go that a removed entry held, AT_ONCE at most; how many, by campaign."""
    campaign_id = entry.scope_id if entry.scope_id != entry.account_id else None
    values: list[Any] = [entry.account_id, campaign_id, AT_ONCE, entry.pattern]
    if entry.is_prefix:
        values.append(_end_of(entry.pattern))
    statement = _LET_GO.format(numbers=_PREFIX if entry.is_prefix else _EXACT)
    return _by_campaign(await connection.execute_query_dict(statement, values))


def _end_of(prefix: str) -> str:
    """What is behind all numbers that begin so; never nothing, or an index is not read."""
    return after_prefix(prefix) or "+9999999999999999"  # longer than any number


def _by_campaign(rows: Sequence[dict[str, Any]]) -> dict[UUID, int]:
    return {row["campaign_id"]: row["targets"] for row in rows}
