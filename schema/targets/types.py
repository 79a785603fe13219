"""Targets, and the files that they come from."""

from datetime import datetime
from uuid import UUID

import strawberry
from strawberry import Private

from domain.access.permissions import Permission
from domain.core.pages import PageRequest, page_of
from domain.suppression.models import SuppressionProblem
from domain.targets import adding, models
from domain.targets.events import ImportProgressed
from domain.targets.importing import imports
from domain.targets.listing import LastAttempt as LastAttemptRow
from domain.targets.listing import TargetOrder
from domain.targets.models import ImportState
from domain.targets.reading.encodings import TextEncoding
from domain.targets.reading.kinds import FileKind
from domain.targets.rules import TargetClass, TargetSource, TargetState
from schema.chains.loaders import drawn_by_target_id, origins_by_target_id
from schema.connections import After, Connection, First, connection_of
from schema.context import Info
from schema.related import Narrower, related
from schema.scalars import Json, PhoneNumber, phone_number
from schema.statuses import ClosedReason, Disposition
from schema.targets.loaders import (
    Place,
    ShownContact,
    batches_by_id,
    contacts_by_place,
    discreet_contacts_by_place,
    last_attempts_by_target_id,
    problem_counts_by_import_id,
)
from schema.targets.numbers import TargetNumber

strawberry.enum(TargetState, description="Whether a target is still to be dialed.")
strawberry.enum(ImportState, description="How far an import is.")
strawberry.enum(FileKind, description="A kind of file that is read.")
strawberry.enum(TextEncoding, description="How the letters of a file of text are written.")
strawberry.enum(TargetClass, description="How far a target came.")
strawberry.enum(TargetSource, description="How somebody became a target.")
strawberry.enum(TargetOrder, description="How a list of targets is ordered.")


@strawberry.type(description="A person in a list.")
class Contact:
    id: UUID = strawberry.field(description="Never changes.")
    name: str = strawberry.field(description="At most 200 characters; may be empty.")
    variables: Json = strawberry.field(
        description="What else the list says: names and texts. Without `target:manage` those that "
        "are sensitive in the target's campaign are missing."
    )
    timezone: str | None = strawberry.field(description="IANA name; null: that of the number.")

    @classmethod
    def of(cls, shown: ShownContact) -> "Contact":
        row = shown.row
        return cls(id=row.id, name=row.name, variables=Json(shown.variables), timezone=row.timezone)


@strawberry.type(description="Targets that came in together.")
class TargetBatch:
    id: UUID = strawberry.field(description="Never changes.")
    name: str = strawberry.field(description="At most 100 characters.")
    priority: int = strawberry.field(description="1 to 10; of rows that named none.")
    created_at: datetime = strawberry.field(description="When they began to come in.")

    @classmethod
    def of(cls, row: models.TargetBatch) -> "TargetBatch":
        return cls(id=row.id, name=row.name, priority=row.priority, created_at=row.created_at)


@strawberry.type(description="The newest attempt to reach a target.")
class LastAttempt:
    call_id: UUID = strawberry.field(description="Of the attempt, and of the call it became.")
    placed_at: datetime = strawberry.field(description="When it was dialed.")
    duration_seconds: float | None = strawberry.field(
        description="From the answer to the end; null: not answered, or still up."
    )
    agent_id: UUID | None = strawberry.field(description="Who talked; null: nobody yet, or ever.")
    agent_name: str | None = strawberry.field(description="Of that agent.")
    wrap_up_code: str | None = strawberry.field(
        description="How the agent saw the end; null: not said."
    )

    @classmethod
    def of(cls, row: LastAttemptRow) -> "LastAttempt":
        return cls(
            call_id=row.call_id,
            placed_at=row.placed_at,
            duration_seconds=row.duration_s,
            agent_id=row.agent_id,
            agent_name=row.agent_name,
            wrap_up_code=row.wrap_up_code,
        )


