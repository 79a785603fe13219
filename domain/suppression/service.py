"""Do-not-call lists: who is on them, putting numbers on and taking them off.

They are asked in checks.py. An entry made while a target waits stops the target at once.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from tortoise.queryset import QuerySet

from domain.access import audit
from domain.access.permissions import Permission
from domain.access.principal import Principal
from domain.campaigns.service import access_campaign
from domain.core.errors import NotFound
from domain.core.ids import new_id
from domain.core.ports import Ports
from domain.core.problems import Problems
from domain.core.unit_of_work import unit_of_work
from domain.suppression.models import Suppression
from domain.suppression.rules import SuppressionSource, is_never, pattern_of
from domain.suppression.stopping import AT_ONCE, Entry, Stop, let_go, look_again
from domain.targets.importing.imports import read_country
from domain.targets.reading.cells import RowProblem

MAX_ENTRIES = 10_000  # of one addition
NEWEST_FIRST = ("-id",)

_INSERT = """
INSERT INTO suppression (id, account_id, scope_id, pattern, is_prefix, source, reason, expires_at,
                         created_at)
SELECT entry.id, $1, $2, entry.pattern, entry.is_prefix, $3, $4, $5, $6
FROM unnest($7::uuid[], $8::text[], $9::boolean[]) AS entry(id, pattern, is_prefix)
ON CONFLICT (scope_id, pattern, is_prefix) DO UPDATE
SET source = excluded.source, reason = excluded.reason, expires_at = excluded.expires_at
"""


@dataclass(frozen=True, slots=True)
class SuppressionAnswer:
    """What became of one line. `pattern` is set when it stands on the list now."""

    row: int  # from 1, as given
    code: str  # SUPPRESSED, or why not
    message: str
    pattern: str | None = None
    is_prefix: bool = False


@dataclass(frozen=True, slots=True)
class Suppressed:
    """An answer for each line, and how many waiting targets were stopped by them."""

    answers: list[SuppressionAnswer]
    targets_stopped: int


async def visible_suppressions(
    principal: Principal, *, campaign_id: UUID | None = None, number: str | None = None
) -> QuerySet[Suppression]:
    """Entries of the account's lists, or of one campaign's. Page them NEWEST_FIRST."""
    principal.require(Permission.TARGET_VIEW)
    query = Suppression.filter(account_id=principal.account_id)
    if campaign_id is not None:
        campaign = await access_campaign(principal, campaign_id, Permission.TARGET_VIEW)
        query = query.filter(scope_id=campaign.id)
    if number is not None:
        query = query.filter(pattern=number)
    return query


async def suppress(
    principal: Principal,
    lines: Sequence[str],
    *,
    campaign_id: UUID | None,
    country: str | None = None,
    reason: str = "",
    source: SuppressionSource = SuppressionSource.MANUAL,
    expires_at: datetime | None = None,
    ports: Ports,
) -> Suppressed:
    """Put numbers on a campaign's list, or on the account's; waiting targets are stopped.

    A line is a number, or the beginning of international ones with a star: `+1900*`. A number
    that is there already gets the new reason and expiry; one in the year 9999 is never. Raises
    NotFound, InvalidInput.
    """
    principal.require(Permission.TARGET_MANAGE)
    if campaign_id is not None:
        await access_campaign(principal, campaign_id, Permission.TARGET_MANAGE)
    problems = Problems()
    reason = problems.text("reason", reason, longest=200, empty=True)
    problems.unless(0 < len(lines) <= MAX_ENTRIES, "pasted", f"must be 1 to {MAX_ENTRIES:,} lines")
    now = ports.clock.now()
    if expires_at is not None and is_never(expires_at):
        expires_at = None
    problems.unless(expires_at is None or expires_at > now, "expiresAt", "must be in the future")
    country = await read_country(principal, country, problems)
    problems.refuse_any()

    answers = [
        _answer(row, line, country) for row, line in enumerate(lines, start=1) if line.strip()
    ]
    patterns = sorted({(a.pattern, a.is_prefix) for a in answers if a.pattern is not None})
    if not patterns:
        return Suppressed(answers, 0)
    scope = campaign_id or principal.account_id
    entries = [Entry(pattern, is_prefix, expires_at) for pattern, is_prefix in patterns]
    stop = Stop(principal.account_id, campaign_id, entries, now)
    async with unit_of_work(ports) as work:
        await work.connection.execute_query(
            _INSERT,
            [
                principal.account_id,
                scope,
                source.value,
                reason,
                expires_at,
                now,
                [new_id() for _ in entries],
                [entry.pattern for entry in entries],
                [entry.is_prefix for entry in entries],
            ],
        )
        stopped = await stop.some(work.connection)
        await audit.record(
            principal,
            "numbersSuppress",
            subject_type="campaign" if campaign_id else "account",
            subject_id=scope,
            difference={"entries": [None, len(entries)]},
            at=now,
        )
    return Suppressed(answers, await stop.rest(stopped, ports=ports))


def _answer(row: int, line: str, country: str | None) -> SuppressionAnswer:
    found = pattern_of(line.strip(), country=country)
    if isinstance(found, RowProblem):
        return SuppressionAnswer(row, found.code, found.message)
    return SuppressionAnswer(row, "SUPPRESSED", "Not called any more.", found.text, found.is_prefix)


async def access_suppression(principal: Principal, id: UUID, *, lock: bool = False) -> Suppression:
    """An entry of the account's lists, to be changed. Raises NotAllowed, NotFound."""
    principal.require(Permission.TARGET_MANAGE)
    query = Suppression.filter(id=id, account_id=principal.account_id)
    entry = await (query.select_for_update() if lock else query).first()
    if entry is None:
        raise NotFound("suppression", id)
    return entry


async def unsuppress(principal: Principal, id: UUID, *, ports: Ports) -> Suppression:
    """Take an entry off its list; gives it as it was. What it held back may go at once.

    Targets that it closed stay closed. Raises NotFound.
    """
    async with unit_of_work(ports) as work:
        entry = await access_suppression(principal, id, lock=True)
        await entry.delete()
        freed = await let_go(work.connection, entry)
        await audit.record(
            principal,
            "suppressionRemove",
            subject_type="suppression",
            subject_id=id,
            difference={},
            at=ports.clock.now(),
        )
    await look_again(principal.account_id, freed, ports=ports)
    while sum(freed.values()) == AT_ONCE:
        async with unit_of_work(ports) as work:
            freed = await let_go(work.connection, entry)
        await look_again(principal.account_id, freed, ports=ports)
    return entry
