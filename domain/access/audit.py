"""The list of who changed what."""

from collections.abc import Mapping
from datetime import datetime
from enum import Enum
from typing import Any
from uuid import UUID

from tortoise.queryset import QuerySet

from domain.access.models import AuditEntry
from domain.access.permissions import Permission
from domain.access.principal import Principal
from domain.core.problems import Problems

NEWEST_FIRST = ("-at", "-id")


def difference(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, list[object]]:
    """What changed: name → [before, after] as JSON values; None where a side lacks the name."""
    names = [*before, *(name for name in after if name not in before)]
    pairs = {name: [_plain(before.get(name)), _plain(after.get(name))] for name in names}
    return {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}


async def record(
    principal: Principal,
    action: str,
    *,
    subject_type: str,
    subject_id: UUID | None,
    difference: dict[str, list[object]],
    at: datetime,
) -> None:
    """Write down one change, in the caller's transaction. `action` is the mutation's name.

    Of a file that is fetched it is what is fetched, as `targetExportFetch`.
    """
    await AuditEntry.create(
        account_id=principal.account_id,
        at=at,
        principal_kind=principal.kind,
        principal_id=principal.id,
        action=action,
        subject_type=subject_type,
        subject_id=subject_id,
        difference=difference,
    )


def visible_entries(
    principal: Principal,
    *,
    subject_type: str | None = None,
    subject_id: UUID | None = None,
    principal_id: UUID | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
) -> QuerySet[AuditEntry]:
    """Changes in the account. Page them by NEWEST_FIRST. Raises InvalidInput."""
    principal.require(Permission.AUDIT_VIEW)
    query = AuditEntry.filter(account_id=principal.account_id)
    if subject_type is not None:
        problems = Problems()
        subject_type = problems.text("subjectType", subject_type, longest=32, empty=True)
        problems.refuse_any()
        query = query.filter(subject_type=subject_type)
    if subject_id is not None:
        query = query.filter(subject_id=subject_id)
    if principal_id is not None:
        query = query.filter(principal_id=principal_id)
    if since is not None:
        query = query.filter(at__gte=since)
    if until is not None:
        query = query.filter(at__lt=until)
    return query


def _plain(value: Any) -> object:
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, (UUID, datetime)):
        return str(value)
    if isinstance(value, Mapping):
        return {str(_plain(key)): _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [_plain(item) for item in value]
    plain: object = value
    return plain