@strawberry.type(description="A contact in a campaign, with its dial state.")
class Target:
    id: UUID = strawberry.field(description="Never changes.")
    campaign_id: UUID = strawberry.field(description="The campaign.")
    number: PhoneNumber = strawberry.field(
        description="The contact's first number, by which the campaign knows it; which of several "
        "is dialed next is in `numbers`."
    )
    numbers: list[TargetNumber] = strawberry.field(
        description="All numbers of the contact, in the order in which the list has them."
    )
    caller_id: PhoneNumber | None = strawberry.field(
        description="What the customer sees; null: the campaign's."
    )
    priority: int = strawberry.field(description="1 to 10; 10 is dialed first.")
    state: TargetState = strawberry.field(description="System status.")
    closed_reason: ClosedReason | None = strawberry.field(
        description="Why it is closed; null: it is not."
    )
    customer_status: Disposition | None = strawberry.field(
        description="How the last attempt ended at the customer's side; null: none has ended."
    )
    attempts: int = strawberry.field(description="Dialed so far.")
    max_attempts: int = strawberry.field(description="Closed after so many.")
    source: TargetSource = strawberry.field(description="Whether a missed call made it a target.")
    added_at: datetime = strawberry.field(description="When it was added.")
    last_attempt_at: datetime | None = strawberry.field(
        description="When it was dialed last; null: never."
    )
    next_attempt_at: datetime | None = strawberry.field(
        description="Not dialed before; null: as soon as possible, or never again if closed."
    )
    place: Private[Place]
    batch_id: Private[UUID | None]
    contact: Contact = related(
        contacts_by_place,
        by="place",
        of=Contact.of,
        text="The person.",
        narrower=Narrower(Permission.TARGET_MANAGE, discreet_contacts_by_place),
    )
    batch: TargetBatch | None = related(
        batches_by_id,
        by="batch_id",
        of=TargetBatch.of,
        text="What it came in with; null: that was deleted.",
    )
    last_attempt: LastAttempt | None = related(
        last_attempts_by_target_id,
        by="id",
        of=LastAttempt.of,
        text="The newest attempt; null: none yet.",
    )

    @strawberry.field(
        description="The finished target of another campaign that it was drawn from; null: it came "
        "otherwise. Its attempts are those of before."
    )
    async def drawn_from(self, info: Info) -> "Target | None":
        row = await info.context.loader(origins_by_target_id).load(self.id)
        return Target.of(row) if row is not None else None

    @strawberry.field(description="The targets of other campaigns that were drawn from it.")
    async def drawn_into(self, info: Info) -> list["Target"]:
        rows = await info.context.loader(drawn_by_target_id).load(self.id)
        return [Target.of(row) for row in rows]

    @classmethod
    def of(cls, row: models.Target) -> "Target":
        return cls(
            id=row.id,
            campaign_id=row.campaign_id,
            number=phone_number(row.number),
            numbers=TargetNumber.all_of(row),
            caller_id=phone_number(row.caller_id) if row.caller_id else None,
            priority=row.priority,
            state=row.state,
            closed_reason=row.closed_reason,
            customer_status=row.last_disposition,
            attempts=row.attempts,
            max_attempts=row.max_attempts,
            source=TargetSource.CALL_BACK if row.call_back_at else TargetSource.LIST,
            added_at=row.created_at,
            last_attempt_at=row.last_attempt_at,
            next_attempt_at=row.next_at,
            place=(row.contact_id, row.campaign_id),
            batch_id=row.batch_id,
        )


@strawberry.type(description="A row of a file that did not become what it should, and why.")
class ImportProblem:
    row: int = strawberry.field(
        description="As the file's own program counts; 0: the file as a whole."
    )
    code: str = strawberry.field(description="Stable, for programs: `NUMBER_INVALID`.")
    message: str = strawberry.field(description="What is wrong. English, for people.")
    value: str = strawberry.field(description="The cell that is wrong, at most 64 characters.")

    @classmethod
    def of(cls, row: models.ImportProblem | SuppressionProblem) -> "ImportProblem":
        return cls(row=row.row, code=row.code, message=row.message, value=row.value)


@strawberry.type(description="How many rows of a file were reported for one reason.")
class ProblemCount:
    code: str = strawberry.field(description="As of ImportProblem: `DUPLICATE_IN_FILE`.")
    rows: int = strawberry.field(description="How many.")


