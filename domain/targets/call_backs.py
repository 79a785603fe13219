"""Missed and abandoned calls that become targets by themselves.

Written by the floor in the transaction of the call's end, so that no crash loses one, and bearing
repetition, so that none becomes two.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from domain.core.ids import new_id
from domain.suppression.checks import suppressed_sql
from domain.targets.contact_numbers import DIAL_STATE
from domain.targets.numbers import e164

HIGHEST_PRIORITY = 10
LONGEST_DELAY_S = 30 * 24 * 3600


@dataclass(frozen=True, slots=True)
class CallBackRule:
    """That calls nobody took become targets: of which campaign, how soon, how urgent."""

    campaign_id: UUID
    delay_s: int
    priority: int  # 1..10
    country: str | None = None  # of national callers' numbers, ISO 3166-1


@dataclass(frozen=True, slots=True)
class CallBack:
    """One person to call back."""

    rule: CallBackRule
    number: str  # E.164
    name: str
    at: datetime  # of the call's end
    target_id: UUID | None = None  # who was called; None: the person called us

    @property
    def afresh(self) -> bool:
        """A person who called gets all attempts, however many were made before."""
        return self.target_id is None

    @property
    def due_at(self) -> datetime:
        return self.at + timedelta(seconds=self.rule.delay_s)


def call_back_of(
    rule: CallBackRule, number: str, *, name: str, at: datetime, target_id: UUID | None
) -> CallBack | None:
    """Who is to be called back; None for a withheld number and for one that cannot be called."""
    if not number:
        return None
    called = e164(number, country=None if number.startswith("+") else rule.country)
    if not isinstance(called, str):
        return None
    return CallBack(rule, called, name[:200], at, target_id)


_DIAL_STATE = ", ".join(f"'{name}'" for name in DIAL_STATE)

# One that waits already is enough. A target of the list is brought forward, a closed one opened
# again; what is being dialed just now goes on. In the order of the numbers, as imports insert.
_CALL_BACK = f"""
WITH asked AS (
    SELECT DISTINCT ON (u.campaign_id, u.number) u.*, campaign.max_attempts
    FROM unnest($2::uuid[], $3::uuid[], $4::uuid[], $5::text[], $6::text[], $7::timestamptz[],
        $8::timestamptz[], $9::int[], $10::boolean[], $11::uuid[])
        AS u(contact_id, target_id, campaign_id, number, name, at, due_at, priority, afresh, known)
    JOIN campaign ON campaign.id = u.campaign_id AND campaign.account_id = $1
        AND campaign.state <> 'closed'
    WHERE NOT {suppressed_sql("u.number", scopes="ARRAY[$1, u.campaign_id]", now="u.at")}
    ORDER BY u.campaign_id, u.number, u.at
), found AS (
    SELECT asked.*, present.id AS present_id FROM asked LEFT JOIN LATERAL (
        SELECT id FROM (
            SELECT id, state, call_back_at FROM target WHERE asked.known IS NULL
                AND campaign_id = asked.campaign_id AND target.number = asked.number
            UNION ALL
            SELECT id, state, call_back_at FROM target WHERE id = asked.known
        ) AS those
        ORDER BY state = 'closed', call_back_at IS NULL, id DESC LIMIT 1
    ) AS present ON true
), again AS (
    UPDATE target SET state = 'retry', closed_reason = NULL, next_at = found.due_at,
        priority = found.priority, call_back_at = found.at,
        attempts = CASE WHEN found.afresh THEN 0 ELSE target.attempts END,
        held_by = NULL, held_at = NULL, due_at = NULL,
        numbers = CASE WHEN numbers IS NOT NULL THEN jsonb_build_object(
            'next', found.number, 'list', (
                SELECT jsonb_agg(CASE WHEN each->>'number' = found.number
                    THEN each - ARRAY[{_DIAL_STATE}] ELSE each END ORDER BY place)
                FROM jsonb_array_elements(numbers->'list')
                    WITH ORDINALITY AS entry(each, place))) END
    FROM found WHERE target.id = found.present_id AND (target.state = 'closed'
        OR target.state IN ('new', 'retry') AND target.call_back_at IS NULL)
), room AS (
    SELECT found.*, row_number() OVER (ORDER BY number) + (
        SELECT coalesce(sum(total), 0) FROM target_tally
        JOIN campaign ON campaign.id = target_tally.campaign_id AND campaign.account_id = $1
    ) <= coalesce(account.target_limit, 9223372036854775807) AS is_left
    FROM found JOIN account ON account.id = $1
    WHERE found.present_id IS NULL AND found.known IS NULL
), fresh AS (
    INSERT INTO target (id, account_id, campaign_id, contact_id, number, priority, state, attempts,
        last_ordinal, max_attempts, next_at, call_back_at, created_at)
    SELECT target_id, $1, campaign_id, contact_id, number, priority, 'retry', 0, 0, max_attempts,
        due_at, at, at
    FROM room WHERE is_left ORDER BY number
    ON CONFLICT DO NOTHING
    RETURNING id
)
INSERT INTO contact (id, account_id, name, variables, created_at)
SELECT contact_id, $1, name, '{{}}', at FROM room JOIN fresh ON fresh.id = room.target_id
"""


def call_backs(found: Sequence[CallBack], account_id: UUID) -> tuple[str, list[Any]]:
    """The statement that makes targets of those who are not on a do-not-call list.

    It passes over closed campaigns, and over an account that is full.
    """
    return _CALL_BACK, [
        account_id,
        [new_id() for _ in found],
        [new_id() for _ in found],
        [each.rule.campaign_id for each in found],
        [each.number for each in found],
        [each.name for each in found],
        [each.at for each in found],
        [each.due_at for each in found],
        [each.rule.priority for each in found],
        [each.afresh for each in found],
        [each.target_id for each in found],
    ]
