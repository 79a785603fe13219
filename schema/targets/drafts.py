"""Looking at a file before it is imported."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated
from uuid import UUID

import strawberry
from strawberry.file_uploads import Upload

from domain.access.permissions import Permission
from domain.core.pages import PageRequest, page_of
from domain.targets import models
from domain.targets.contact_numbers import NumberType
from domain.targets.importing import choices, drafts
from domain.targets.importing.imports import ImportOptions
from domain.targets.reading import blocks
from domain.targets.reading.encodings import TextEncoding, encoding_named
from schema.campaigns.refusals import CampaignIsClosed
from schema.connections import After, Connection, First, connection_of
from schema.context import Info
from schema.guards import requires
from schema.refusals import InvalidInput, NotFound
from schema.scalars import PhoneNumber, phone_number
from schema.targets.mutations import COUNTRY, DUPLICATES, ENCODING
from schema.targets.numbers import DuplicatesInput, duplicates_of
from schema.targets.queries import CampaignId
from schema.targets.refusals import (
    FileTooLarge,
    ImportFileRefused,
    ImportFinished,
    TargetLimitReached,
)
from schema.targets.types import TargetImport
from schema.uploads import chunks_of


@strawberry.enum(description="What a column of a file is.")
class ColumnMeaning(StrEnum):
    PHONE = "phone"
    PHONE_HOURS = "phone_hours"
    NAME = "name"
    CALLER_ID = "caller_id"
    PRIORITY = "priority"
    TIMEZONE = "timezone"
    VARIABLE = "variable"
    SKIP = "skip"


@strawberry.input(description="What one column is.")
class ColumnChoiceInput:
    header: str = strawberry.field(description="As it stands in the file.")
    meaning: ColumnMeaning = strawberry.field(
        description="What the column is. PHONE_HOURS: when the number of the PHONE before it may "
        "be called, as in `Mon-Fri 09:00-17:00; Sat 10:00-12:00`."
    )
    variable: str | None = strawberry.field(
        description="What agents see as the name of a VARIABLE; null: the header.", default=None
    )
    number_type: NumberType | None = strawberry.field(
        description="Of a PHONE; null: OTHER.", default=None
    )

    def pair(self) -> tuple[str, str]:
        if self.meaning is ColumnMeaning.VARIABLE:
            return self.header, f"variable:{self.variable or self.header}"
        if self.meaning is ColumnMeaning.PHONE and self.number_type is not None:
            return self.header, f"phone:{self.number_type.value}"
        return self.header, self.meaning.value


@strawberry.type(description="A column of a file, and what it seems to be.")
class FileColumn:
    header: str = strawberry.field(description="As it stands in the file.")
    meaning: ColumnMeaning = strawberry.field(description="As chosen before, or guessed.")
    variable: str | None = strawberry.field(description="The name of a VARIABLE; null: no such.")
    number_type: NumberType | None = strawberry.field(description="Of a PHONE; null: no such.")

    @classmethod
    def of(cls, header: str, meaning: str) -> "FileColumn":
        kind, _, name = meaning.partition(":")
        is_phone = kind == "phone"
        return cls(
            header=header,
            meaning=ColumnMeaning(kind),
            variable=None if is_phone else name or None,
            number_type=NumberType(name or NumberType.OTHER) if is_phone else None,
        )


@strawberry.type(description="What the columns of files with certain headers are taken for.")
class ColumnChoice:
    id: UUID = strawberry.field(description="To remove it by.")
    columns: list[FileColumn] = strawberry.field(description="As somebody said or confirmed.")
    remembered_at: datetime = strawberry.field(description="When that was, the last time.")

    @classmethod
    def of(cls, row: models.ColumnChoice) -> "ColumnChoice":
        return cls(
            id=row.id,
            columns=[FileColumn.of(header, meaning) for header, meaning in row.columns],
            remembered_at=row.used_at,
        )


@strawberry.type(description="Files with these headers are guessed again.")
class ColumnChoiceRemoved:
    column_choice: ColumnChoice = strawberry.field(description="As it was.")


@strawberry.type(description="One of the first rows of a file.")
class FileRow:
    row: int = strawberry.field(description="As the file's own program counts.")
    cells: list[str] = strawberry.field(description="As text, at most 200 characters each.")
    number: PhoneNumber | None = strawberry.field(description="Null: it would be reported.")
    problem: str | None = strawberry.field(description="Why it would be; null: it would not.")

    @classmethod
    def of(cls, row: blocks.PreviewRow) -> "FileRow":
        return cls(
            row=row.row,
            cells=list(row.cells),
            number=phone_number(row.number) if row.number else None,
            problem=row.problem,
        )


@strawberry.type(description="A file is uploaded and waits for `targetImportConfirm`.")
class TargetImportPreviewed:
    target_import: TargetImport = strawberry.field(
        description="A draft; removed after two hours unless it is confirmed."
    )
    headers: list[str] = strawberry.field(description="As they stand in the file.")
    columns: list[FileColumn] = strawberry.field(
        description="What they seem to be; empty: none looks like a phone number."
    )
    rows: list[FileRow] = strawberry.field(description="The first rows, at most 10.")
    rows_total: int | None = strawberry.field(description="A guess; null: none yet.")
    encoding: TextEncoding | None = strawberry.field(
        description="As said, or guessed; null: the file says it itself. Where names look wrong, "
        "preview the file again, or confirm it, with another one."
    )


@strawberry.type(description="The file is waiting to be imported.")
class TargetImportConfirmed:
    target_import: TargetImport = strawberry.field(description="Follow it by its id.")


TargetImportPreviewResult = Annotated[
    TargetImportPreviewed
    | NotFound
    | CampaignIsClosed
    | InvalidInput
    | FileTooLarge
    | ImportFileRefused
    | TargetLimitReached,
    strawberry.union("TargetImportPreviewResult", description="The file, or why there is none."),
]
TargetImportConfirmResult = Annotated[
    TargetImportConfirmed
    | NotFound
    | CampaignIsClosed
    | InvalidInput
    | ImportFinished
    | ImportFileRefused,
    strawberry.union("TargetImportConfirmResult", description="The import, or why it waits."),
]


ColumnChoiceRemoveResult = Annotated[
    ColumnChoiceRemoved | NotFound,
    strawberry.union("ColumnChoiceRemoveResult", description="The choice, or why it stays."),
]


@strawberry.type
class DraftQueries:
    @strawberry.field(
        description="What is remembered of columns, newest first. Only the last 200 are applied.",
        extensions=[requires(Permission.TARGET_VIEW)],
    )
    async def column_choices(
        self, info: Info, first: First = 50, after: After = None
    ) -> Connection[ColumnChoice]:
        found = await choices.visible_choices(info.context.principal)
        page = await page_of(found, choices.NEWEST_FIRST, PageRequest(first, after))
        return connection_of(page, ColumnChoice.of, count=found.count)


@strawberry.type
class DraftMutations:
    @strawberry.mutation(
        description="Upload a file of contacts and look at it before it is imported.",
        extensions=[requires(Permission.TARGET_MANAGE)],
    )
    async def target_import_preview(
        self,
        info: Info,
        campaign_id: CampaignId,
        file: Annotated[Upload, strawberry.argument(description="The file.")],
        country: Annotated[str | None, strawberry.argument(description=COUNTRY)] = None,
        priority: Annotated[
            int, strawberry.argument(description="1 to 10; of rows that name none.")
        ] = 5,
        batch_name: Annotated[
            str, strawberry.argument(description="At most 100 characters; empty: the file's name.")
        ] = "",
        duplicates: Annotated[
            DuplicatesInput | None, strawberry.argument(description=DUPLICATES)
        ] = None,
        encoding: Annotated[TextEncoding | None, strawberry.argument(description=ENCODING)] = None,
    ) -> TargetImportPreviewResult:
        ctx = info.context
        row, seen = await drafts.begin_draft(
            ctx.principal,
            campaign_id,
            ImportOptions(
                country=country,
                priority=priority,
                batch_name=batch_name,
                duplicates=duplicates_of(duplicates),
                encoding=encoding,
            ),
            file_name=getattr(file, "filename", None) or "list",
            chunks=chunks_of(file),
            limit=ctx.upload_limit,
            ports=ctx.ports,
        )
        return TargetImportPreviewed(
            target_import=TargetImport.of(row),
            headers=list(seen.headers),
            columns=[FileColumn.of(header, meaning) for header, meaning in seen.columns],
            rows=[FileRow.of(each) for each in seen.rows],
            rows_total=seen.rows_total,
            encoding=encoding_named(seen.encoding.removesuffix("-sig")) if seen.encoding else None,
        )

    @strawberry.mutation(
        description="Import an uploaded file.", extensions=[requires(Permission.TARGET_MANAGE)]
    )
    async def target_import_confirm(
        self,
        info: Info,
        id: Annotated[UUID, strawberry.argument(description="The draft.")],
        columns: Annotated[
            list[ColumnChoiceInput] | None,
            strawberry.argument(
                description="What the columns are, one of them a PHONE; columns left out are "
                "skipped. Null: as they seem to be."
            ),
        ] = None,
        remember: Annotated[
            bool,
            strawberry.argument(
                description="Whether files with these headers are read so again, also as the "
                "columns were guessed. A plain list without a header cannot be remembered."
            ),
        ] = False,
        encoding: Annotated[
            TextEncoding | None,
            strawberry.argument(description="Of text; null: as the preview showed it."),
        ] = None,
    ) -> TargetImportConfirmResult:
        ctx = info.context
        row = await drafts.confirm_import(
            ctx.principal,
            id,
            tuple(choice.pair() for choice in columns or []),
            remember=remember,
            encoding=encoding,
            ports=ctx.ports,
        )
        return TargetImportConfirmed(target_import=TargetImport.of(row))

    @strawberry.mutation(
        description="Forget what the columns of files with certain headers are.",
        extensions=[requires(Permission.TARGET_MANAGE)],
    )
    async def column_choice_remove(
        self, info: Info, id: Annotated[UUID, strawberry.argument(description="The choice.")]
    ) -> ColumnChoiceRemoveResult:
        ctx = info.context
        row = await choices.forget_choice(ctx.principal, id, ports=ctx.ports)
        return ColumnChoiceRemoved(column_choice=ColumnChoice.of(row))
