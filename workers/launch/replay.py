"""`outdial replay`: decisions of the past, decided again."""

import asyncio
import sys
from datetime import UTC, datetime
from uuid import UUID

import click

from domain.adapters.readiness import database_ready
from domain.core.database import connected
from domain.core.settings import Settings
from domain.replays.service import LONGEST_SPAN_S, Decided, Replay, replayed
from workers.launch.databases import database_of
from workers.launch.errors import LaunchRefused
from workers.launch.options import server_options


@click.command()
@server_options
@click.option("--campaign", type=click.UUID, required=True, help="Its id.")
@click.option("--at", required=True, metavar="INSTANT", help="As in 2026-03-02T10:32:05+00:00.")
@click.option(
    "--seconds",
    type=click.FloatRange(0, LONGEST_SPAN_S),
    default=5.0,
    help="Before and after it. Default: 5",
)
def replay(settings: Settings, campaign: UUID, at: str, seconds: float) -> None:
    """Say why a campaign placed so many calls at an instant, by deciding again.

    Ends with code 1 where a decision comes out otherwise than it was.
    """
    try:
        instant = datetime.fromisoformat(at)
    except ValueError:
        raise click.BadParameter("must be an instant, as in 2026-03-02T10:32:05+00:00") from None
    if instant.tzinfo is None:
        raise click.BadParameter("must have an offset, as in 2026-03-02T10:32:05+00:00")
    with database_of(settings) as url:
        found = asyncio.run(_replay(url, campaign, instant, seconds))
    if not found.decisions:
        raise LaunchRefused(
            "Nothing was replayed: no decision of this campaign is kept around that instant. "
            "Tapes are kept for OUTDIAL_REPLAY_HOURS, of campaigns that are paced."
        )
    for decided in found.decisions:
        click.echo(_line(decided))
    if not found.complete:
        click.echo("A part of the tape is lost; what followed it is left out.")
    if not found.same_code:
        click.echo("Another release of Outdial decided a part of this.")
    click.echo(
        f"{len(found.decisions)} decisions came out again as they were."
        if found.same
        else "Not every decision came out again as it was."
    )
    if not found.same:
        sys.exit(1)


async def _replay(url: str, campaign_id: UUID, at: datetime, seconds: float) -> Replay:
    await database_ready(url, migrated=True)
    async with connected(url, pool=1):
        return await replayed(campaign_id, at=at, seconds=seconds)


def _line(decided: Decided) -> str:
    found = decided.decision
    differs = "" if found.same else f"  DIFFERS: was {found.launch}, {found.cancel} given up"
    at = decided.at.astimezone(UTC)
    return f"{at:%H:%M:%S}.{at.microsecond // 1000:03d}  {found.again.why}{differs}"
