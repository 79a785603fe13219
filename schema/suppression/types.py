"""Entries of do-not-call lists."""

from datetime import datetime
from uuid import UUID

import strawberry
from strawberry import Private

from domain.core.pages import PageRequest, page_of
from domain.suppression import imports, models, service
from domain.suppression.events import SuppressionImportProgressed
from domain.suppression.rules import SuppressionSource
from domain.targets.importing.imports import BY_ROW
from domain.targets.models import ImportState
from domain.targets.reading.kinds import FileKind
from schema.connections import After, Connection, First, connection_of
from schema.targets.types import ImportProblem

strawberry.enum(SuppressionSource, description="Where an entry of a do-not-call list comes from.")


@strawberry.type(description="A number, or all that begin so, which is not called.")
class Suppression:
    id: UUID = strawberry.field(description="Never changes.")
    pattern: str = strawberry.field(description="E.164, or the beginning of such numbers.")
    is_prefix: bool = strawberry.field(description="Whether all numbers that begin so are meant.")
    campaign_id: UUID | None = strawberry.field(
        description="The campaign that it holds for; null: all of the account."
    )
    source: SuppressionSource = strawberry.field(description="Where it comes from.")
    reason: str = strawberry.field(description="At most 200 characters.")
    expires_at: datetime | None = strawberry.field(description="Null: never.")
    created_at: datetime = strawberry.field(description="When it was made.")

    @classmethod
    def of(cls, row: models.Suppression) -> "Suppression":
        return cls(
            id=row.id,
            pattern=row.pattern,
            is_prefix=row.is_prefix,
            campaign_id=row.scope_id if row.scope_id != row.account_id else None,
            source=row.source,
            reason=row.reason,
            expires_at=row.expires_at,
            created_at=row.created_at,
        )


@strawberry.type(description="What became of one line.")
class SuppressionAnswer:
    row: int = strawberry.field(description="From 1, as given.")
    code: str = strawberry.field(description="`SUPPRESSED`, or why not.")
    message: str = strawberry.field(description="The same, for people.")
    pattern: str | None = strawberry.field(description="As it was understood; null: not at all.")

    @classmethod
    def of(cls, answer: service.SuppressionAnswer) -> "SuppressionAnswer":
        return cls(row=answer.row, code=answer.code, message=answer.message, pattern=answer.pattern)


@strawberry.type(description="A file being put on a do-not-call list.")
class SuppressionImport:
    id: UUID = strawberry.field(description="Never changes.")
    campaign_id: UUID | None = strawberry.field(
        description="The campaign whose list it is; null: the account's."
    )
    file_name: str = strawberry.field(description="As it was uploaded.")
    file_kind: FileKind = strawberry.field(description="By its bytes, whatever its name says.")
    state: ImportState = strawberry.field(description="How far it is.")
    rows_total: int | None = strawberry.field(
        description="A guess until the file is read to its end; null: no guess yet."
    )
    rows_read: int = strawberry.field(description="Committed so far.")
    added: int = strawberry.field(description="New entries.")
    present: int = strawberry.field(description="There already; they have the file's reason now.")
    invalid: int = strawberry.field(description="Rows that could not be read.")
    targets_stopped: int = strawberry.field(
        description="How many waiting targets are not dialed because of this."
    )
    failure_code: str | None = strawberry.field(description="Why it failed; null: it did not.")
    failure: str | None = strawberry.field(description="The same, for people.")
    created_at: datetime = strawberry.field(description="When the file was uploaded.")
    finished_at: datetime | None = strawberry.field(description="Null: not over yet.")
    origin: Private[models.SuppressionImport]

    @strawberry.field(
        description="Rows that became no new entry, by row; all others did. "
        "`GET /suppressions/imports/{id}/problems.xlsx` has all of them in a file."
    )
    async def problems(self, first: First = 50, after: After = None) -> Connection[ImportProblem]:
        found = imports.problems_of(self.origin)
        page = await page_of(found, BY_ROW, PageRequest(first, after))
        return connection_of(page, ImportProblem.of, count=found.count)

    @classmethod
    def of(cls, row: models.SuppressionImport) -> "SuppressionImport":
        return cls(
            id=row.id,
            campaign_id=row.scope_id if row.scope_id != row.account_id else None,
            file_name=row.file_name,
            file_kind=row.kind,
            state=row.state,
            rows_total=row.rows_total,
            rows_read=row.rows_read,
            added=row.added,
            present=row.present,
            invalid=row.invalid,
            targets_stopped=row.targets_stopped,
            failure_code=row.failure_code,
            failure=row.failure,
            created_at=row.created_at,
            finished_at=row.finished_at,
            origin=row,
        )


@strawberry.type(description="How far an import is. Counts are of rows that are committed.")
class SuppressionImportProgress:
    import_id: UUID = strawberry.field(description="The import.")
    state: ImportState = strawberry.field(description="How far it is.")
    rows_total: int | None = strawberry.field(
        description="A guess until the file is read to its end; null: no guess yet."
    )
    rows_read: int = strawberry.field(description="Committed so far.")
    added: int = strawberry.field(description="New entries.")
    present: int = strawberry.field(description="There already.")
    invalid: int = strawberry.field(description="Rows that could not be read.")
    targets_stopped: int = strawberry.field(description="Waiting targets that it stopped.")

    @classmethod
    def of(cls, said: SuppressionImportProgressed) -> "SuppressionImportProgress":
        return cls(
            import_id=said.suppression_import,
            state=ImportState(said.state),
            rows_total=said.rows_total,
            rows_read=said.rows_read,
            added=said.added,
            present=said.present,
            invalid=said.invalid,
            targets_stopped=said.targets_stopped,
        )
