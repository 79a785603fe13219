"""What the columns of files with certain headers are, as a person said, for the next such file."""

from uuid import UUID

from tortoise.backends.base.client import BaseDBAsyncClient
from tortoise.queryset import QuerySet

from domain.access import audit
from domain.access.permissions import Permission
from domain.access.principal import Principal
from domain.core.errors import NotFound
from domain.core.ids import new_id
from domain.core.ports import Ports
from domain.core.unit_of_work import unit_of_work
from domain.targets.importing.columns import signatures
from domain.targets.models import ColumnChoice, TargetImport
from domain.targets.reading.blocks import Preview

REMEMBERED = 200  # choices of an account, the latest
NEWEST_FIRST = ("-id",)

Choices = tuple[tuple[str, str], ...]


async def remember(
    connection: BaseDBAsyncClient,
    row: TargetImport,
    seen: Preview,
    columns: Choices,
    *,
    ports: Ports,
) -> None:
    """Keep the columns for files with the headers of this one, instead of what was kept before."""
    today, *earlier = signatures(list(seen.headers))
    before = ColumnChoice.filter(account_id=row.account_id, signature__in=earlier)
    await before.exclude(signature=today).using_db(connection).delete()
    choice = ColumnChoice(
        id=new_id(),
        account_id=row.account_id,
        signature=today,
        columns=[list(pair) for pair in columns],
        used_at=ports.clock.now(),
    )
    await ColumnChoice.bulk_create(
        [choice],
        on_conflict=("account_id", "signature"),
        update_fields=("columns", "used_at"),
        using_db=connection,
    )


async def remembered_choices(account_id: UUID) -> tuple[tuple[str, Choices], ...]:
    """What was chosen for files with certain headers, by their signature; the latest ones."""
    rows = await ColumnChoice.filter(account_id=account_id).order_by("-used_at").limit(REMEMBERED)
    return tuple(
        (row.signature, tuple((header, meaning) for header, meaning in row.columns)) for row in rows
    )


async def visible_choices(principal: Principal) -> QuerySet[ColumnChoice]:
    """The account's choices. Page them NEWEST_FIRST."""
    principal.require(Permission.TARGET_VIEW)
    return ColumnChoice.filter(account_id=principal.account_id)


async def forget_choice(principal: Principal, id: UUID, *, ports: Ports) -> ColumnChoice:
    """The choice as it was: files with its headers are guessed again. Raises NotFound.

    An import that is under way when it goes may read the rest of its file as guessed.
    """
    principal.require(Permission.TARGET_MANAGE)
    async with unit_of_work(ports) as work:
        row = await ColumnChoice.filter(id=id, account_id=principal.account_id).first()
        if row is None:
            raise NotFound("column choice", id)
        await row.delete(using_db=work.connection)
        await audit.record(
            principal,
            "columnChoiceRemove",
            subject_type="column_choice",
            subject_id=row.id,
            difference={"headers": [[header for header, _ in row.columns], None]},
            at=ports.clock.now(),
        )
    return row
