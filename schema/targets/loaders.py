"""Rows of the targets slice for many parents at once. Each is one query."""

from uuid import UUID

from domain.targets.imports import problem_counts
from domain.targets.listing import LastAttempt, last_attempts
from domain.targets.models import Contact, TargetBatch


async def contacts_by_id(contact_ids: list[UUID]) -> list[Contact]:
    """The contacts, in the order of the ids."""
    rows = {row.id: row for row in await Contact.filter(id__in=contact_ids)}
    return [rows[contact_id] for contact_id in contact_ids]


async def batches_by_id(batch_ids: list[UUID]) -> list[TargetBatch]:
    """The batches, in the order of the ids."""
    rows = {row.id: row for row in await TargetBatch.filter(id__in=batch_ids)}
    return [rows[batch_id] for batch_id in batch_ids]


async def last_attempts_by_target_id(target_ids: list[UUID]) -> list[LastAttempt | None]:
    """The newest attempt of each target, in the order of the ids; None where there is none."""
    return await last_attempts(target_ids)


async def problem_counts_by_import_id(import_ids: list[UUID]) -> list[list[tuple[str, int]]]:
    """How many rows each import reports, by code, in the order of the ids."""
    return await problem_counts(import_ids)
