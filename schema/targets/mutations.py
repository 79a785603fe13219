"""What can be done with targets and imports."""

from typing import Annotated
from uuid import UUID

import strawberry
from strawberry.file_uploads import Upload

from domain.access.permissions import Permission
from domain.core.errors import FieldProblem
from domain.core.errors import InvalidInput as InvalidInputError
from domain.targets import adding
from domain.targets.adding import MAX_PASTED, MAX_ROWS, AddOptions
from domain.targets.importing import imports
from domain.targets.importing.imports import ImportOptions
from domain.targets.managing import removing
from domain.targets.new_targets import NewTarget, pasted
from domain.targets.reading.encodings import TextEncoding
from schema.campaigns.refusals import CampaignIsClosed
from schema.context import Info
from schema.guards import requires
from schema.refusals import InvalidInput, NotFound
from schema.targets.numbers import DuplicatesInput, TargetNumberInput, duplicates_of
from schema.targets.queries import CampaignId
from schema.targets.refusals import (
    FileTooLarge,
    IdempotencyKeyReused,
    ImportFileRefused,
    ImportFinished,
    TargetDialed,
    TargetLimitReached,
)
from schema.targets.types import Target, TargetAnswer, TargetImport
from schema.uploads import chunks_of

COUNTRY = (
    "ISO 3166-1 of national numbers; `multiple`: all are international; "
    "null: the account's country."
)
ENCODING = (
    "Of CSV, JSON, NDJSON and XML; null: guessed, or as XML says itself. What is guessed is shown "
    "by `targetImportPreview`."
)
DUPLICATES = (
    "What is done with numbers that are there already; null: skipped where the file or the "
    "campaign has them, whatever other campaigns have."
)


@strawberry.input(description="One value that agents see.")
class VariableInput:
    name: str = strawberry.field(
        description="As the campaign or the call guide names it; 1 to 64 characters."
    )
    value: str = strawberry.field(description="At most 2,000 characters.")


@strawberry.input(description="One contact to dial.")
class NewTargetInput:
    numbers: list[str] = strawberry.field(
        description="1 to 10 numbers as people write them, tried in this order.",
        default_factory=list,
    )
    phones: list[TargetNumberInput] = strawberry.field(
        description="The same with types and calling windows; after `numbers`, 10 in all.",
        default_factory=list,
    )
    name: str = strawberry.field(description="At most 200 characters.", default="")
    caller_id: str | None = strawberry.field(
        description="What the customer sees; null: the campaign's.", default=None
    )
    priority: int | None = strawberry.field(
        description="1 to 10; null: that of the addition.", default=None
    )
    timezone: str | None = strawberry.field(
        description="IANA name; null: that of the number.", default=None
    )
    variables: list[VariableInput] = strawberry.field(
        description="Shown to the agent.", default_factory=list
    )

    def target(self) -> NewTarget:
        return NewTarget(
            numbers=(
                *(number for number in self.numbers if number.strip()),
                *(each.entry() for each in self.phones if each.number.strip()),
            ),
            name=self.name,
            caller_id=self.caller_id,
            priority=self.priority,
            timezone=self.timezone,
            variables={each.name: each.value for each in self.variables},
        )


@strawberry.input(description="Targets to add: pasted lines or structured rows, one of the two.")
class TargetsAddInput:
    campaign_id: UUID = strawberry.field(description="The campaign.")
    pasted: str | None = strawberry.field(
        description=f"One number a line, at most {MAX_PASTED:,}; a name may follow a tab or comma.",
        default=None,
    )
    targets: list[NewTargetInput] | None = strawberry.field(
        description=f"At most {MAX_ROWS:,}.", default=None
    )
    country: str | None = strawberry.field(description=COUNTRY, default=None)
    priority: int = strawberry.field(description="1 to 10; of rows that name none.", default=5)
    batch_name: str = strawberry.field(description="At most 100 characters.", default="")
    duplicates: DuplicatesInput | None = strawberry.field(description=DUPLICATES, default=None)
    idempotency_key: str | None = strawberry.field(
        description="Asking again with the same key adds nothing and answers the same.",
        default=None,
    )

    def rows(self) -> list[NewTarget]:
        if (self.pasted is None) == (self.targets is None):
            raise InvalidInputError(FieldProblem("pasted", "give either this or targets"))
        if self.pasted is not None:
            lines = pasted(self.pasted)
            if not 0 < len(lines) <= MAX_PASTED:
                wanted = f"must be 1 to {MAX_PASTED:,} lines"
                raise InvalidInputError(FieldProblem("pasted", wanted))
            return lines
        assert self.targets is not None  # as just checked
        if not 0 < len(self.targets) <= MAX_ROWS:
            raise InvalidInputError(FieldProblem("targets", f"must be 1 to {MAX_ROWS:,}"))
        return [each.target() for each in self.targets]


