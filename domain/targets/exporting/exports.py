"""Files of targets with their status: ordered, written by a job, fetched, gone after a day."""

import asyncio
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec
from tortoise import connections

from domain.access import audit
from domain.access.permissions import Permission
from domain.access.principal import Principal
from domain.campaigns.service import access_campaign
from domain.core.errors import NotFound
from domain.core.files import telling_of_the_disk
from domain.core.ids import new_id
from domain.core.ports import Ports
from domain.core.transactions import in_transaction
from domain.core.unit_of_work import unit_of_work
from domain.targets.errors import ExportNotReady, TooManyForXlsx
from domain.targets.exporting.writer import writing
from domain.targets.importing.bulk import copy_out
from domain.targets.importing.imports import access_import, problems_of
from domain.targets.importing.problems import OF_TARGETS
from domain.targets.jobs import ExportTargets
from domain.targets.listing import TargetFilter, after_prefix, check_filter
from domain.targets.managing.classes import CONDITIONS
from domain.targets.models import ExportKind, ExportState, TargetExport
from domain.targets.rules import TargetClass, TargetSource

XLSX_ROWS = 1_048_575  # under the header; the format's own limit
KEPT = timedelta(days=1)
LEDGER = "ledger"  # in `wanted`: the file is one of the abandon ledger, not of targets


_PROBLEMS = OF_TARGETS.file_query


@dataclass(frozen=True, slots=True)
class Access:
    """That somebody fetches a file with other people's data in it."""

    principal: Principal
    action: str
    subject_type: str
    subject_id: UUID

    async def note(self, *, ports: Ports) -> None:
        """Write it down, in the caller's transaction if there is one."""
        await audit.record(
            self.principal,
            self.action,
            subject_type=self.subject_type,
            subject_id=self.subject_id,
            difference={},
            at=ports.clock.now(),
        )


@dataclass(frozen=True, slots=True)
class ExportFile:
    """A file that is ready to be fetched."""

    path: Path
    name: str
    media_type: str


