"""The way of a target through campaigns that draw."""

from collections.abc import Sequence
from uuid import UUID

from domain.chains.models import TargetDraw
from domain.chains.rules import DrawResult
from domain.targets.models import Target


async def drawn_from(target_ids: Sequence[UUID]) -> dict[UUID, Target]:
    """The target from which each was drawn, of those that were. Two statements.

    Ids that the caller may see, or it leaks.
    """
    draws = await TargetDraw.filter(target_id__in=list(target_ids), result=DrawResult.DRAWN)
    rows = await _targets([draw.from_target_id for draw in draws])
    return {
        draw.target_id: rows[draw.from_target_id]
        for draw in draws
        if draw.target_id is not None and draw.from_target_id in rows
    }


async def drawn_into(target_ids: Sequence[UUID]) -> dict[UUID, list[Target]]:
    """The targets that were drawn from each, the first first. Two statements.

    Ids that the caller may see, or it leaks.
    """
    draws = await TargetDraw.filter(
        from_target_id__in=list(target_ids), result=DrawResult.DRAWN
    ).order_by("id")
    rows = await _targets([draw.target_id for draw in draws if draw.target_id is not None])
    found: dict[UUID, list[Target]] = {}
    for draw in draws:
        if draw.target_id is not None and draw.target_id in rows:
            found.setdefault(draw.from_target_id, []).append(rows[draw.target_id])
    return found


async def _targets(ids: Sequence[UUID]) -> dict[UUID, Target]:
    return {row.id: row for row in await Target.filter(id__in=list(ids))} if ids else {}