@strawberry.type(description="A file being turned into targets.")
class TargetImport:
    id: UUID = strawberry.field(description="Never changes.")
    campaign_id: UUID = strawberry.field(description="The campaign.")
    file_name: str = strawberry.field(description="As it was uploaded.")
    file_kind: FileKind = strawberry.field(description="By its bytes, whatever its name says.")
    country: str | None = strawberry.field(
        description="ISO 3166-1 of national numbers; null: all numbers are international."
    )
    encoding: TextEncoding | None = strawberry.field(
        description="As somebody said; null: guessed, or the file says it itself."
    )
    state: ImportState = strawberry.field(description="How far it is.")
    rows_total: int | None = strawberry.field(
        description="A guess until the file is read to its end; null: no guess yet."
    )
    rows_read: int = strawberry.field(description="Committed so far.")
    imported: int = strawberry.field(description="New targets.")
    updated: int = strawberry.field(
        description="Rows whose contact was there already and has their data now."
    )
    duplicates: int = strawberry.field(
        description="Rows left out since their number was there already."
    )
    suppressed: int = strawberry.field(description="Numbers on a do-not-call list.")
    invalid: int = strawberry.field(description="Rows that could not be read.")
    failure_code: str | None = strawberry.field(description="Why it failed; null: it did not.")
    failure: str | None = strawberry.field(description="The same, for people.")
    created_at: datetime = strawberry.field(description="When the file was uploaded.")
    started_at: datetime | None = strawberry.field(description="Null: waits for a worker.")
    finished_at: datetime | None = strawberry.field(description="Null: not over yet.")
    batch_id: Private[UUID | None]
    source: Private[models.TargetImport]
    batch: TargetBatch | None = related(
        batches_by_id,
        by="batch_id",
        of=TargetBatch.of,
        text="What its targets belong to; null: that was deleted.",
    )

    @strawberry.field(description="How many rows were reported, by code; most first.")
    async def problem_counts(self, info: Info) -> list[ProblemCount]:
        counts = await info.context.loader(problem_counts_by_import_id).load(self.id)
        return [ProblemCount(code=code, rows=rows) for code, rows in counts]

    @strawberry.field(
        description="Rows that became no new target, by row; `UPDATED` are those whose contact was "
        "there already and has their data now."
    )
    async def problems(self, first: First = 50, after: After = None) -> Connection[ImportProblem]:
        found = imports.problems_of(self.source)
        page = await page_of(found, imports.BY_ROW, PageRequest(first, after))
        return connection_of(page, ImportProblem.of, count=found.count)

    @classmethod
    def of(cls, row: models.TargetImport) -> "TargetImport":
        return cls(
            id=row.id,
            campaign_id=row.campaign_id,
            file_name=row.file_name,
            file_kind=row.kind,
            country=row.country,
            encoding=row.encoding,
            state=row.state,
            rows_total=row.rows_total,
            rows_read=row.rows_read,
            imported=row.imported,
            updated=row.updated,
            duplicates=row.duplicates,
            suppressed=row.suppressed,
            invalid=row.invalid,
            failure_code=row.failure_code,
            failure=row.failure,
            created_at=row.created_at,
            started_at=row.started_at,
            finished_at=row.finished_at,
            batch_id=row.batch_id,
            source=row,
        )


@strawberry.type(description="How far an import is. Counts are of rows that are committed.")
class ImportProgress:
    import_id: UUID = strawberry.field(description="The import.")
    state: ImportState = strawberry.field(description="How far it is.")
    rows_total: int | None = strawberry.field(
        description="A guess until the file is read to its end; null: no guess yet."
    )
    rows_read: int = strawberry.field(description="Committed so far.")
    imported: int = strawberry.field(description="New targets.")
    updated: int = strawberry.field(
        description="Rows whose contact was there already and has their data now."
    )
    duplicates: int = strawberry.field(
        description="Rows left out since their number was there already."
    )
    suppressed: int = strawberry.field(description="Numbers on a do-not-call list.")
    invalid: int = strawberry.field(description="Rows that could not be read.")
    rows_per_second: float = strawberry.field(description="0 while nothing is read.")
    seconds_left: float | None = strawberry.field(description="Null: not known.")

    @classmethod
    def of(cls, said: ImportProgressed) -> "ImportProgress":
        return cls(
            import_id=said.target_import,
            state=ImportState(said.state),
            rows_total=said.rows_total,
            rows_read=said.rows_read,
            imported=said.imported,
            updated=said.updated,
            duplicates=said.duplicates,
            suppressed=said.suppressed,
            invalid=said.invalid,
            rows_per_second=said.rows_per_second,
            seconds_left=said.seconds_left,
        )


@strawberry.type(description="What became of one added row.")
class TargetAnswer:
    row: int = strawberry.field(description="From 1, as given.")
    code: str = strawberry.field(description="`ADDED`, `UPDATED`, or why not.")
    message: str = strawberry.field(description="The same, for people.")
    number: PhoneNumber | None = strawberry.field(
        description="As it was understood; null: not at all."
    )
    target_id: UUID | None = strawberry.field(
        description="The target, new or there already; null: there is none."
    )

    @classmethod
    def of(cls, answer: adding.RowAnswer) -> "TargetAnswer":
        return cls(
            row=answer.row,
            code=answer.code,
            message=answer.message,
            number=phone_number(answer.number) if answer.number else None,
            target_id=answer.target_id,
        )
