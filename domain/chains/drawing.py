"""Drawing: what a campaign finished becomes targets of those who draw from it, each once.

The database notes every target of a source that is closed, in the transaction that closes it
(migrations, `finished_target`). Here those notes are taken, in blocks of one transaction: the new
targets, the record that they were drawn, and the end of the note. So it may be killed at any
instant and repeated, by several at once.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from tortoise.backends.base.client import BaseDBAsyncClient

from domain.chains.earlier import read_earlier
from domain.chains.models import CampaignSource
from domain.chains.rules import DrawResult, Finished, Include, Wanted
from domain.core.ids import new_id
from domain.core.transactions import in_transaction
from domain.eligibility.several import wanted_numbers
from domain.suppression.checks import suppressed_numbers
from domain.targets.hopper import numbers_of
from domain.targets.rules import TargetState

AT_ONCE = 500  # notes of one transaction

# A target is settled once its agent has wrapped up: until then the wrap-up code isn't known, and
# it may send the target back to be dialed again. LIMIT 1 keeps the planner to look-ups.
SETTLED = """
NOT EXISTS (
    SELECT FROM target CROSS JOIN LATERAL (
        SELECT id FROM attempt WHERE target_id = target.id AND ordinal = target.last_ordinal
        LIMIT 1
    ) AS newest CROSS JOIN LATERAL (
        SELECT agent_id, answered_at FROM "call" WHERE id = newest.id LIMIT 1
    ) AS talk
    JOIN agent_state ON agent_state.agent_id = talk.agent_id
        AND agent_state.started_at >= talk.answered_at AND agent_state.ended_at IS NULL
        AND agent_state.call_id = newest.id
    WHERE target.id = note.target_id
)
"""
_TAKE = f"""
SELECT note.id AS note, note.campaign_id AS source_id, target.*, newest.ended_at,
    talk.wrap_up_code, talk.wrap_up_ended_at
FROM finished_target AS note
LEFT JOIN LATERAL (
    SELECT id AS target_id, contact_id, number, numbers, caller_id, priority, state, closed_reason,
        last_disposition, last_ordinal
    FROM target WHERE target.id = note.target_id LIMIT 1
) AS target ON true
LEFT JOIN LATERAL (
    SELECT id, ended_at FROM attempt
    WHERE attempt.target_id = note.target_id AND ordinal = target.last_ordinal LIMIT 1
) AS newest ON true
LEFT JOIN LATERAL (
    SELECT wrap_up_code, wrap_up_ended_at FROM "call" WHERE "call".id = newest.id LIMIT 1
) AS talk ON true
WHERE note.campaign_id = ANY($1) AND {SETTLED}
ORDER BY note.id LIMIT $2 FOR UPDATE OF note SKIP LOCKED
"""
_TAKERS = """
SELECT id, name, max_attempts FROM campaign
WHERE id = ANY($1) AND state <> 'closed' ORDER BY id FOR SHARE
"""
_DRAWN_BEFORE = """
SELECT from_target_id, campaign_source_id FROM target_draw
WHERE from_target_id = ANY($1) AND campaign_source_id = ANY($2)
"""
# In the order of the numbers, as imports do, so that none waits for another in a circle.
_INSERT = """
INSERT INTO target (id, account_id, campaign_id, contact_id, batch_id, number, caller_id, priority,
    state, attempts, last_ordinal, max_attempts, next_at, created_at, numbers, is_first)
SELECT u.id, $1, u.campaign_id, u.contact_id,
    (SELECT id FROM target_batch WHERE target_batch.id = u.batch_id), u.number, u.caller_id,
    u.priority, u.state, 0, 0, u.max_attempts, u.next_at, $2, u.numbers::jsonb, true
FROM unnest($3::uuid[], $4::uuid[], $5::uuid[], $6::uuid[], $7::text[], $8::text[], $9::int[],
    $10::text[], $11::int[], $12::timestamptz[], $13::text[])
    AS u(id, campaign_id, contact_id, batch_id, number, caller_id, priority, state, max_attempts,
        next_at, numbers)
ORDER BY u.campaign_id, u.number, u.id
ON CONFLICT (campaign_id, number, is_first) DO NOTHING
RETURNING id
"""
_PRESENT = """
SELECT target.id, target.campaign_id, target.number
FROM unnest($1::uuid[], $2::text[]) AS wanted(campaign_id, number)
JOIN target ON target.campaign_id = wanted.campaign_id AND target.number = wanted.number
    AND target.is_first
