"""Rows that belong to a campaign, given to another one as well."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from tortoise.models import Model

from domain.core.ids import new_id


async def copy_rows(model: type[Model], from_id: UUID, to_ids: Collection[UUID]) -> None:
    """Make rows like those of one campaign for others, whatever columns they have."""
    rows = await model.filter(campaign_id=from_id)
    clones = []
    for row in rows:
        values: dict[str, Any] = {
            column: getattr(row, column) for column in model._meta.fields_db_projection
        }
        clones += [model(**{**values, "id": new_id(), "campaign_id": id}) for id in to_ids]
    await model.bulk_create(clones)
