"""Whose turn it is: chained campaigns begin, pause and go on by what the others have left."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from logging import getLogger
from uuid import UUID

from tortoise import connections

from domain.campaigns.rules import CampaignState
from domain.chains.drawing import SETTLED
from domain.chains.rules import Member, Turn, turns
from domain.eligibility.holding import HELD_FOR_LONG

logger = getLogger(__name__)

_MEMBERS = """
SELECT id, chain_id, after_id, serial, state, waits_for_id, name FROM campaign
WHERE account_id = $1 AND chain_id IS NOT NULL ORDER BY serial
"""
# Each EXISTS is a look-up in an index of its own, also where a filter left out a million targets:
# of those that rules hold no more than LOOKED_AT are looked at, the last ones. Should another one
# of them come to be dialed, it is due then, and its campaign has its turn.
LOOKED_AT = 1000
_LEFT = f"""
SELECT u.id FROM unnest($1::uuid[]) AS u(id)
WHERE EXISTS (SELECT FROM target WHERE campaign_id = u.id AND state = 'new')
   OR EXISTS (SELECT FROM target WHERE campaign_id = u.id AND state = 'retry' AND held_at IS NULL)
   OR EXISTS (SELECT FROM (
        SELECT held_by, held_at, next_at FROM target
        WHERE campaign_id = u.id AND state = 'retry' AND held_at IS NOT NULL
        ORDER BY held_at DESC LIMIT {LOOKED_AT}
    ) AS held WHERE NOT {HELD_FOR_LONG})
"""
_DUE = f"""
SELECT u.id FROM unnest($1::uuid[]) AS u(id)
WHERE EXISTS (SELECT FROM target WHERE campaign_id = u.id AND state = 'new')
   OR EXISTS (SELECT FROM (
        SELECT held_by, held_at, next_at FROM target
        WHERE campaign_id = u.id AND state = 'retry' AND next_at <= $2
        ORDER BY next_at DESC LIMIT {LOOKED_AT}
    ) AS due WHERE NOT {HELD_FOR_LONG})
"""
_COMING = f"""
SELECT DISTINCT campaign_source.campaign_id AS id FROM campaign_source
WHERE campaign_source.campaign_id = ANY($1) AND removed_at IS NULL AND NOT lacks_room
    AND (read_after IS NOT NULL OR EXISTS (
        SELECT FROM finished_target AS note
        WHERE note.campaign_id = campaign_source.source_id AND {SETTLED}))
"""
# Whoever stopped or closed it meanwhile has the last word.
_TAKE_TURN = """
UPDATE campaign SET state = $3, waits_for_id = $4
WHERE id = $1 AND state = $2 AND chain_id IS NOT NULL RETURNING id
"""


@dataclass(frozen=True, slots=True)
class Taken:
    """A campaign that began, paused or went on."""

    turn: Turn
    waits_for: str | None  # the name of the campaign that dials first


@dataclass(frozen=True, slots=True)
class Turns:
    """Who began, paused or went on; `chained`: whether any campaign is of a chain."""

    chained: bool
    taken: Sequence[Taken] = ()


async def take_turns(
    account_id: UUID, *, now: datetime, calling: Callable[[], Mapping[UUID, int]]
) -> Turns:
    """Let every chained campaign begin, pause or go on, as it is due; gives those that did.

    `calling` counts, by campaign, the calls that met nobody yet. It is asked after the rows are
    read: a target that was taken meanwhile is among one of them.
    """
    connection = connections.get("default")
    rows = await connection.execute_query_dict(_MEMBERS, [account_id])
    chained = bool(rows)
    chains = {
        row["chain_id"]
        for row in rows
        if row["state"] == "waiting" or (row["state"] == "running" and row["after_id"])
    }
    rows = [row for row in rows if row["chain_id"] in chains]
    if not rows:
        return Turns(chained)
    ids = [row["id"] for row in rows]
    coming = {row["id"] for row in await connection.execute_query_dict(_COMING, [ids])}
    left = {row["id"] for row in await connection.execute_query_dict(_LEFT, [ids])}
    due = {row["id"] for row in await connection.execute_query_dict(_DUE, [ids, now])}
    under_way = calling()
    by_chain: dict[UUID, list[Member]] = {}
    for row in rows:
        id = row["id"]
        member = Member(
            id=id,
            after_id=row["after_id"],
            serial=row["serial"],
            state=CampaignState(row["state"]),
            left=int(id in left),
            due=int(id in due),
            calling=under_way.get(id, 0),
            coming=int(id in coming),
            waits_for=row["waits_for_id"],
        )
        by_chain.setdefault(row["chain_id"], []).append(member)
    names = {row["id"]: row["name"] for row in rows}
    states = {row["id"]: row["state"] for row in rows}
    taken = []
    for members in by_chain.values():
        for turn in turns(members):
            done = await connection.execute_query_dict(
                _TAKE_TURN, [turn.id, states[turn.id], turn.state, turn.waits_for]
            )
            if done:
                logger.info("campaign %s is %s, by its chain", turn.id, turn.state)
                taken.append(Taken(turn, names.get(turn.waits_for) if turn.waits_for else None))
    return Turns(chained, taken)
