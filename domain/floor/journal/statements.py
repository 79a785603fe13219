"""The floor's SQL. One statement writes all rows of a kind: arrays in, `unnest` out.

A group is turned into values at once, before anything is awaited, so that what changes while it is
being written belongs to the next group.
"""

from typing import Any
from uuid import UUID

import orjson

from domain.core.ids import new_id
from domain.floor.journal.group import Group
from domain.floor.journal.recording_rows import statements_of_recordings
from domain.floor.journal.supervision_rows import upsert_supervisions
from domain.floor.journal.tapes import TakenPiece
from domain.floor.state import Line
from domain.replays.code import fingerprint
from domain.targets.call_backs import call_backs

FENCE = """
UPDATE floor SET inbox_position = coalesce($3, inbox_position)
WHERE account_id = $1 AND epoch = $2 RETURNING epoch
"""

# A stop or close commits the campaign's row first; after that nothing of it can be taken here.
_TAKE = """
WITH dialing AS (
    SELECT id FROM campaign WHERE id = $1 AND state = 'running' FOR SHARE
)
UPDATE target SET state = 'dialing', last_attempt_at = $3,
    attempts = attempts + 1, last_ordinal = last_ordinal + 1
FROM dialing
WHERE target.campaign_id = dialing.id AND target.id = ANY($2) AND target.state IN ('new', 'retry')
    {due}
RETURNING target.id, target.numbers, target.attempts, target.last_ordinal
"""
TAKE_TARGETS = _TAKE.format(due="AND (target.next_at IS NULL OR target.next_at <= $3)")
TAKE_BY_HAND = _TAKE.format(due="")  # an agent need not wait for a retry to be due

_INSERT_ATTEMPTS = """
INSERT INTO attempt (id, account_id, campaign_id, target_id, ordinal, number, caller_id, node,
    trunk_id, epoch, state, agent_id, created_at, decided_by, by_hand)
SELECT u.id, $1, $2, u.target_id, u.ordinal, u.number, u.caller_id, u.node, u.trunk_id, $3,
    'committed', u.agent_id, u.created_at, u.decided_by::jsonb, u.by_hand
FROM unnest($4::uuid[], $5::uuid[], $6::int[], $7::text[], $8::text[], $9::text[], $10::uuid[],
    $11::uuid[], $12::timestamptz[], $13::text[], $14::bool[])
    AS u(id, target_id, ordinal, number, caller_id, node, trunk_id, agent_id, created_at,
        decided_by, by_hand)
"""

_UPDATE_ATTEMPTS = """
UPDATE attempt SET state = u.state, disposition = u.disposition, agent_id = u.agent_id,
    ringing_at = u.ringing_at, answered_at = u.answered_at, connected_at = u.connected_at,
    ended_at = u.ended_at, failed_over = u.failed_over
FROM unnest($1::uuid[], $2::text[], $3::text[], $4::uuid[], $5::timestamptz[], $6::timestamptz[],
    $7::timestamptz[], $8::timestamptz[], $9::bool[])
    AS u(id, state, disposition, agent_id, ringing_at, answered_at, connected_at, ended_at,
        failed_over)
WHERE attempt.id = u.id
"""

