"""What a floor reads from the database: at its start, and when it is told that rows changed."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import orjson
from tortoise import connections
from tortoise.expressions import Q

from domain.access.models import Account
from domain.agents.models import Agent
from domain.agents.rules import AgentState
from domain.calls.models import Call
from domain.calls.rules import AttemptState, CallDirection
from domain.campaigns.models import Campaign, CampaignLogin
from domain.campaigns.results import ANSWERED, DIALED, MACHINES
from domain.campaigns.rules import CampaignState
from domain.eligibility.models import DialingPolicy
from domain.floor.ledger import Ledger, Tally
from domain.floor.settings import InboundRoute
from domain.floor.state import LoginEntry, Seat, StateEntry
from domain.hooks.models import PreDialHook
from domain.hooks.rules import HookSettings
from domain.hooks.service import settings_of_hook
from domain.numbers.models import InboundNumber
from domain.recordings.models import Recording
from domain.recordings.rules import RecordingKind
from domain.targets.by_hand import BATCH_NAME
from domain.targets.call_backs import CallBackRule
from domain.targets.hopper import HopperTarget, numbers_of
from domain.targets.rules import TargetState
from domain.trunks.models import CampaignTrunk, Trunk
from domain.trunks.rules import TrunkUse

# Nobody logs into a closed campaign: whoever is, is out when it closes.
_LEVELS = """
SELECT agent.id AS agent_id, campaign_team.campaign_id, campaign_team.level, campaign_team.rank,
    campaign.agent_login = 'manual' AND campaign.state <> 'closed' AS is_manual
FROM agent JOIN campaign_team ON campaign_team.team_id = agent.team_id
    JOIN campaign ON campaign.id = campaign_team.campaign_id
WHERE agent.account_id = $1 AND agent.archived_at IS NULL
    AND ($2::uuid IS NULL OR campaign_team.campaign_id = $2)
UNION ALL
SELECT agent.id, campaign_agent.campaign_id, campaign_agent.level, NULL,
    campaign.agent_login = 'manual' AND campaign.state <> 'closed'
FROM agent JOIN campaign_agent ON campaign_agent.agent_id = agent.id
    JOIN campaign ON campaign.id = campaign_agent.campaign_id
WHERE agent.account_id = $1 AND agent.archived_at IS NULL
    AND ($2::uuid IS NULL OR campaign_agent.campaign_id = $2)
"""

_OPEN_ATTEMPTS = """
SELECT attempt.*, target.contact_id, target.priority, target.attempts, target.max_attempts,
    target.last_ordinal, target.numbers, target.caller_id AS own_caller_id, contact.name,
    contact.variables, contact.timezone, attempt.by_hand AND EXISTS (
        SELECT FROM target_batch WHERE id = target.batch_id AND name = $3
    ) AS typed, ARRAY(
        SELECT trunk_id FROM attempt AS earlier
        WHERE earlier.target_id = attempt.target_id AND earlier.failed_over
            AND earlier.ordinal > coalesce((
                SELECT max(ordinal) FROM attempt AS other
                WHERE other.target_id = attempt.target_id AND NOT other.failed_over
                    AND other.ordinal < attempt.ordinal
            ), 0)
    ) AS tried
FROM attempt
JOIN target ON target.id = attempt.target_id
JOIN contact ON contact.id = target.contact_id
WHERE attempt.account_id = $1
    AND (attempt.state <> 'ended' OR attempt.id = ANY($2::uuid[]))
"""

_OPEN_STATES = """
SELECT * FROM agent_state WHERE account_id = $1 AND ended_at IS NULL ORDER BY started_at
"""

# Who waits is no live answer here yet: the line that is adopted says so. Whoever met an agent since
# is counted by the owner who saw it.
_TALLIES = f"""
SELECT attempt.campaign_id, count(*) FILTER (WHERE {DIALED}) AS dialed,
    count(*) FILTER (WHERE {ANSWERED} AND coalesce(connected_at, ended_at) < $2) AS answered,
    count(*) FILTER (WHERE connected_at < $2) AS connected,
    count(*) FILTER (WHERE disposition = 'abandoned' AND ended_at < $2) AS abandoned,
    count(*) FILTER (WHERE {MACHINES}) AS machines
FROM attempt JOIN campaign ON campaign.id = attempt.campaign_id
WHERE attempt.campaign_id = ANY($1) AND attempt.created_at >= campaign.started_at
    AND attempt.created_at < $2
GROUP BY 1
"""

# A connected or abandoned attempt was a live answer; nothing else was. One that an agent dialed by
# hand met that agent for sure, so it would only thin the rate.
_LEDGER = """
SELECT campaign_id, floor(extract(epoch FROM answered_at) / 60)::bigint AS minute,
    count(*) AS live, count(*) FILTER (WHERE disposition = 'abandoned') AS abandoned
