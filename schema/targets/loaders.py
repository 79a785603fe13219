"""Rows of the targets slice for many parents at once. Each is one query."""

from typing import NamedTuple, TypeAlias
from uuid import UUID

from domain.campaigns.service import sensitive_variables
from domain.targets.importing.imports import problem_counts
from domain.targets.listing import LastAttempt, ListedContact, last_attempts, listed_contacts
from domain.targets.models import TargetBatch

Place: TypeAlias = tuple[UUID, UUID]  # of a contact in a campaign: the ids of both


class ShownContact(NamedTuple):
    """A contact, and those of its variables that are shown."""

    row: ListedContact
    variables: dict[str, str]


async def contacts_by_place(places: list[Place]) -> list[ShownContact]:
    """The contacts with all that their lists say, in the order of the places."""
    rows = await listed_contacts({id for id, _ in places})
    return [ShownContact(rows[id], rows[id].variables) for id, _ in places]


async def discreet_contacts_by_place(places: list[Place]) -> list[ShownContact]:
    """The contacts without what is sensitive in the campaign, in the order of the places."""
    hidden = await sensitive_variables({campaign_id for _, campaign_id in places})
    shown = await contacts_by_place(places)
    return [
        contact._replace(
            variables={
                name: value
                for name, value in contact.variables.items()
                if name not in hidden[campaign_id]
            }
        )
        for contact, (_, campaign_id) in zip(shown, places, strict=True)
    ]


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