_UPSERT_CALLS = """
INSERT INTO "call" (id, account_id, direction, campaign_id, target_id, agent_id, number,
    answered_at, connected_at, ended_at, ended_by, wrap_up_ended_at, wrap_up_code, note, node,
    inbound_number_id)
SELECT u.id, $1, u.direction, u.campaign_id, u.target_id, u.agent_id, u.number, u.answered_at,
    u.connected_at, u.ended_at, u.ended_by, u.wrap_up_ended_at, u.wrap_up_code, u.note, u.node,
    u.inbound_number_id
FROM unnest($2::uuid[], $3::text[], $4::uuid[], $5::uuid[], $6::uuid[], $7::text[],
    $8::timestamptz[], $9::timestamptz[], $10::timestamptz[], $11::text[], $12::timestamptz[],
    $13::text[], $14::text[], $15::text[], $16::uuid[])
    AS u(id, direction, campaign_id, target_id, agent_id, number, answered_at, connected_at,
        ended_at, ended_by, wrap_up_ended_at, wrap_up_code, note, node, inbound_number_id)
ON CONFLICT (id) DO UPDATE SET agent_id = excluded.agent_id,
    connected_at = excluded.connected_at, ended_at = excluded.ended_at,
    -- What the last owner wrote and this one never knew stays.
    ended_by = coalesce(excluded.ended_by, "call".ended_by),
    wrap_up_ended_at = coalesce(excluded.wrap_up_ended_at, "call".wrap_up_ended_at),
    wrap_up_code = coalesce(excluded.wrap_up_code, "call".wrap_up_code),
    note = coalesce(nullif(excluded.note, ''), "call".note)
"""

_UPSERT_ENTRIES = """
INSERT INTO agent_state (id, account_id, agent_id, state, reason, campaign_id, call_id, leg_id,
    node, trunk_id, by_phone, then_break, then_break_reason, started_at, ended_at)
SELECT u.id, $1, u.agent_id, u.state, u.reason, u.campaign_id, u.call_id, u.leg_id, u.node,
    u.trunk_id, u.by_phone, u.then_break, u.then_break_reason, u.started_at, u.ended_at
FROM unnest($2::uuid[], $3::uuid[], $4::text[], $5::text[], $6::uuid[], $7::uuid[], $8::uuid[],
    $9::text[], $10::uuid[], $11::bool[], $12::bool[], $13::text[], $14::timestamptz[],
    $15::timestamptz[])
    AS u(id, agent_id, state, reason, campaign_id, call_id, leg_id, node, trunk_id, by_phone,
        then_break, then_break_reason, started_at, ended_at)
ON CONFLICT (id) DO UPDATE SET ended_at = excluded.ended_at, leg_id = excluded.leg_id,
    node = excluded.node, trunk_id = excluded.trunk_id, by_phone = excluded.by_phone,
    then_break = excluded.then_break, then_break_reason = excluded.then_break_reason
"""

_UPSERT_LOGINS = """
INSERT INTO campaign_login (id, account_id, agent_id, campaign_id, started_at, ended_at)
SELECT u.id, $1, u.agent_id, u.campaign_id, u.started_at, u.ended_at
FROM unnest($2::uuid[], $3::uuid[], $4::uuid[], $5::timestamptz[], $6::timestamptz[])
    AS u(id, agent_id, campaign_id, started_at, ended_at)
ON CONFLICT (id) DO UPDATE SET ended_at = excluded.ended_at
"""

_UPDATE_TARGETS = """
UPDATE target SET state = u.state, closed_reason = u.closed_reason, next_at = u.next_at,
    attempts = coalesce(u.attempts, target.attempts),
    last_disposition = coalesce(u.disposition, last_disposition),
    held_by = u.held_by, held_at = u.held_at, due_at = u.due_at,
    last_wrap_up_code = coalesce(u.wrap_up_code, last_wrap_up_code),
    numbers = coalesce(u.numbers::jsonb, target.numbers)
FROM unnest($1::uuid[], $2::text[], $3::text[], $4::timestamptz[], $5::int[], $6::text[],
    $7::text[], $8::text[], $9::timestamptz[], $10::timestamptz[], $11::text[], $12::text[])
    AS u(id, state, closed_reason, next_at, attempts, disposition, from_states, held_by, held_at,
        due_at, wrap_up_code, numbers)
WHERE target.id = u.id AND target.state = ANY(string_to_array(u.from_states, ','))
    AND (target.state <> 'closed' OR target.closed_reason = 'connected')
"""

