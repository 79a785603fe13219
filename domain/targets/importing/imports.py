"""Files on their way to become targets: uploaded, looked at, canceled. import_run.py reads them."""

import asyncio
from collections.abc import AsyncIterable, Sequence
from dataclasses import dataclass, field
from pathlib import PurePath
from uuid import UUID

from tortoise import connections
from tortoise.queryset import QuerySet

from domain.access import audit
from domain.access.permissions import Permission
from domain.access.principal import Principal
from domain.access.service import access_account
from domain.campaigns.errors import CampaignClosed
from domain.campaigns.rules import CampaignState
from domain.campaigns.service import access_campaign
from domain.core.errors import NotFound
from domain.core.ids import new_id
from domain.core.ports import Ports
from domain.core.problems import Problems
from domain.core.unit_of_work import unit_of_work
from domain.targets.errors import ImportFinished, TargetLimitReached
from domain.targets.importing.columns import check_columns
from domain.targets.jobs import ImportTargets
from domain.targets.models import ImportProblem, ImportState, TargetBatch, TargetImport
from domain.targets.numbers import COUNTRIES
from domain.targets.progress import notice_of
from domain.targets.reading.encodings import TextEncoding
from domain.targets.reading.kinds import kind_of
from domain.targets.rules import Duplicates

MAX_FILE_BYTES = 200_000_000  # where no operator says otherwise
MULTIPLE_COUNTRIES = "multiple"
ENDED = (ImportState.DONE, ImportState.CANCELED, ImportState.FAILED)
NEWEST_FIRST = ("-id",)
BY_ROW = ("row", "id")


@dataclass(frozen=True, slots=True)
class ImportOptions:
    """How a file is to be read.

    `country` is ISO 3166-1 for national numbers, MULTIPLE_COUNTRIES for international ones, None
    for the account's country. `priority` is that of rows that name none.
    """

    country: str | None = None
    priority: int = 5
    batch_name: str = ""
    columns: tuple[tuple[str, str], ...] = ()  # header and meaning; none: remembered or guessed
    duplicates: Duplicates = field(default_factory=Duplicates)
    encoding: TextEncoding | None = None  # of text; None: guessed


async def begin_import(
    principal: Principal,
    campaign_id: UUID,
    options: ImportOptions,
    *,
    file_name: str,
    chunks: AsyncIterable[bytes],
    ports: Ports,
    limit: int = MAX_FILE_BYTES,
    draft: bool = False,
) -> TargetImport:
    """A new import, waiting for a worker; a draft waits for `confirm_import` instead.

    The file is stored as it comes in, never held in memory.

    Raises NotFound, CampaignClosed, InvalidInput, FileTooLarge, and an ImportFileRefused for what
    can be told of a file without reading all of it; nothing is kept then.
    """
    campaign = await access_campaign(principal, campaign_id, Permission.TARGET_MANAGE)
    if campaign.state is CampaignState.CLOSED:
        raise CampaignClosed(campaign.id)
    file_name = PurePath(file_name.replace("\\", "/")).name[:200] or "list"
    batch_name, priority = options.batch_name or file_name[:100], options.priority
    problems = Problems()
    batch_name = problems.text("batchName", batch_name, longest=100)
    problems.between("priority", priority, 1, 10)
    country = await read_country(principal, options.country, problems)
    check_columns(options.columns, problems)
    problems.refuse_any()

    await _refuse_when_full(principal)

    import_id = new_id()
    path = f"imports/{import_id}"
    try:
        await ports.files.save(path, chunks, limit=limit)
        kind = await asyncio.to_thread(kind_of, ports.files.path(path))
        async with unit_of_work(ports) as work:
            now = ports.clock.now()
            batch = await TargetBatch.create(
                campaign_id=campaign.id, name=batch_name, priority=priority, created_at=now
            )
            row = await TargetImport.create(
                id=import_id,
                account_id=principal.account_id,
                campaign_id=campaign.id,
                batch_id=batch.id,
                file_name=file_name,
                file_path=path,
                kind=kind,
                country=country,
                encoding=options.encoding,
                priority=priority,
                columns=[list(pair) for pair in options.columns],
                in_file=options.duplicates.in_file,
                in_campaign=options.duplicates.in_campaign,
                in_account=options.duplicates.in_account,
                state=ImportState.DRAFT if draft else ImportState.PENDING,
                created_at=now,
            )
            if not draft:  # which changes nothing until it is confirmed
                await audit.record(
                    principal,
                    "targetImportStart",
                    subject_type="campaign",
                    subject_id=campaign.id,
                    difference={"import": [None, str(row.id)]},
                    at=now,
                )
                work.enqueue(ImportTargets(row.id), job_id=f"ImportTargets:{row.id}")
    except BaseException:
        await ports.files.delete(path)
        raise
    return row


