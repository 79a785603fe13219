"""The SQL of supervisions: a row as soon as the phone is called, and whatever becomes of it."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from domain.calls.models import SupervisionEntry

_UPSERT = """
INSERT INTO supervision (id, account_id, supervisor_id, agent_id, role, status, "end", leg_id, node,
    endpoint, number, trunk_id, started_at, ended_at)
SELECT u.id, $1, u.supervisor_id, u.agent_id, u.role, u.status, u.ended_by, u.leg_id, u.node,
    u.endpoint, u.number, u.trunk_id, u.started_at, u.ended_at
FROM unnest($2::uuid[], $3::uuid[], $4::uuid[], $5::text[], $6::text[], $7::text[], $8::uuid[],
    $9::text[], $10::text[], $11::text[], $12::uuid[], $13::timestamptz[], $14::timestamptz[])
    AS u(id, supervisor_id, agent_id, role, status, ended_by, leg_id, node, endpoint, number,
        trunk_id, started_at, ended_at)
ON CONFLICT (id) DO UPDATE SET role = excluded.role, status = excluded.status,
    "end" = excluded."end", leg_id = excluded.leg_id, trunk_id = excluded.trunk_id,
    ended_at = excluded.ended_at
"""
_COLUMNS = (
    "id",
    "supervisor_id",
    "agent_id",
    "role",
    "status",
    "end",
    "leg_id",
    "node",
    "endpoint",
    "number",
    "trunk_id",
    "started_at",
    "ended_at",
)


def upsert_supervisions(
    rows: Iterable[SupervisionEntry], account_id: UUID
) -> tuple[str, list[Any]]:
    """The statement that writes these rows as they are now."""
    every = list(rows)
    columns = [[getattr(row, column) for row in every] for column in _COLUMNS]
    return _UPSERT, [account_id, *columns]


async def read_open_supervisions(account_id: UUID) -> list[SupervisionEntry]:
    """Those that go on, oldest first."""
    going_on = SupervisionEntry.filter(account_id=account_id, ended_at=None)
    return await going_on.order_by("started_at", "id")
