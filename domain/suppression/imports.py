"""Files on their way to a do-not-call list: uploaded, followed, canceled."""

import asyncio
from collections.abc import AsyncIterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import PurePath
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
from domain.suppression.events import notice_of
from domain.suppression.jobs import ImportSuppressions
from domain.suppression.models import SuppressionImport, SuppressionProblem
from domain.suppression.rules import MAX_REASON, SuppressionSource, is_never
from domain.targets.errors import ImportFinished
from domain.targets.importing.imports import ENDED, MAX_FILE_BYTES, read_country
from domain.targets.models import ImportState
from domain.targets.reading.kinds import kind_of


@dataclass(frozen=True, slots=True)
class EntryOptions:
    """What holds for rows that do not say. `country` as of ImportOptions of targets."""

    country: str | None = None
    source: SuppressionSource = SuppressionSource.IMPORT
    reason: str = ""
    expires_at: datetime | None = None


async def begin_import(
    principal: Principal,
    campaign_id: UUID | None,
    options: EntryOptions,
    *,
    file_name: str,
    chunks: AsyncIterable[bytes],
    ports: Ports,
    limit: int = MAX_FILE_BYTES,
) -> SuppressionImport:
    """A new import into a campaign's list, or the account's, waiting for a worker.

    Raises NotFound, InvalidInput, FileTooLarge, and an ImportFileRefused for what can be told of a
    file without reading all of it; nothing is kept then.
    """
    principal.require(Permission.TARGET_MANAGE)
    if campaign_id is not None:
        await access_campaign(principal, campaign_id, Permission.TARGET_MANAGE)
    now, problems = ports.clock.now(), Problems()
    reason = problems.text("reason", options.reason, longest=MAX_REASON, empty=True)
    expires_at = options.expires_at
    if expires_at is not None and is_never(expires_at):
        expires_at = None
    problems.unless(expires_at is None or expires_at > now, "expiresAt", "must be in the future")
    country = await read_country(principal, options.country, problems)
    problems.refuse_any()
    id = new_id()
    path = f"imports/{id}"
    try:
        await ports.files.save(path, chunks, limit=limit)
        kind = await asyncio.to_thread(kind_of, ports.files.path(path))
        async with unit_of_work(ports) as work:
            row = await SuppressionImport.create(
                id=id,
                account_id=principal.account_id,
                scope_id=campaign_id or principal.account_id,
                file_name=PurePath(file_name.replace("\\", "/")).name[:200] or "list",
                file_path=path,
                kind=kind,
                country=country,
                source=options.source,
                reason=reason,
                expires_at=expires_at,
                created_at=now,
            )
            await audit.record(
                principal,
                "suppressionImportStart",
                subject_type="campaign" if campaign_id else "account",
                subject_id=row.scope_id,
                difference={"import": [None, str(id)]},
                at=now,
            )
            work.enqueue(ImportSuppressions(id), job_id=f"ImportSuppressions:{id}")
    except BaseException:
        await ports.files.delete(path)
        raise
    return row


async def access_import(
    principal: Principal, id: UUID, need: Permission = Permission.TARGET_VIEW, *, lock: bool = False
) -> SuppressionImport:
    """An import that the principal may see. Raises NotAllowed, NotFound."""
    principal.require(need)
    query = SuppressionImport.filter(id=id, account_id=principal.account_id)
    row = await (query.select_for_update() if lock else query).first()
    if row is None:
        raise NotFound("import", id)
    return row


def visible_imports(principal: Principal) -> QuerySet[SuppressionImport]:
    """Imports into the account's and its campaigns' lists. Page them NEWEST_FIRST."""
    principal.require(Permission.TARGET_VIEW)
    return SuppressionImport.filter(account_id=principal.account_id)


def problems_of(row: SuppressionImport) -> QuerySet[SuppressionProblem]:
    """Rows of the file that became no new entry. Page them BY_ROW of targets.imports."""
    return SuppressionProblem.filter(suppression_import_id=row.id)


async def cancel_import(principal: Principal, id: UUID, *, ports: Ports) -> SuppressionImport:
    """Stop an import. What it put on the list stays. Raises NotFound, ImportFinished."""
    async with unit_of_work(ports) as work:
        row = await access_import(principal, id, Permission.TARGET_MANAGE, lock=True)
        if row.state in ENDED:
            raise ImportFinished(row.id, row.state.value)
        before, now = row.state, ports.clock.now()
        row.state, row.finished_at = ImportState.CANCELED, now
        row.runner = None  # whoever reads the file finds its next block refused
        await row.save(update_fields=["state", "finished_at", "runner"])
        await audit.record(
            principal,
            "suppressionImportCancel",
            subject_type="import",
            subject_id=row.id,
            difference=audit.difference({"state": before}, {"state": row.state}),
            at=now,
        )
        work.publish(notice_of(row))
    await ports.files.delete(row.file_path)
    return row
