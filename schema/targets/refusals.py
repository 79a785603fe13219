"""Refusals about targets and imports."""

from uuid import UUID

import strawberry

from domain.core import files
from domain.targets import errors
from schema.refusals import Refusal, refusal


@refusal(errors.ImportFileRefused)
class ImportFileRefused(Refusal):
    """The file as a whole can't be imported; `code` says which of many reasons it is."""


@refusal(files.FileTooLarge)
class FileTooLarge(Refusal):
    """The upload passed the limit."""

    limit: int = strawberry.field(description="In bytes.")


@refusal(errors.ImportFinished)
class ImportFinished(Refusal):
    """The import is over already."""

    state: str = strawberry.field(description="How it ended.")


@refusal(errors.TargetDialed)
class TargetDialed(Refusal):
    """The target was dialed, and its history stays."""

    target_id: UUID = strawberry.field(description="The target.")


@refusal(errors.CountChanged)
class CountChanged(Refusal):
    """The count that was typed is not how many would be removed."""

    present: int = strawberry.field(description="How many would be removed now.")


@refusal(errors.IdempotencyKeyReused)
class IdempotencyKeyReused(Refusal):
    """The key belongs to another addition."""

    key: str = strawberry.field(description="The key.")


@refusal(errors.TargetLimitReached)
class TargetLimitReached(Refusal):
    """The account holds as many targets as it may."""

    limit: int = strawberry.field(description="How many it may hold.")


@refusal(errors.TooManyForXlsx)
class TooManyForXlsx(Refusal):
    """A sheet of XLSX holds no more rows."""

    limit: int = strawberry.field(description="How many it holds.")