MEDIA_TYPES = {
    ExportKind.CSV: "text/csv; charset=utf-8",
    ExportKind.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


async def begin_export(
    principal: Principal,
    campaign_id: UUID,
    kind: ExportKind,
    wanted: TargetFilter,
    *,
    class_: TargetClass | None = None,
    ports: Ports,
) -> TargetExport:
    """A new export, waiting for a worker. Raises NotFound, InvalidInput,
    TooManyForXlsx.
    """
    check_filter(wanted)
    campaign = await access_campaign(principal, campaign_id, Permission.TARGET_VIEW)
    condition, values = condition_of(campaign.id, wanted, class_)
    [row] = await connections.get("default").execute_query_dict(
        f"SELECT count(*) AS n FROM target WHERE {condition}", values
    )
    return await order_export(
        principal,
        campaign.id,
        kind,
        _plain(wanted, class_),
        row["n"],
        action="targetExportStart",
        ports=ports,
    )


async def order_export(
    principal: Principal,
    campaign_id: UUID,
    kind: ExportKind,
    wanted: dict[str, Any],
    rows: int,
    *,
    action: str,
    ports: Ports,
) -> TargetExport:
    """A file of so many rows, ordered; what it is about is `wanted`. Raises TooManyForXlsx."""
    if kind is ExportKind.XLSX and rows > XLSX_ROWS:
        raise TooManyForXlsx(rows, XLSX_ROWS)
    async with unit_of_work(ports) as work:
        id = new_id()
        export = await TargetExport.create(
            id=id,
            account_id=principal.account_id,
            campaign_id=campaign_id,
            kind=kind,
            wanted=wanted,
            rows_total=rows,
            file_path=f"exports/{id}.{kind.value}",
            created_at=ports.clock.now(),
        )
        await audit.record(
            principal,
            action,
            subject_type="campaign",
            subject_id=campaign_id,
            difference={"export": [None, str(id)]},
            at=export.created_at,
        )
        work.enqueue(ExportTargets(export.id), job_id=f"ExportTargets:{export.id}")
    return export


async def access_export(principal: Principal, id: UUID) -> TargetExport:
    """An export that the principal may see. Raises NotAllowed, NotFound."""
    principal.require(Permission.TARGET_VIEW)
    row = await TargetExport.filter(id=id, account_id=principal.account_id).first()
    if row is None:
        raise NotFound("export", id)
    return row


async def export_file(principal: Principal, id: UUID, *, ports: Ports) -> ExportFile:
    """The finished file. Raises NotFound, ExportNotReady."""
    row = await access_export(principal, id)
    path = ports.files.path(row.file_path)
    if row.state is not ExportState.DONE or not path.is_file():
        raise ExportNotReady(row.id, row.state.value)
    access = Access(principal, "targetExportFetch", "export", row.id)
    await access.note(ports=ports)
    name = name_of(row).replace(" ", "-")
    return ExportFile(path, f"{name}.{row.kind.value}", MEDIA_TYPES[row.kind])


def name_of(row: TargetExport) -> str:
    """What the file is of."""
    return "abandon ledger" if LEDGER in row.wanted else "targets"


async def problems_file(
    principal: Principal, import_id: UUID, kind: ExportKind, *, ports: Ports
) -> ExportFile:
    """The rows of an import that became no new target, in a file that the caller removes.

    Raises as `written`, and NotFound.
    """
    row = await access_import(principal, import_id)
    count = await problems_of(row).count()
    access = Access(principal, "targetImportProblemsFetch", "import", row.id)
    return await written(access, "problems", kind, _PROBLEMS, [row.id], count=count, ports=ports)


async def written(
    access: Access,
    name: str,
    kind: ExportKind,
    query: str,
    values: list[Any],
    *,
    count: int,
    ports: Ports,
) -> ExportFile:
    """The `count` rows of a query in a file that the caller removes.

    Raises TooManyForXlsx, and FilesUnavailable where the disk is full; no file is left then.
    """
    if kind is ExportKind.XLSX and count > XLSX_ROWS:
        raise TooManyForXlsx(count, XLSX_ROWS)
    path = ports.files.path(f"exports/{new_id()}.{kind.value}")
    with telling_of_the_disk():
        await asyncio.to_thread(path.parent.mkdir, parents=True, exist_ok=True)
    try:
        async with writing(kind.value, path) as writer, in_transaction() as connection:
            await access.note(ports=ports)
            await copy_out(connection, query, values, writer.write)
            await writer.finish()
    except BaseException:
        await asyncio.to_thread(path.unlink, missing_ok=True)
        raise
    return ExportFile(path, f"{name}.{kind.value}", MEDIA_TYPES[kind])


def condition_of(
    campaign_id: UUID, wanted: TargetFilter, class_: TargetClass | None
) -> tuple[str, list[Any]]:
    """The same choice as listing.visible_targets, as SQL on the table target, and its values."""
    parts, values = ["campaign_id = $1"], list[Any]([campaign_id])

    def add(template: str, value: Any) -> None:
        values.append(value)
        parts.append(template.format(f"${len(values)}"))

    if wanted.states:
        add("state = ANY({}::text[])", [state.value for state in wanted.states])
    if wanted.closed_reasons:
        add("closed_reason = ANY({}::text[])", [reason.value for reason in wanted.closed_reasons])
    if wanted.dispositions:
        add("last_disposition = ANY({}::text[])", [each.value for each in wanted.dispositions])
    if wanted.batch_id is not None:
        add("batch_id = {}", wanted.batch_id)
    if wanted.number_begins:
        add("starts_with(number, {}::text)", wanted.number_begins)
        add("number >= {}::text", wanted.number_begins)
        if (end := after_prefix(wanted.number_begins)) is not None:
            add("number < {}::text", end)
    if wanted.attempts_at_least > 0:
        add("attempts >= {}::int", wanted.attempts_at_least)
    if wanted.agent_id is not None:
        attempts = "SELECT target_id FROM attempt WHERE agent_id = {} AND campaign_id = $1"
        add(f"target.id IN ({attempts})", wanted.agent_id)
    if wanted.source is not None:
        called = "IS NOT NULL" if wanted.source is TargetSource.CALL_BACK else "IS NULL"
        parts.append(f"call_back_at {called}")
    if class_ is not None:
        parts.append(f"({CONDITIONS[class_]})")
    return " AND ".join(parts), values


def _plain(wanted: TargetFilter, class_: TargetClass | None) -> dict[str, Any]:
    plain: dict[str, Any] = msgspec.to_builtins(wanted)
    return plain | {"class": class_.value if class_ else None}


def wanted_of(row: TargetExport) -> tuple[TargetFilter, TargetClass | None]:
    """What an export was ordered to hold."""
    plain = dict(row.wanted)
    class_ = plain.pop("class", None)
    return msgspec.convert(plain, TargetFilter), TargetClass(class_) if class_ else None