_PRIORITIZE = """
UPDATE target SET priority = u.priority FROM unnest($1::uuid[], $2::int[]) AS u(id, priority)
WHERE target.id = u.id
"""
_INSERT_PIECES = """
INSERT INTO pacing_piece (id, account_id, campaign_id, tape_id, number, code, begins_at, ends_at,
    decisions, launched, checkpoint, final, data)
SELECT u.id, $1, u.campaign_id, u.tape_id, u.number, $2, u.begins_at, u.ends_at, u.decisions,
    u.launched, u.checkpoint, u.final, u.data
FROM unnest($3::uuid[], $4::uuid[], $5::uuid[], $6::int[], $7::timestamptz[], $8::timestamptz[],
    $9::int[], $10::int[], $11::bool[], $12::bool[], $13::bytea[])
    AS u(id, campaign_id, tape_id, number, begins_at, ends_at, decisions, launched, checkpoint,
        final, data)
ON CONFLICT (tape_id, number) DO NOTHING
"""

_SUPPRESS = """
WITH entry AS (
    INSERT INTO suppression (id, account_id, scope_id, pattern, is_prefix, source, reason,
        created_at)
    SELECT u.id, $1, $1, u.number, false, u.source, u.reason, u.at
    FROM unnest($2::uuid[], $3::text[], $4::timestamptz[], $5::text[], $6::text[])
        AS u(id, number, at, source, reason)
    ON CONFLICT (scope_id, pattern, is_prefix) DO UPDATE SET expires_at = NULL
)
UPDATE target SET state = 'closed', closed_reason = 'suppressed', next_at = NULL
WHERE account_id = $1 AND number = ANY($3::text[]) AND state IN ('new', 'retry')
    AND numbers IS NULL -- another number may be called still; that is judged when it is its turn
"""

_INSERT_EVENTS = """
INSERT INTO call_event (call_id, account_id, at, kind, detail)
SELECT u.call_id, $1, u.at, u.kind, u.detail::jsonb
FROM unnest($2::uuid[], $3::timestamptz[], $4::text[], $5::text[]) AS u(call_id, at, kind, detail)
"""


def insert_attempts(lines: list[Line], account_id: UUID, epoch: int) -> tuple[str, list[Any]]:
    """The statement that writes attempts before their calls are placed."""
    return _INSERT_ATTEMPTS, [
        account_id,
        lines[0].campaign_id,
        epoch,
        [line.id for line in lines],
        [line.target.id for line in lines],
        [line.ordinal for line in lines],
        [line.number for line in lines],
        [line.caller_id for line in lines],
        [line.node for line in lines],
        [line.trunk.id if line.trunk else None for line in lines],
        [line.agent_id for line in lines],
        [line.created_at for line in lines],
        [
            None if line.decided_by is None else orjson.dumps(line.decided_by).decode()
            for line in lines
        ],
        [line.by_hand for line in lines],
    ]