@strawberry.type(description="A file is waiting to be imported.")
class TargetImportStarted:
    target_import: TargetImport = strawberry.field(description="Follow it by its id.")


@strawberry.type(description="An import stops. What it imported stays.")
class TargetImportCanceled:
    target_import: TargetImport = strawberry.field(description="As it is now.")


@strawberry.type(description="What became of each row.")
class TargetsAdded:
    added: int = strawberry.field(description="How many became targets.")
    updated: int = strawberry.field(
        description="How many were there already and have the data of their row now."
    )
    repeated: bool = strawberry.field(
        description="Whether this was done before, under the same idempotency key."
    )
    answers: list[TargetAnswer] = strawberry.field(
        description="One for each row; a pasted line without any text is none."
    )


@strawberry.type(description="A target is gone.")
class TargetRemoved:
    target: Target = strawberry.field(description="As it was.")


TargetImportStartResult = Annotated[
    TargetImportStarted
    | NotFound
    | CampaignIsClosed
    | InvalidInput
    | FileTooLarge
    | ImportFileRefused
    | TargetLimitReached,
    strawberry.union("TargetImportStartResult", description="The import, or why there is none."),
]
TargetImportCancelResult = Annotated[
    TargetImportCanceled | NotFound | ImportFinished,
    strawberry.union("TargetImportCancelResult", description="The import, or why it goes on."),
]
TargetsAddResult = Annotated[
    TargetsAdded
    | NotFound
    | CampaignIsClosed
    | InvalidInput
    | IdempotencyKeyReused
    | TargetLimitReached,
    strawberry.union("TargetsAddResult", description="An answer for each row, or one for all."),
]
TargetRemoveResult = Annotated[
    TargetRemoved | NotFound | TargetDialed,
    strawberry.union("TargetRemoveResult", description="The target, or why it stays."),
]


@strawberry.type
class TargetMutations:
    @strawberry.mutation(
        description="Upload a file of contacts (XLSX, XLS, CSV, XML, JSON, NDJSON) and import it. "
        "`POST /imports` does the same without GraphQL.",
        extensions=[requires(Permission.TARGET_MANAGE)],
    )
    async def target_import_start(
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
    ) -> TargetImportStartResult:
        ctx = info.context
        options = ImportOptions(
            country=country,
            priority=priority,
            batch_name=batch_name,
            duplicates=duplicates_of(duplicates),
            encoding=encoding,
        )
        row = await imports.begin_import(
            ctx.principal,
            campaign_id,
            options,
            file_name=getattr(file, "filename", None) or "list",
            chunks=chunks_of(file),
            limit=ctx.upload_limit,
            ports=ctx.ports,
        )
        return TargetImportStarted(target_import=TargetImport.of(row))

    @strawberry.mutation(
        description="Stop an import.", extensions=[requires(Permission.TARGET_MANAGE)]
    )
    async def target_import_cancel(
        self, info: Info, id: Annotated[UUID, strawberry.argument(description="The import.")]
    ) -> TargetImportCancelResult:
        ctx = info.context
        row = await imports.cancel_import(ctx.principal, id, ports=ctx.ports)
        return TargetImportCanceled(target_import=TargetImport.of(row))

    @strawberry.mutation(
        description="Add targets by hand or from another program.",
        extensions=[requires(Permission.TARGET_MANAGE)],
    )
    async def targets_add(
        self,
        info: Info,
        input: Annotated[TargetsAddInput, strawberry.argument(description="The targets.")],
    ) -> TargetsAddResult:
        ctx = info.context
        options = AddOptions(
            country=input.country,
            priority=input.priority,
            batch_name=input.batch_name,
            key=input.idempotency_key,
            duplicates=duplicates_of(input.duplicates),
        )
        addition = await adding.add_targets(
            ctx.principal, input.campaign_id, input.rows(), options, ports=ctx.ports
        )
        return TargetsAdded(
            added=addition.added,
            updated=addition.updated,
            repeated=addition.repeated,
            answers=[TargetAnswer.of(answer) for answer in addition.answers],
        )

    @strawberry.mutation(
        description="Take out a target that was never dialed.",
        extensions=[requires(Permission.TARGET_MANAGE)],
    )
    async def target_remove(
        self, info: Info, id: Annotated[UUID, strawberry.argument(description="The target.")]
    ) -> TargetRemoveResult:
        ctx = info.context
        row = await removing.remove_target(ctx.principal, id, ports=ctx.ports)
        return TargetRemoved(target=Target.of(row))
