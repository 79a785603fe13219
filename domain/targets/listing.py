"""A campaign's targets as a supervisor looks at them: filtered, ordered, page by page."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

import msgspec
from tortoise import connections
from tortoise.expressions import Subquery
from tortoise.queryset import QuerySet

from domain.access.permissions import Permission
from domain.access.principal import Principal
from domain.calls.models import Attempt
from domain.calls.rules import Disposition
from domain.campaigns.service import require_campaign
from domain.core.pages import Page, PageRequest, one_of, page_of
from domain.core.problems import Problems
from domain.targets.models import Target
from domain.targets.rules import ClosedReason, TargetSource, TargetState


class TargetOrder(StrEnum):
    """How a list of targets is ordered. Each order is an index (models.py)."""

    ADDED = "added"  # oldest first
    NEWEST = "newest"
    NUMBER = "number"
    LAST_ATTEMPT = "last_attempt"  # latest first; only targets that were dialed
    NEXT_ATTEMPT = "next_attempt"  # soonest first; only targets that wait for another try


KEYS: dict[TargetOrder, tuple[str, ...]] = {
    TargetOrder.ADDED: ("id",),
    TargetOrder.NEWEST: ("-id",),
    TargetOrder.NUMBER: ("number", "id"),
    TargetOrder.LAST_ATTEMPT: ("-last_attempt_at", "-id"),
    TargetOrder.NEXT_ATTEMPT: ("next_at", "id"),
}


# The primary key has these orders too, but passes over all targets of other campaigns.
_BY_ID = (TargetOrder.ADDED, TargetOrder.NEWEST)


@dataclass(frozen=True, slots=True)
class TargetFilter:
    """Which targets; what is empty does not matter."""

    states: tuple[TargetState, ...] = ()
    closed_reasons: tuple[ClosedReason, ...] = ()
    dispositions: tuple[Disposition, ...] = ()  # of the last attempt
    batch_id: UUID | None = None
    number_begins: str = ""  # E.164, as in +1202
    attempts_at_least: int = 0
    agent_id: UUID | None = None  # who had one of its attempts
    source: TargetSource | None = None


MOST_ATTEMPTS = 32_767  # what the column holds


def check_filter(wanted: TargetFilter) -> None:
    """Raises InvalidInput for a filter that the database could not read."""
    begins = wanted.number_begins
    problems = Problems()
    problems.unless(
        len(begins) <= 16 and begins.isprintable(), "filter.numberBegins", "must be as in +1202"
    )
    problems.refuse_any()


async def visible_targets(
    principal: Principal,
    campaign_id: UUID,
    wanted: TargetFilter,
    order: TargetOrder = TargetOrder.ADDED,
) -> QuerySet[Target]:
    """Targets of a campaign. Page them with `page_of_targets`. Raises NotFound, InvalidInput."""
    check_filter(wanted)
    await require_campaign(principal, campaign_id, Permission.TARGET_VIEW)
    by_id = order in _BY_ID
    query = Target.filter(
        **{"campaign_id__in": one_of(campaign_id)} if by_id else {"campaign_id": campaign_id}
    )
    if wanted.states:
        query = query.filter(state__in=list(wanted.states))
    if wanted.closed_reasons:
        # The state is said for the index, which has closed targets alone.
        query = query.filter(
            state=TargetState.CLOSED, closed_reason__in=list(wanted.closed_reasons)
        )
    if wanted.dispositions:
        query = query.filter(last_disposition__in=list(wanted.dispositions))
    if wanted.batch_id is not None:
        query = query.filter(
            **{"batch_id__in": one_of(wanted.batch_id)} if by_id else {"batch_id": wanted.batch_id}
        )
    if wanted.number_begins:
        query = query.filter(
            number__startswith=wanted.number_begins, number__gte=wanted.number_begins
        )
        # LIKE alone reads no index in most collations; digits sort alike in all of them.
        if (end := after_prefix(wanted.number_begins)) is not None:
            query = query.filter(number__lt=end)
    if wanted.agent_id is not None:
        attempts = Attempt.filter(agent_id=wanted.agent_id, campaign_id=campaign_id)
        query = query.filter(id__in=Subquery(attempts.values("target_id")))
    if wanted.source is not None:
        query = query.filter(call_back_at__isnull=wanted.source is not TargetSource.CALL_BACK)
    if wanted.attempts_at_least > 0:
        # The last attempt is said for the index, which has dialed targets alone.
        query = query.filter(
            attempts__gte=min(wanted.attempts_at_least, MOST_ATTEMPTS),
            last_attempt_at__isnull=False,
        )
    if order is TargetOrder.LAST_ATTEMPT:
        query = query.filter(last_attempt_at__isnull=False)
    elif order is TargetOrder.NEXT_ATTEMPT:
        query = query.filter(state=TargetState.RETRY)
    return query


async def page_of_targets(
    targets: QuerySet[Target], wanted: TargetFilter, order: TargetOrder, request: PageRequest
) -> Page[Target]:
    """A page of `visible_targets`, read by an index of the campaign or of the batch.

    Raises as `page_of`.
    """
    within = "" if order not in _BY_ID else "campaign_id" if wanted.batch_id is None else "batch_id"
    return await page_of(targets, KEYS[order], request, within=within)


def after_prefix(prefix: str) -> str | None:
    """The first number behind all that begin so: +1203 for +1202, +13 for +1299; None for +99."""
    kept = prefix.rstrip("9")
    if not kept or not kept[-1].isdecimal():
        return None
    return kept[:-1] + str(int(kept[-1]) + 1)


@dataclass(frozen=True, slots=True)
class ListedContact:
    """What a list shows of a contact."""

    id: UUID
    name: str
    variables: dict[str, str]
    timezone: str | None


# A page has up to a hundred: as rows of Tortoise they cost three times as much to read.
_CONTACTS = "SELECT id, name, variables, timezone FROM contact WHERE id = ANY($1)"


async def listed_contacts(ids: Collection[UUID]) -> dict[UUID, ListedContact]:
    """The contacts. One statement. The ids must be of visible targets."""
    rows = await connections.get("default").execute_query_dict(_CONTACTS, [list(ids)])
    return {
        row["id"]: ListedContact(
            row["id"], row["name"], msgspec.json.decode(row["variables"]), row["timezone"]
        )
        for row in rows
    }


@dataclass(frozen=True, slots=True)
class LastAttempt:
    """The newest attempt of a target, with the call it became."""

    call_id: UUID
    agent_id: UUID | None
    agent_name: str | None
    placed_at: datetime
    duration_s: float | None  # from the answer to the end; None: not answered, or still up
    wrap_up_code: str | None


_LAST_ATTEMPTS = """
SELECT DISTINCT ON (attempt.target_id) attempt.target_id, attempt.id AS call_id, attempt.agent_id,
       agent.name AS agent_name, attempt.created_at AS placed_at,
       EXTRACT(EPOCH FROM "call".ended_at - "call".answered_at)::float8 AS duration_s,
       "call".wrap_up_code
FROM attempt
LEFT JOIN "call" ON "call".id = attempt.id
LEFT JOIN agent ON agent.id = attempt.agent_id
WHERE attempt.target_id = ANY($1)
ORDER BY attempt.target_id, attempt.ordinal DESC
"""


async def last_attempts(target_ids: Sequence[UUID]) -> list[LastAttempt | None]:
    """The newest attempt of each target, None where there is none. One statement.

    The result has the length and order of `target_ids`; they must be of visible targets.
    """
    rows = await connections.get("default").execute_query_dict(_LAST_ATTEMPTS, [list(target_ids)])
    found = {row.pop("target_id"): LastAttempt(**row) for row in rows}
    return [found.get(id) for id in target_ids]