def rows_of(group: Group, account_id: UUID) -> list[tuple[str, list[Any]]]:
    """The statements that write a group, without its launches, as the rows are now."""
    found: list[tuple[str, list[Any]]] = []
    if lines := list(group.attempts.values()):
        found.append((_UPDATE_ATTEMPTS, _attempt_values(lines)))
    if lines := list(group.calls.values()):
        found.append((_UPSERT_CALLS, [account_id, *_call_values(lines)]))
    if entries := list(group.entries.values()):
        found.append(
            (
                _UPSERT_ENTRIES,
                [
                    account_id,
                    [entry.id for _, entry in entries],
                    [seat.agent_id for seat, _ in entries],
                    [entry.state for _, entry in entries],
                    [entry.reason for _, entry in entries],
                    [entry.campaign_id for _, entry in entries],
                    [entry.call_id for _, entry in entries],
                    [entry.leg_id for _, entry in entries],
                    [entry.node for _, entry in entries],
                    [entry.trunk_id for _, entry in entries],
                    [entry.by_phone for _, entry in entries],
                    [entry.then_break for _, entry in entries],
                    [entry.then_break_reason for _, entry in entries],
                    [entry.started_at for _, entry in entries],
                    [entry.ended_at for _, entry in entries],
                ],
            )
        )
    if logins := list(group.logins.values()):
        found.append(
            (
                _UPSERT_LOGINS,
                [
                    account_id,
                    [entry.id for _, entry in logins],
                    [seat.agent_id for seat, _ in logins],
                    [entry.campaign_id for _, entry in logins],
                    [entry.started_at for _, entry in logins],
                    [entry.ended_at for _, entry in logins],
                ],
            )
        )
    if changes := sorted(group.targets.values(), key=lambda change: change.id):
        found.append(
            (
                _UPDATE_TARGETS,
                [
                    [change.id for change in changes],
                    [change.outcome.state for change in changes],
                    [change.outcome.reason for change in changes],
                    [change.outcome.next_at for change in changes],
                    [change.attempts for change in changes],
                    [change.disposition for change in changes],
                    [",".join(change.from_states) for change in changes],
                    [change.held_by for change in changes],
                    [change.held_at for change in changes],
                    [change.due_at for change in changes],
                    [change.wrap_up_code for change in changes],
                    [
                        every.stored() if (every := change.outcome.numbers) else None
                        for change in changes
                    ],
                ],
            )
        )
    if group.priorities:
        ids = sorted(group.priorities)  # in one order, so that two writers never wait in a circle
        found.append((_PRIORITIZE, [ids, [group.priorities[id] for id in ids]]))
    if group.suppressed:
        numbers = list(group.suppressed)
        columns = [list(each) for each in zip(*group.suppressed.values(), strict=True)]
        ids = [new_id() for _ in numbers]
        found.append((_SUPPRESS, [account_id, ids, numbers, *columns]))
    if group.supervisions:
        found.append(upsert_supervisions(group.supervisions.values(), account_id))
    if group.call_backs:
        found.append(call_backs(group.call_backs, account_id))
    found += statements_of_recordings(group, account_id)
    if group.pieces:
        found.append((_INSERT_PIECES, _piece_values(group.pieces, account_id)))
    if group.events:
        found.append(
            (
                _INSERT_EVENTS,
                [account_id, *(list(column) for column in zip(*group.events, strict=True))],
            )
        )
    return found


def _piece_values(pieces: list[TakenPiece], account_id: UUID) -> list[Any]:
    return [
        account_id,
        fingerprint(),
        [piece.id for piece in pieces],
        [piece.campaign_id for piece in pieces],
        [piece.tape_id for piece in pieces],
        [piece.number for piece in pieces],
        [piece.begins_at for piece in pieces],
        [piece.ends_at for piece in pieces],
        [piece.decisions for piece in pieces],
        [piece.launched for piece in pieces],
        [piece.checkpoint for piece in pieces],
        [piece.final for piece in pieces],
        [piece.data for piece in pieces],
    ]


def _attempt_values(lines: list[Line]) -> list[Any]:
    return [
        [line.id for line in lines],
        [line.state for line in lines],
        [line.disposition for line in lines],
        [line.agent_id for line in lines],
        [line.ringing_at for line in lines],
        [line.answered_at for line in lines],
        [line.connected_at for line in lines],
        [line.ended_at for line in lines],
        [line.failed_over for line in lines],
    ]


def _call_values(lines: list[Line]) -> list[Any]:
    return [
        [line.id for line in lines],
        [line.direction for line in lines],
        [None if line.is_inbound else line.campaign_id for line in lines],
        [None if line.is_inbound else line.target.id for line in lines],
        [line.agent_id for line in lines],
        [line.number for line in lines],
        [line.answered_at for line in lines],
        [line.connected_at for line in lines],
        [line.ended_at for line in lines],
        [line.ended_by for line in lines],
        [line.wrap_up_ended_at for line in lines],
        [line.wrap_up_code for line in lines],
        [line.note for line in lines],
        [line.node for line in lines],
        [line.campaign_id if line.is_inbound else None for line in lines],
    ]
