"""Contacts, the targets they become in a campaign, and how they came in."""

from enum import StrEnum
from typing import TYPE_CHECKING, Any
from uuid import UUID

from tortoise import fields
from tortoise.indexes import Index, PartialIndex
from tortoise.models import Model

from domain.calls.rules import Disposition
from domain.core.claims import Claimed
from domain.core.ids import new_id
from domain.core.indexes import FilledIndex
from domain.targets.reading.encodings import TextEncoding
from domain.targets.reading.kinds import FileKind
from domain.targets.rules import (
    ClosedReason,
    DuplicatePolicy,
    OperationAction,
    TargetClass,
    TargetState,
)

if TYPE_CHECKING:
    from domain.access.models import Account
    from domain.campaigns.models import Campaign


class Contact(Model):
    """A person in a list."""

    id = fields.UUIDField(primary_key=True, default=new_id)
    account_id: UUID
    account: fields.ForeignKeyRelation["Account"] = fields.ForeignKeyField(
        "domain.Account", related_name="contacts", on_delete=fields.CASCADE
    )
    name = fields.CharField(max_length=200, default="")
    variables: dict[str, str] = fields.JSONField(default=dict)
    timezone = fields.CharField(max_length=64, null=True)  # IANA; NULL: from the number
    created_at = fields.DatetimeField(auto_now_add=True)

    class Meta:
        table = "contact"


class TargetBatch(Model):
    """Targets that came in together."""

    id = fields.UUIDField(primary_key=True, default=new_id)
    campaign_id: UUID
    campaign: fields.ForeignKeyRelation["Campaign"] = fields.ForeignKeyField(
        "domain.Campaign", related_name="batches", on_delete=fields.CASCADE
    )
    name = fields.CharField(max_length=100)
    priority = fields.SmallIntField(default=5)  # 1..10; of rows that name none
    created_at = fields.DatetimeField(auto_now_add=True)

    class Meta:
        table = "target_batch"


class Target(Model):
    """A contact in a campaign, with its dial state."""

    id = fields.UUIDField(primary_key=True, default=new_id)
    account_id: UUID
    account: fields.ForeignKeyRelation["Account"] = fields.ForeignKeyField(
        "domain.Account", related_name="targets", on_delete=fields.CASCADE
    )
    campaign_id: UUID
    campaign: fields.ForeignKeyRelation["Campaign"] = fields.ForeignKeyField(
        "domain.Campaign", related_name="targets", on_delete=fields.CASCADE
    )
    contact_id: UUID
    contact: fields.ForeignKeyRelation[Contact] = fields.ForeignKeyField(
        "domain.Contact", related_name="targets", on_delete=fields.CASCADE
    )
    batch_id: UUID | None
    batch: fields.ForeignKeyNullableRelation[TargetBatch] = fields.ForeignKeyField(
        "domain.TargetBatch", related_name="targets", on_delete=fields.SET_NULL, null=True
    )
    number = fields.CharField(max_length=16)  # E.164; of several the first, whichever is dialed
    # All of a contact's numbers with their order, types, windows and outcomes, as ContactNumbers
    # writes them. NULL: there is the one, and nothing more to say of it.
    numbers: dict[str, Any] | None = fields.JSONField(null=True)
    # Whether the campaign knows it by its number. NULL: no, a duplicate that was let in.
    is_first = fields.BooleanField(null=True, default=True, db_default=True)
    caller_id = fields.CharField(max_length=16, null=True)  # E.164; NULL: the campaign's
    priority = fields.SmallIntField(default=5)  # 1..10, 10 is dialed first
    state = fields.CharEnumField(TargetState, max_length=32, default=TargetState.NEW)
    closed_reason = fields.CharEnumField(ClosedReason, max_length=32, null=True)
    attempts = fields.SmallIntField(default=0)  # dialed so far
    last_ordinal = fields.SmallIntField(default=0)  # of its attempts, those never placed included
    max_attempts = fields.SmallIntField()  # the campaign's when the target was added
    next_at = fields.DatetimeField(null=True)  # NULL: as soon as possible
    last_attempt_at = fields.DatetimeField(null=True)  # NULL: never dialed
    last_disposition = fields.CharEnumField(Disposition, max_length=32, null=True)
    last_wrap_up_code = fields.CharField(max_length=64, null=True)  # NULL: no agent said one
    # Where it is among the new ones of its priority (domain/conditions/order.py). NULL: at the end.
    order_key = fields.BinaryField(null=True)
    # A target that a rule keeps back waits as RETRY, and is judged again when the rule ends.
    held_by = fields.CharField(max_length=32, null=True)  # the rule's code; NULL: none
    held_at = fields.DatetimeField(null=True)
    due_at = fields.DatetimeField(null=True)  # while held: what `next_at` was before
    call_back_at = fields.DatetimeField(null=True)  # a missed call made it one; NULL: none did
    created_at = fields.DatetimeField(auto_now_add=True)

    class Meta:
        table = "target"
        unique_together = (("campaign", "number", "is_first"),)
        indexes = (
            Index(fields=("account_id", "number")),
            Index(fields=("contact_id",)),
            # The orders of the list (domain/targets/listing.py).
            Index(fields=("campaign_id", "id")),
            Index(fields=("campaign_id", "last_attempt_at", "id")),
            PartialIndex(
                name="target_waiting",
                fields=("campaign_id", "next_at", "id"),
                condition={"state": "retry"},
            ),
            # Filters that few targets pass, each in the order of the ids.
            Index(fields=("campaign_id", "state", "id")),
            Index(fields=("batch_id", "id")),
            PartialIndex(
                name="target_closed",
                fields=("campaign_id", "closed_reason", "id"),
                condition={"state": "closed"},
            ),
            FilledIndex(
                name="target_disposition",
                fields=("campaign_id", "last_disposition", "id"),
                filled="last_disposition",
            ),
            # Only of what was dialed, so that imports have nothing to write to it.
            FilledIndex(
                name="target_attempts",
                fields=("campaign_id", "attempts", "id"),
                filled="last_attempt_at",
            ),
            FilledIndex(
                name="target_call_back", fields=("campaign_id", "id"), filled="call_back_at"
            ),
            # Targets to let go when the rules change (domain/eligibility/holding.py).
            PartialIndex(
                name="target_held",
                fields=("campaign_id", "held_at"),
                condition={"state": "retry"},
            ),
            # What the hopper reads; one short range per priority (domain/targets/hopper.py).
            PartialIndex(
                name="target_new",
                fields=("campaign_id", "priority", "order_key", "id"),
                condition={"state": "new"},
            ),
            PartialIndex(
                name="target_retry",
                fields=("campaign_id", "priority", "next_at", "id"),
                condition={"state": "retry"},
            ),
        )