async def _refuse_when_full(principal: Principal) -> None:
    """Raise TargetLimitReached before a file is taken for which there is no room at all."""
    limit = (await access_account(principal)).target_limit
    if limit is not None:
        [held] = await connections.get("default").execute_query_dict(
            "SELECT count(*) AS n FROM (SELECT FROM target WHERE account_id = $1 LIMIT $2) AS t",
            [principal.account_id, limit],
        )
        if held["n"] >= limit:
            raise TargetLimitReached(limit)


async def read_country(principal: Principal, said: str | None, problems: Problems) -> str | None:
    """The country of national numbers: as said, or the account's; None for international ones."""
    if said == MULTIPLE_COUNTRIES:
        return None
    if said is None:
        return (await access_account(principal)).country
    said = said.upper()
    problems.unless(said in COUNTRIES, "country", "must be a code like US, or multiple")
    return said


async def access_import(
    principal: Principal, id: UUID, need: Permission = Permission.TARGET_VIEW, *, lock: bool = False
) -> TargetImport:
    """An import that the principal may see. Raises NotAllowed, NotFound."""
    principal.require(need)
    query = TargetImport.filter(id=id, account_id=principal.account_id)
    row = await (query.select_for_update() if lock else query).first()
    if row is None:
        raise NotFound("import", id)
    return row


async def visible_imports(principal: Principal, campaign_id: UUID) -> QuerySet[TargetImport]:
    """Imports into a campaign. Page them NEWEST_FIRST."""
    campaign = await access_campaign(principal, campaign_id, Permission.TARGET_VIEW)
    return TargetImport.filter(campaign_id=campaign.id)


def problems_of(row: TargetImport) -> QuerySet[ImportProblem]:
    """Rows of the file that became no new target. Page them BY_ROW."""
    return ImportProblem.filter(target_import_id=row.id)


async def problem_counts(import_ids: Sequence[UUID]) -> list[list[tuple[str, int]]]:
    """How many rows each import reports, by code, most first. One statement.

    The result has the length and order of `import_ids`; they must be of visible imports.
    """
    counts: dict[UUID, list[tuple[str, int]]] = {}
    for row in await connections.get("default").execute_query_dict(
        "SELECT target_import_id, code, count(*) AS rows FROM import_problem "
        "WHERE target_import_id = ANY($1) GROUP BY 1, 2 ORDER BY 3 DESC, 2",
        [list(import_ids)],
    ):
        counts.setdefault(row["target_import_id"], []).append((row["code"], row["rows"]))
    return [counts.get(id, []) for id in import_ids]


async def cancel_import(principal: Principal, id: UUID, *, ports: Ports) -> TargetImport:
    """Stop an import. What it imported stays. Raises NotFound, ImportFinished."""
    async with unit_of_work(ports) as work:
        row = await access_import(principal, id, Permission.TARGET_MANAGE, lock=True)
        if row.state in ENDED:
            raise ImportFinished(row.id, row.state.value)
        before, row.state = row.state, ImportState.CANCELED
        row.finished_at = ports.clock.now()
        row.runner = None  # whoever reads the file finds its next block refused
        await row.save(update_fields=["state", "finished_at", "runner"])
        await audit.record(
            principal,
            "targetImportCancel",
            subject_type="import",
            subject_id=row.id,
            difference=audit.difference({"state": before}, {"state": row.state}),
            at=row.finished_at,
        )
        work.publish(notice_of(row))
    await ports.files.delete(row.file_path)
    return row
