"""`outdial ledger`: the abandon ledger counted anew from raw rows, against the product's."""

import asyncio
import sys
from datetime import datetime
from pathlib import Path
from uuid import UUID

import asyncpg
import click

from domain.adapters.readiness import database_ready
from domain.adapters.system_clock import SystemClock
from domain.campaigns.models import Campaign
from domain.core.database import connected
from domain.core.errors import NotFound
from domain.core.settings import Settings
from domain.ledgers.figures import figures_of
from domain.ledgers.recount import Comparison, Recount, read_file, recounted
from workers.launch.databases import database_of
from workers.launch.options import server_options


@click.command()
@server_options
@click.option(
    "--campaign", type=click.UUID, required=True, help="Its id; a pool counts as a whole."
)
@click.option("--at", metavar="INSTANT", help="As of when, as in 2026-03-02T10:00+00:00. Now.")
@click.option(
    "--file",
    "exported",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="A CSV export of the ledger, to be counted as well.",
)
def ledger(settings: Settings, campaign: UUID, at: str | None, exported: Path | None) -> None:
    """Count a campaign's abandoned calls anew and say whether the product agrees.

    Ends with code 1 where it does not. Changes nothing.
    """
    try:
        instant = datetime.fromisoformat(at) if at else SystemClock().now()
    except ValueError:
        raise click.BadParameter("must be an instant, as in 2026-03-02T10:00+00:00") from None
    if instant.tzinfo is None:
        raise click.BadParameter("must have an offset, as in 2026-03-02T10:00+00:00")
    with database_of(settings) as url:
        found = asyncio.run(_compare(url, campaign, instant, exported))
    for name, window in (("24 hours", found.rolling), ("30 days", found.period)):
        click.echo(_line(name, window, found))
    for difference in found.differences:
        click.echo(f"DIFFERS  {difference}")
    click.echo("Both counts agree." if not found.differences else "The counts do not agree.")
    if found.differences:
        sys.exit(1)


async def _compare(url: str, campaign_id: UUID, at: datetime, exported: Path | None) -> Comparison:
    await database_ready(url, migrated=True)
    connection = await asyncpg.connect(url)
    try:
        found = await recounted(connection, campaign_id, at)
    finally:
        await connection.close()
    if found is None:
        raise NotFound("campaign", campaign_id)
    async with connected(url, pool=1):
        # lint: allow rows, because an operator's command has no principal and no account
        [campaign] = await Campaign.filter(id=campaign_id)
        found.compare(await figures_of(campaign, at=at))
    if exported is not None:
        found.compare_file(
            read_file(exported, found.rolling.begins, found.rolling.ends),
            read_file(exported, found.period.begins, found.period.ends),
        )
    return found


def _line(name: str, window: Recount, found: Comparison) -> str:
    return (
        f"{name}  {window.begins:%Y-%m-%d %H:%M:%S} to {window.ends:%Y-%m-%d %H:%M:%S} UTC  "
        f"people {window.people}  machines {window.machines}  abandoned {window.abandoned}  "
        f"rate {float(window.rate(found.lost)):.4%}"
    )