class TargetAddition(Model):
    """What was answered to an addition with an idempotency key, to answer a repetition."""

    id = fields.UUIDField(primary_key=True, default=new_id)
    account_id: UUID
    account: fields.ForeignKeyRelation["Account"] = fields.ForeignKeyField(
        "domain.Account", related_name="target_additions", on_delete=fields.CASCADE
    )
    key = fields.CharField(max_length=100)
    digest = fields.CharField(max_length=64)  # SHA-256 of what was asked, hex
    answers: list[dict[str, Any]] = fields.JSONField(default=list)
    created_at = fields.DatetimeField(auto_now_add=True)

    class Meta:
        table = "target_addition"
        unique_together = (("account", "key"),)


class ImportState(StrEnum):
    """How far an import is."""

    DRAFT = "draft"  # uploaded to be looked at; waits for a person to confirm
    PENDING = "pending"
    RUNNING = "running"
    DONE = "done"
    CANCELED = "canceled"
    FAILED = "failed"


class TargetImport(Claimed):
    """A file being turned into targets. The row is the truth; a job that dies is started again."""

    id = fields.UUIDField(primary_key=True, default=new_id)
    account_id: UUID
    account: fields.ForeignKeyRelation["Account"] = fields.ForeignKeyField(
        "domain.Account", related_name="target_imports", on_delete=fields.CASCADE
    )
    campaign_id: UUID
    campaign: fields.ForeignKeyRelation["Campaign"] = fields.ForeignKeyField(
        "domain.Campaign", related_name="imports", on_delete=fields.CASCADE
    )
    batch_id: UUID | None
    batch: fields.ForeignKeyNullableRelation[TargetBatch] = fields.ForeignKeyField(
        "domain.TargetBatch", related_name="imports", on_delete=fields.SET_NULL, null=True
    )
    file_name = fields.CharField(max_length=200)
    file_path = fields.CharField(max_length=300)  # inside the file store
    kind = fields.CharEnumField(FileKind, max_length=32)
    country = fields.CharField(max_length=2, null=True)  # NULL: numbers are international
    # Of text, as a person said; NULL: guessed.
    encoding = fields.CharEnumField(TextEncoding, max_length=32, null=True)
    priority = fields.SmallIntField(default=5)
    columns: list[list[str]] = fields.JSONField(
        default=list, db_default=[]
    )  # header and meaning; []: guessed
    # What is done with a number that the file, the campaign or the account has already.
    in_file = fields.CharEnumField(
        DuplicatePolicy, max_length=32, default=DuplicatePolicy.SKIP, db_default="skip"
    )
    in_campaign = fields.CharEnumField(
        DuplicatePolicy, max_length=32, default=DuplicatePolicy.SKIP, db_default="skip"
    )
    in_account = fields.CharEnumField(
        DuplicatePolicy, max_length=32, default=DuplicatePolicy.ALLOW, db_default="allow"
    )
    state = fields.CharEnumField(ImportState, max_length=32, default=ImportState.PENDING)
    rows_total = fields.IntField(null=True)  # NULL: not known yet
    rows_read = fields.IntField(default=0)  # committed up to here; a resumed job goes on after it
    imported = fields.IntField(default=0)
    updated = fields.IntField(default=0, db_default=0)  # rows whose contact was there already
    duplicates = fields.IntField(default=0)  # skipped
    suppressed = fields.IntField(default=0, db_default=0)  # on a do-not-call list
    invalid = fields.IntField(default=0)
    failure_code = fields.CharField(max_length=32, null=True)  # NULL: did not fail
    failure = fields.CharField(max_length=500, null=True)  # what a person can do about it
    created_at = fields.DatetimeField(auto_now_add=True)
    started_at = fields.DatetimeField(null=True)  # NULL: no job had it yet

    class Meta:
        table = "target_import"
        indexes = (("campaign_id", "id"),)


