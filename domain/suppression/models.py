"""Numbers that are not called."""

from typing import TYPE_CHECKING
from uuid import UUID

from tortoise import fields
from tortoise.models import Model

from domain.core.claims import Claimed
from domain.core.ids import new_id
from domain.suppression.rules import SuppressionSource
from domain.targets.models import ImportState
from domain.targets.reading.kinds import FileKind

if TYPE_CHECKING:
    from domain.access.models import Account


class Suppression(Model):
    """A number, or all that begin so, which is not called."""

    id = fields.UUIDField(primary_key=True, default=new_id)
    account_id: UUID
    account: fields.ForeignKeyRelation["Account"] = fields.ForeignKeyField(
        "domain.Account", related_name="suppressions", on_delete=fields.CASCADE
    )
    scope_id = fields.UUIDField()  # the account for all of its campaigns, or one campaign
    pattern = fields.CharField(max_length=16)  # E.164, or its beginning as in +1900
    is_prefix = fields.BooleanField(default=False)
    source = fields.CharEnumField(SuppressionSource, max_length=32)
    reason = fields.CharField(max_length=200, default="")
    expires_at = fields.DatetimeField(null=True)  # NULL: never
    created_at = fields.DatetimeField(auto_now_add=True)

    class Meta:
        table = "suppression"
        unique_together = (("scope_id", "pattern", "is_prefix"),)
        indexes = (("account_id", "id"), ("scope_id", "is_prefix"))


class SuppressionImport(Claimed):
    """A file being turned into entries. The row is the truth; a job that dies is started again."""

    id = fields.UUIDField(primary_key=True, default=new_id)
    account_id: UUID
    account: fields.ForeignKeyRelation["Account"] = fields.ForeignKeyField(
        "domain.Account", related_name="suppression_imports", on_delete=fields.CASCADE
    )
    scope_id = fields.UUIDField()  # the account for all of its campaigns, or one campaign
    file_name = fields.CharField(max_length=200)
    file_path = fields.CharField(max_length=300)  # inside the file store
    kind = fields.CharEnumField(FileKind, max_length=32)
    country = fields.CharField(max_length=2, null=True)  # NULL: numbers are international
    source = fields.CharEnumField(SuppressionSource, max_length=32)  # of rows that name none
    reason = fields.CharField(max_length=200, default="")  # of rows that name none
    expires_at = fields.DatetimeField(null=True)  # of rows that name none; NULL: never
    state = fields.CharEnumField(ImportState, max_length=32, default=ImportState.PENDING)
    rows_total = fields.IntField(null=True)  # NULL: not known yet
    rows_read = fields.IntField(default=0)  # committed up to here; a resumed job goes on after it
    added = fields.IntField(default=0)
    present = fields.IntField(default=0)  # there already
    invalid = fields.IntField(default=0)
    targets_stopped = fields.IntField(default=0)
    failure_code = fields.CharField(max_length=32, null=True)  # NULL: did not fail
    failure = fields.CharField(max_length=500, null=True)  # what a person can do about it
    created_at = fields.DatetimeField()

    class Meta:
        table = "suppression_import"
        indexes = (("account_id", "id"),)


class SuppressionProblem(Model):
    """One row of a file that did not become a new entry, and why."""

    id = fields.BigIntField(primary_key=True, generated=True)
    suppression_import_id: UUID
    suppression_import: fields.ForeignKeyRelation[SuppressionImport] = fields.ForeignKeyField(
        "domain.SuppressionImport", related_name="problems", on_delete=fields.CASCADE
    )
    row = fields.IntField()  # as the file's own program counts; 0: the file as a whole
    code = fields.CharField(max_length=32)
    message = fields.CharField(max_length=300)
    value = fields.CharField(max_length=64, default="")  # the cell that is wrong; personal data

    class Meta:
        table = "suppression_problem"
        indexes = (("suppression_import_id", "row"),)