"""
_RECORD = """
INSERT INTO target_draw (id, campaign_source_id, from_target_id, target_id, result, at)
SELECT u.id, u.campaign_source_id, u.from_target_id, u.target_id, u.result, $1
FROM unnest($2::uuid[], $3::uuid[], $4::uuid[], $5::uuid[], $6::text[])
    AS u(id, campaign_source_id, from_target_id, target_id, result)
"""
_COUNT = """
UPDATE campaign_source AS link SET drawn = link.drawn + u.drawn,
    duplicates = link.duplicates + u.duplicates, suppressed = link.suppressed + u.suppressed,
    lacks_room = u.lacks_room
FROM unnest($1::uuid[], $2::int[], $3::int[], $4::int[], $5::bool[])
    AS u(id, drawn, duplicates, suppressed, lacks_room)
WHERE link.id = u.id
"""
# Counts no further than it must.
_ROOM = """
SELECT account.target_limit - (
    SELECT count(*) FROM (
        SELECT FROM target WHERE account_id = account.id LIMIT account.target_limit
    ) AS held
) AS room FROM account WHERE id = $1 FOR NO KEY UPDATE
"""


@dataclass(slots=True)
class Drawn:
    """New targets by campaign. `draws`: whether any campaign does; `more`: at once."""

    targets: dict[UUID, int] = field(default_factory=dict)
    draws: bool = True
    more: bool = False


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A finished target for one who draws; `id` is that of its new target."""

    id: UUID
    source: CampaignSource
    row: dict[str, Any]

    @property
    def place(self) -> tuple[UUID, str]:
        return self.source.campaign_id, self.row["number"]

    @property
    def all_numbers(self) -> list[str]:
        return wanted_numbers(self.row["number"], numbers_of(self.row))

    @property
    def numbers(self) -> str | None:
        """All of the contact's as a new target keeps them; None: there is the one."""
        numbers = numbers_of(self.row)
        return numbers.anew().stored() if numbers is not None else None


def wanted_of(source: CampaignSource) -> Wanted:
    """The statuses by which a campaign draws."""
    return Wanted(
        Include(source.include),
        frozenset(source.closed_reasons),
        frozenset(source.dispositions),
        frozenset(source.wrap_up_codes),
    )


async def draw(account_id: UUID, *, now: datetime) -> Drawn:
    """Draw a block of what an account's campaigns finished. Bears repetition."""
    sources = await CampaignSource.filter(account_id=account_id, removed_at=None)
    if not sources:
        return Drawn(draws=False)
    reading = False
    for source in sources:
        if source.read_after is not None:
            reading = await read_earlier(source) or reading
    async with in_transaction() as connection:
        drawn = await _draw(connection, account_id, sources, now)
    drawn.more = drawn.more or reading
    return drawn


async def _draw(
    connection: BaseDBAsyncClient,
    account_id: UUID,
    sources: Sequence[CampaignSource],
    now: datetime,
) -> Drawn:
    notes = await connection.execute_query_dict(
        _TAKE, [list({source.source_id for source in sources}), AT_ONCE]
    )
    if not notes:
        return Drawn()
    room = await _room(connection, account_id)  # the account's row before those of campaigns
    takers = {
        row["id"]: row
        for row in await connection.execute_query_dict(
            _TAKERS, [list({source.campaign_id for source in sources})]
        )
    }
    candidates = await _candidates(connection, notes, sources, takers)
    left_out = candidates[room:] if room is not None else []
    candidates = candidates[:room] if room is not None else candidates
    results = await _insert(connection, account_id, candidates, takers, now)
    await _record(connection, results, left_out, sources, now)
    kept = {each.row["note"] for each in left_out}
    done = [note["note"] for note in notes if note["note"] not in kept]
    await connection.execute_query("DELETE FROM finished_target WHERE id = ANY($1)", [done])
    drawn = Drawn(more=len(notes) == AT_ONCE and bool(done))
    for each, result, _ in results:
        if result is DrawResult.DRAWN:
            campaign_id = each.source.campaign_id
            drawn.targets[campaign_id] = drawn.targets.get(campaign_id, 0) + 1
    return drawn


async def _candidates(
    connection: BaseDBAsyncClient,
    notes: Sequence[dict[str, Any]],
    sources: Sequence[CampaignSource],
    takers: dict[UUID, dict[str, Any]],
) -> list[_Candidate]:
    """What is to be drawn and was not, the earliest first."""
    by_source: dict[UUID, list[tuple[CampaignSource, Wanted]]] = defaultdict(list)
    for source in sources:
        if source.campaign_id in takers:
            by_source[source.source_id].append((source, wanted_of(source)))
    found = []
    for note in notes:
        if note["state"] != TargetState.CLOSED:
            continue  # sent back meanwhile, or deleted
        finished = Finished(note["closed_reason"], note["last_disposition"], note["wrap_up_code"])
        for source, wanted in by_source[note["source_id"]]:
            if wanted.draws(finished):
                found.append(_Candidate(new_id(), source, note))
    if not found:
        return []
    before = await connection.execute_query_dict(
        _DRAWN_BEFORE,
        [[each.row["target_id"] for each in found], [source.id for source in sources]],
    )
    known = {(row["from_target_id"], row["campaign_source_id"]) for row in before}
    return [each for each in found if (each.row["target_id"], each.source.id) not in known]