class ColumnChoice(Model):
    """What the columns of files with certain headers are, as a person said."""

    id = fields.UUIDField(primary_key=True, default=new_id)
    account_id: UUID
    account: fields.ForeignKeyRelation["Account"] = fields.ForeignKeyField(
        "domain.Account", related_name="column_choices", on_delete=fields.CASCADE
    )
    signature = fields.CharField(max_length=64)  # of the headers; columns.signature
    columns: list[list[str]] = fields.JSONField(default=list)  # header and meaning
    used_at = fields.DatetimeField()

    class Meta:
        table = "column_choice"
        unique_together = (("account", "signature"),)


class ImportProblem(Model):
    """One row of a file that did not become a target, and why."""

    id = fields.BigIntField(primary_key=True, generated=True)
    target_import_id: UUID
    target_import: fields.ForeignKeyRelation[TargetImport] = fields.ForeignKeyField(
        "domain.TargetImport", related_name="problems", on_delete=fields.CASCADE
    )
    row = fields.IntField()  # as the file's own program counts; 0: the file as a whole
    code = fields.CharField(max_length=32)
    message = fields.CharField(max_length=300)
    value = fields.CharField(max_length=64, default="")  # the cell that is wrong; personal data

    class Meta:
        table = "import_problem"
        indexes = (("target_import_id", "row"),)


class OperationState(StrEnum):
    """How far an operation is."""

    PENDING = "pending"  # waits for a worker
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"  # what is done stays done


class TargetOperation(Claimed):
    """Something done to many targets. The row is the truth; a job that dies is started again."""

    id = fields.UUIDField(primary_key=True, default=new_id)
    account_id: UUID
    account: fields.ForeignKeyRelation["Account"] = fields.ForeignKeyField(
        "domain.Account", related_name="target_operations", on_delete=fields.CASCADE
    )
    campaign_id: UUID
    campaign: fields.ForeignKeyRelation["Campaign"] = fields.ForeignKeyField(
        "domain.Campaign", related_name="operations", on_delete=fields.CASCADE
    )
    action = fields.CharEnumField(OperationAction, max_length=32)
    target_class = fields.CharEnumField(TargetClass, max_length=32, null=True)  # NULL: all
    state = fields.CharEnumField(OperationState, max_length=32, default=OperationState.PENDING)
    targets_total = fields.IntField()  # when it was confirmed
    targets_done = fields.IntField(default=0)
    after_id = fields.UUIDField()  # done up to here; a resumed job goes on after it
    until_id = fields.UUIDField()  # the newest target when it was confirmed
    created_at = fields.DatetimeField()

    class Meta:
        table = "target_operation"
        indexes = (("campaign_id", "id"),)


class ExportKind(StrEnum):
    """What kind of file targets are written to."""

    XLSX = "xlsx"
    CSV = "csv"


class ExportState(StrEnum):
    """How far an export is."""

    PENDING = "pending"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    EXPIRED = "expired"  # the file is gone


class TargetExport(Claimed):
    """A file of targets with their status. The row is the truth; a job that dies begins again."""

    id = fields.UUIDField(primary_key=True, default=new_id)
    account_id: UUID
    account: fields.ForeignKeyRelation["Account"] = fields.ForeignKeyField(
        "domain.Account", related_name="target_exports", on_delete=fields.CASCADE
    )
    campaign_id: UUID
    campaign: fields.ForeignKeyRelation["Campaign"] = fields.ForeignKeyField(
        "domain.Campaign", related_name="exports", on_delete=fields.CASCADE
    )
    kind = fields.CharEnumField(ExportKind, max_length=32)
    wanted: dict[str, Any] = fields.JSONField(default=dict)  # which targets; exports.wanted_of
    state = fields.CharEnumField(ExportState, max_length=32, default=ExportState.PENDING)
    rows_total = fields.IntField()  # when it was ordered
    rows_written = fields.IntField(default=0)
    file_path = fields.CharField(max_length=300)  # inside the file store
    failure_code = fields.CharField(max_length=32, null=True)  # NULL: did not fail
    failure = fields.CharField(max_length=500, null=True)  # what a person can do about it
    created_at = fields.DatetimeField(auto_now_add=True)

    class Meta:
        table = "target_export"