FROM attempt
WHERE campaign_id = ANY($1) AND created_at >= $2 AND answered_at IS NOT NULL
    AND (connected_at IS NOT NULL AND NOT by_hand OR disposition = 'abandoned')
GROUP BY 1, 2 ORDER BY 2
"""


async def read_seats(account_id: UUID) -> dict[UUID, Seat]:
    """All agents who work here, offline, with the campaigns they are assigned to."""
    agents = await Agent.filter(account_id=account_id, archived_at=None)
    seats = {agent.id: seat_of(agent) for agent in agents}
    for row in await _query(_LEVELS, account_id, None):
        if seat := seats.get(row["agent_id"]):  # else it came between the two reads
            _assign(seat, row)
    return seats


async def read_seat(account_id: UUID, agent_id: UUID) -> Seat | None:
    """One agent, offline; None when archived or unknown."""
    agent = await Agent.filter(account_id=account_id, id=agent_id, archived_at=None).first()
    if agent is None:
        return None
    seat = seat_of(agent)
    for row in await _query(_LEVELS, account_id, None):
        if row["agent_id"] == agent_id:
            _assign(seat, row)
    return seat


def _assign(seat: Seat, row: dict[str, Any]) -> None:
    """An agent's own level beats the team's; the rank is always the team's."""
    seat.levels[row["campaign_id"]] = row["level"]
    if row["rank"] is not None:
        seat.ranks[row["campaign_id"]] = row["rank"]
    if row["is_manual"]:
        seat.manual.add(row["campaign_id"])


def seat_of(agent: Agent) -> Seat:
    """An agent's seat before anything happened."""
    return Seat(
        agent_id=agent.id,
        name=agent.name,
        endpoint_kind=agent.endpoint_kind,
        endpoint=agent.endpoint,
        caller_id=agent.caller_id,
        record=agent.record,
        team_id=agent.team_id,
        levels={},
        dials_for=agent.default_campaign_id,
    )


async def assign_anew(seats: dict[UUID, Seat], account_id: UUID, campaign_id: UUID) -> None:
    """Take over who works on one campaign, as the rows say now."""
    found = await _query(_LEVELS, account_id, campaign_id)
    for seat in seats.values():
        seat.levels.pop(campaign_id, None)
        seat.ranks.pop(campaign_id, None)
        seat.manual.discard(campaign_id)
    for row in found:
        if (member := seats.get(row["agent_id"])) is not None:
            _assign(member, row)


async def read_campaigns(account_id: UUID, ids: list[UUID] | None = None) -> list[Campaign]:
    """These campaigns, or all that are running."""
    if ids is None:
        return await Campaign.filter(account_id=account_id, state=CampaignState.RUNNING)
    return await Campaign.filter(account_id=account_id, id__in=ids)


async def read_policy(account_id: UUID) -> DialingPolicy | None:
    """What the account's calls are bound by; None: nothing."""
    return await DialingPolicy.filter(account_id=account_id).first()


async def read_hooks(campaign_ids: list[UUID], *, now: datetime) -> dict[UUID, HookSettings]:
    """The pre-dial hooks of these campaigns; one without a hook is not in the result."""
    return {
        row.campaign_id: settings_of_hook(row, now=now)
        for row in await PreDialHook.filter(campaign_id__in=campaign_ids)
    }


async def read_open_states(account_id: UUID) -> list[tuple[UUID, StateEntry]]:
    """The stretch that each agent is in, oldest first."""
    return [
        (
            row["agent_id"],
            StateEntry(
                id=row["id"],
                state=AgentState(row["state"]),
                started_at=row["started_at"],
                reason=row["reason"],
                campaign_id=row["campaign_id"],
                call_id=row["call_id"],
                leg_id=row["leg_id"],
                node=row["node"],
                trunk_id=row["trunk_id"],
                by_phone=row["by_phone"],
                then_break=row["then_break"],
                then_break_reason=row["then_break_reason"],
            ),
        )
        for row in await _query(_OPEN_STATES, account_id)
    ]


async def read_open_logins(account_id: UUID) -> list[tuple[UUID, LoginEntry]]:
    """What each agent is logged into."""
    return [
        (row.agent_id, LoginEntry(row.id, row.campaign_id, row.started_at))
        for row in await CampaignLogin.filter(account_id=account_id, ended_at=None)
    ]


async def read_open_attempts(account_id: UUID, also: list[UUID]) -> list[dict[str, Any]]:
    """Attempts that have not ended, and those that agents are wrapping up, with their targets."""
    return await _query(_OPEN_ATTEMPTS, account_id, also, BATCH_NAME)


