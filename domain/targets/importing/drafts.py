"""Looking at a file before it is imported: its first rows, and what its columns are."""

from collections.abc import AsyncIterable
from datetime import timedelta
from uuid import UUID

from domain.access import audit
from domain.access.permissions import Permission
from domain.access.principal import Principal
from domain.campaigns.errors import CampaignClosed
from domain.campaigns.rules import CampaignState
from domain.campaigns.service import access_campaign
from domain.core.ports import Ports
from domain.core.problems import Problems
from domain.core.unit_of_work import unit_of_work
from domain.targets.errors import ImportFinished, NoPhoneColumn
from domain.targets.importing.choices import Choices, remembered_choices
from domain.targets.importing.choices import remember as remember_columns
from domain.targets.importing.columns import NAMING_ROWS, check_columns
from domain.targets.importing.imports import (
    MAX_FILE_BYTES,
    ImportOptions,
    access_import,
    begin_import,
)
from domain.targets.jobs import ImportTargets
from domain.targets.models import ImportState, TargetImport
from domain.targets.reader import read_preview
from domain.targets.reading.blocks import Preview, ReadRequest
from domain.targets.reading.encodings import TextEncoding

PREVIEW_ROWS = NAMING_ROWS  # so that what is shown is what a choice is remembered by
DRAFT_FOR = timedelta(hours=2)


async def begin_draft(
    principal: Principal,
    campaign_id: UUID,
    options: ImportOptions,
    *,
    file_name: str,
    chunks: AsyncIterable[bytes],
    ports: Ports,
    limit: int = MAX_FILE_BYTES,
) -> tuple[TargetImport, Preview]:
    """A file that waits for `confirm_import`, and its first rows.

    Raises as begin_import does, and any ImportFileRefused; nothing is kept then.
    """
    row = await begin_import(
        principal,
        campaign_id,
        options,
        file_name=file_name,
        chunks=chunks,
        ports=ports,
        limit=limit,
        draft=True,
    )
    try:
        return row, await preview_import(row, ports=ports, columns=options.columns)
    except BaseException:
        await ports.files.delete(row.file_path)
        await row.delete()
        raise


async def preview_import(row: TargetImport, *, ports: Ports, columns: Choices = ()) -> Preview:
    """The first rows of an uploaded file, and what its columns seem to be.

    Raises an ImportFileRefused.
    """
    return await read_preview(
        ReadRequest(
            path=str(ports.files.path(row.file_path)),
            kind=row.kind.value,
            country=row.country,
            encoding=row.encoding,
            columns=columns,
            remembered=await remembered_choices(row.account_id),
            preview_rows=PREVIEW_ROWS,
        )
    )


async def confirm_import(
    principal: Principal,
    id: UUID,
    columns: Choices,
    *,
    remember: bool,
    ports: Ports,
    encoding: TextEncoding | None = None,
) -> TargetImport:
    """Import a draft, with the columns as a person said; none: as the preview showed them.

    `remember` keeps that for files with the same headers. `encoding`: of text; None: as before.

    Raises NotFound, InvalidInput, ImportFinished for what is no draft any more, NoPhoneColumn
    where the file has no such column, and CampaignClosed for a campaign that was closed since.
    """
    problems = Problems()
    check_columns(columns, problems)
    problems.refuse_any()
    draft = await access_import(principal, id, Permission.TARGET_MANAGE)
    if draft.state is not ImportState.DRAFT:
        raise ImportFinished(draft.id, draft.state.value)
    draft.encoding = encoding or draft.encoding
    seen = await preview_import(draft, ports=ports, columns=columns)
    if not seen.columns:
        raise NoPhoneColumn(list(seen.headers))
    if remember:
        text = "the file has no header by which others like it could be known"
        problems.unless(seen.has_header, "remember", text)
        problems.refuse_any()
    async with unit_of_work(ports) as work:
        row = await access_import(principal, id, Permission.TARGET_MANAGE, lock=True)
        if row.state is not ImportState.DRAFT:
            raise ImportFinished(row.id, row.state.value)
        campaign = await access_campaign(principal, row.campaign_id, Permission.TARGET_MANAGE)
        if campaign.state is CampaignState.CLOSED:
            raise CampaignClosed(campaign.id)
        row.state = ImportState.PENDING
        row.columns = [list(pair) for pair in columns]
        row.encoding = draft.encoding
        row.created_at = ports.clock.now()  # from now on it may count as lost
        await row.save(update_fields=["state", "columns", "encoding", "created_at"])
        if remember:
            await remember_columns(work.connection, row, seen, columns or seen.columns, ports=ports)
        await audit.record(
            principal,
            "targetImportConfirm",
            subject_type="campaign",
            subject_id=campaign.id,
            difference={"import": [None, str(row.id)]},
            at=row.created_at,
        )
        work.enqueue(ImportTargets(row.id), job_id=f"ImportTargets:{row.id}")
    return row
