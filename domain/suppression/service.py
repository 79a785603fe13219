"""Do-not-call lists: who is on them, putting numbers on and taking them off.

They are asked in checks.py. An entry made while a target waits stops the target at once.
"""

import re
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
from domain.suppression.models import Suppression, SuppressionSource
from domain.targets.commands import TargetsChanged
from domain.targets.imports import read_country
from domain.targets.numbers import e164
from domain.targets.reading.cells import RowProblem

MAX_ENTRIES = 10_000  # of one addition
NEWEST_FIRST = ("-id",)

_PREFIX = re.compile(r"\+[1-9][0-9]{0,13}")


# What waits is closed, or put off until the entry expires. Of one campaign, or of all.
_STOP = """
WITH entry AS (
    SELECT * FROM unnest($1::text[], $2::boolean[]) AS entry(pattern, is_prefix)
), stopped AS (
    UPDATE target SET
        state = CASE WHEN $5::timestamptz IS NULL THEN 'closed' ELSE 'retry' END,
        closed_reason = CASE WHEN $5::timestamptz IS NULL THEN 'suppressed' END,
        next_at = CASE WHEN $5::timestamptz IS NULL THEN NULL
                       ELSE greatest(target.next_at, $5::timestamptz) END
    FROM entry
    WHERE target.account_id = $3 AND target.state IN ('new', 'retry')
      AND ($4::uuid IS NULL OR target.campaign_id = $4)
      AND (target.number = entry.pattern
           OR entry.is_prefix AND starts_with(target.number, entry.pattern))
    RETURNING target.campaign_id
)
SELECT campaign_id, count(*) AS targets FROM stopped GROUP BY campaign_id
"""

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
    that is there already gets the new reason and expiry. Raises NotFound, InvalidInput.
    """
    principal.require(Permission.TARGET_MANAGE)
    if campaign_id is not None:
        await access_campaign(principal, campaign_id, Permission.TARGET_MANAGE)
    problems = Problems()
    reason = problems.text("reason", reason, longest=200, empty=True)
    problems.unless(0 < len(lines) <= MAX_ENTRIES, "numbers", f"must be 1 to {MAX_ENTRIES:,}")
    now = ports.clock.now()
    problems.unless(expires_at is None or expires_at > now, "expiresAt", "must be in the future")
    country = await read_country(principal, country, problems)
    problems.refuse_any()

    answers = [
        _answer(row, line, country) for row, line in enumerate(lines, start=1) if line.strip()
    ]
    entries = sorted({(a.pattern, a.is_prefix) for a in answers if a.pattern is not None})
    patterns, prefixes = [p for p, _ in entries], [is_prefix for _, is_prefix in entries]
    stopped: list[dict[str, int | UUID]] = []
    if entries:
        async with unit_of_work(ports) as work:
            scope = campaign_id or principal.account_id
            ids = [new_id() for _ in entries]
            await work.connection.execute_query(
                _INSERT,
                [
                    principal.account_id,
                    scope,
                    source.value,
                    reason,
                    expires_at,
                    now,
                    ids,
                    patterns,
                    prefixes,
                ],
            )
            stopped = await work.connection.execute_query_dict(
                _STOP, [patterns, prefixes, principal.account_id, campaign_id, expires_at]
            )
            await audit.record(
                principal,
                "numbersSuppress",
                subject_type="campaign" if campaign_id else "account",
                subject_id=scope,
                difference={"entries": [None, len(entries)]},
                at=now,
            )
    for each in stopped:
        campaign = each["campaign_id"]
        assert isinstance(campaign, UUID)  # as the column is
        await ports.floors.tell(principal.account_id, TargetsChanged(campaign=campaign))
    return Suppressed(answers, sum(int(str(each["targets"])) for each in stopped))


def _answer(row: int, line: str, country: str | None) -> SuppressionAnswer:
    text = line.strip()
    if text.endswith("*"):
        prefix = re.sub(r"[ ().-]", "", text[:-1])
        if not _PREFIX.fullmatch(prefix):
            message = "The beginning of numbers must be international, as in +1900*."
            return SuppressionAnswer(row, "PREFIX_INVALID", message)
        return SuppressionAnswer(row, "SUPPRESSED", "Not called any more.", prefix, True)
    number = e164(text, country=country)
    if isinstance(number, RowProblem):
        return SuppressionAnswer(row, number.code, number.message)
    return SuppressionAnswer(row, "SUPPRESSED", "Not called any more.", number)


async def unsuppress(principal: Principal, id: UUID, *, ports: Ports) -> Suppression:
    """Take an entry off its list; gives it as it was. Targets that it closed stay closed.

    Raises NotFound.
    """
    principal.require(Permission.TARGET_MANAGE)
    async with unit_of_work(ports):
        query = Suppression.filter(id=id, account_id=principal.account_id)
        entry = await query.select_for_update().first()
        if entry is None:
            raise NotFound("suppression", id)
        await entry.delete()
        await audit.record(
            principal,
            "suppressionRemove",
            subject_type="suppression",
            subject_id=id,
            difference={},
            at=ports.clock.now(),
        )
    return entry