async def _room(connection: BaseDBAsyncClient, account_id: UUID) -> int | None:
    """How many more targets the account may hold; None: any number."""
    (row,) = await connection.execute_query_dict(
        "SELECT target_limit FROM account WHERE id = $1", [account_id]
    )
    if row["target_limit"] is None:
        return None
    (row,) = await connection.execute_query_dict(_ROOM, [account_id])
    return max(0, int(row["room"]))


async def _insert(
    connection: BaseDBAsyncClient,
    account_id: UUID,
    candidates: Sequence[_Candidate],
    takers: dict[UUID, dict[str, Any]],
    now: datetime,
) -> list[tuple[_Candidate, DrawResult, UUID | None]]:
    """What became of each, and the target that has the number now."""
    by_campaign: dict[UUID, list[_Candidate]] = defaultdict(list)
    for each in candidates:
        by_campaign[each.source.campaign_id].append(each)
    results: list[tuple[_Candidate, DrawResult, UUID | None]] = []
    good: list[_Candidate] = []
    for campaign_id, group in by_campaign.items():
        forbidden = await suppressed_numbers(
            connection,
            [number for each in group for number in each.all_numbers],
            account_id=account_id,
            campaign_id=campaign_id,
            now=now,
        )
        for each in group:
            if forbidden.issuperset(each.all_numbers):
                results.append((each, DrawResult.SUPPRESSED, None))
            else:
                good.append(each)
    if not good:
        return results
    first_calls = [_first_call(each, now) for each in good]
    inserted = {
        row["id"]
        for row in await connection.execute_query_dict(
            _INSERT,
            [
                account_id,
                now,
                [each.id for each in good],
                [each.source.campaign_id for each in good],
                [each.row["contact_id"] for each in good],
                [each.source.batch_id for each in good],
                [each.row["number"] for each in good],
                [each.row["caller_id"] for each in good],
                [each.row["priority"] for each in good],
                [TargetState.RETRY if at else TargetState.NEW for at in first_calls],
                [takers[each.source.campaign_id]["max_attempts"] for each in good],
                first_calls,
                [each.numbers for each in good],
            ],
        )
    }
    twice = [each for each in good if each.id not in inserted]
    present = await connection.execute_query_dict(
        _PRESENT, [[each.place[0] for each in twice], [each.place[1] for each in twice]]
    )
    there = {(row["campaign_id"], row["number"]): row["id"] for row in present}
    results += [(each, DrawResult.DRAWN, each.id) for each in good if each.id in inserted]
    results += [(each, DrawResult.DUPLICATE, there.get(each.place)) for each in twice]
    return results


def _first_call(each: _Candidate, now: datetime) -> datetime | None:
    """The earliest first attempt; None: at once. The delay runs from the end in the source."""
    ended_at = each.row["wrap_up_ended_at"] or each.row["ended_at"] or now
    first: datetime = ended_at + timedelta(seconds=each.source.delay_s)
    return first if each.source.delay_s and first > now else None


async def _record(
    connection: BaseDBAsyncClient,
    results: Sequence[tuple[_Candidate, DrawResult, UUID | None]],
    left_out: Sequence[_Candidate],
    sources: Sequence[CampaignSource],
    now: datetime,
) -> None:
    if results:
        await connection.execute_query(
            _RECORD,
            [
                now,
                [new_id() for _ in results],
                [each.source.id for each, _, _ in results],
                [each.row["target_id"] for each, _, _ in results],
                [target_id for _, _, target_id in results],
                [result for _, result, _ in results],
            ],
        )
    without_room = {each.source.id for each in left_out}
    counted = sorted(
        {each.source.id for each, _, _ in results}
        | {s.id for s in sources if s.lacks_room is not (s.id in without_room)}
    )
    if not counted:
        return
    by_result = {
        result: [
            sum(each.source.id == id and got is result for each, got, _ in results)
            for id in counted
        ]
        for result in DrawResult
    }
    await connection.execute_query(
        _COUNT,
        [
            counted,
            by_result[DrawResult.DRAWN],
            by_result[DrawResult.DUPLICATE],
            by_result[DrawResult.SUPPRESSED],
            [id in without_room for id in counted],
        ],
    )