async def read_open_callers(account_id: UUID, also: list[UUID]) -> list[Call]:
    """Calls to the account's own numbers that have not ended, and that agents are wrapping up."""
    return await Call.filter(
        Q(ended_at=None) | Q(id__in=also), account_id=account_id, direction=CallDirection.INBOUND
    )


async def read_open_recordings(account_id: UUID, calls: list[UUID]) -> dict[UUID, UUID]:
    """What is being recorded of these calls, by call. Nobody pauses or stops an analysis."""
    going_on = Recording.filter(
        account_id=account_id, call_id__in=calls, finished_at=None, kind=RecordingKind.CALL
    )
    return {row.call_id: row.id for row in await going_on.order_by("started_at")}


async def read_tallies(campaign_ids: list[UUID], *, before: datetime) -> dict[UUID, Tally]:
    """What each campaign had counted by an instant, since its last start."""
    tallies = {campaign_id: Tally() for campaign_id in campaign_ids}
    for row in await _query(_TALLIES, campaign_ids, before):
        tallies[row["campaign_id"]] = Tally(
            dialed=row["dialed"],
            answered=row["answered"],
            connected=row["connected"],
            abandoned=row["abandoned"],
            machines=row["machines"],
        )
    return tallies


async def read_ledgers(campaign_ids: list[UUID], *, now: datetime) -> dict[UUID, Ledger]:
    """Live answers and abandoned calls of the last 24 hours, by campaign and minute."""
    ledgers = {campaign_id: Ledger() for campaign_id in campaign_ids}
    for row in await _query(_LEDGER, campaign_ids, now - timedelta(hours=24)):
        ledgers[row["campaign_id"]].minutes.append([row["minute"], row["live"], row["abandoned"]])
    return ledgers


def target_of_attempt(row: dict[str, Any]) -> HopperTarget:
    """The target of an attempt under way, as it was before that attempt was counted."""
    attempts = row["attempts"] - 1
    return HopperTarget(
        id=row["target_id"],
        contact_id=row["contact_id"],
        number=row["number"],
        caller_id=row["own_caller_id"],
        priority=row["priority"],
        attempts=attempts,
        max_attempts=row["max_attempts"],
        last_ordinal=row["last_ordinal"],
        name=row["name"],
        variables=orjson.loads(row["variables"]),
        state=TargetState.RETRY if attempts else TargetState.NEW,
        timezone=row["timezone"],
        numbers=numbers_of(row),
        typed=row["typed"],
        tried=frozenset(row["tried"]),
    )


def attempt_state(row: dict[str, Any]) -> AttemptState:
    """The state of a read attempt."""
    return AttemptState(row["state"])


async def read_routes(account_id: UUID) -> dict[str, InboundRoute]:
    """The account's own numbers."""
    country = await read_country(account_id)
    return {
        row.number: InboundRoute(
            id=row.id,
            number=row.number,
            name=row.name,
            purpose=row.purpose,
            team_id=row.team_id,
            greeting=row.greeting,
            call_back=CallBackRule(
                row.call_back_campaign_id,
                row.call_back_delay_s,
                row.call_back_priority,
                country,
            )
            if row.call_back_campaign_id is not None
            else None,
        )
        for row in await InboundNumber.filter(account_id=account_id)
    }


async def read_country(account_id: UUID) -> str | None:
    """Of the account's national numbers, ISO 3166-1; None: numbers are international."""
    (account,) = await Account.filter(id=account_id).values("country")
    country: str | None = account["country"]
    return country


async def read_trunks(account_id: UUID) -> dict[UUID, TrunkUse]:
    """The account's trunks, in the order in which they are tried; those out of use, too."""
    trunks = await Trunk.filter(account_id=account_id).order_by("position", "id")
    return {
        trunk.id: TrunkUse(
            id=trunk.id,
            name=trunk.name,
            channels=trunk.channels,
            calls_per_second=trunk.calls_per_second,
            record=trunk.record,
            enabled=trunk.disabled_at is None,
        )
        for trunk in trunks
    }


async def read_trunk_order(campaign_ids: list[UUID]) -> dict[UUID, tuple[UUID, ...]]:
    """The trunks that each campaign names, in failover order; none: not in the result."""
    order: dict[UUID, tuple[UUID, ...]] = {}
    for row in await CampaignTrunk.filter(campaign_id__in=campaign_ids).order_by("position", "id"):
        order[row.campaign_id] = (*order.get(row.campaign_id, ()), row.trunk_id)
    return order


async def _query(sql: str, *values: Any) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = await connections.get("default").execute_query_dict(
        sql, list(values)
    )
    return rows
