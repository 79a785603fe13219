"""`outdial account`: what the operator does with accounts, and nobody who is signed in can."""

import asyncio

import click

from domain.access.accounts import Limited, Opened, limit_targets, open_account
from domain.adapters.readiness import database_ready
from domain.adapters.system_clock import SystemClock
from domain.core.database import connected
from domain.core.settings import Settings
from domain.targets.limit import targets_held
from workers.launch.databases import database_of
from workers.launch.options import server_options


def _limit(context: click.Context, parameter: click.Parameter, said: str) -> int | None:
    """A count of targets; None for `none`. Raises BadParameter."""
    if said == "none":
        return None
    if not (said.isascii() and said.isdecimal()):
        raise click.BadParameter(f"{said!r} is neither a count of targets nor `none`.")
    return int(said)


@click.group()
def account() -> None:
    """Open accounts and limit them: the customers of this server, each apart from all others."""


@account.command("create")
@server_options
@click.option("--name", required=True, help="What people call it.")
@click.option("--slug", required=True, help="Typed at sign-in: a to z, 0 to 9, hyphens.")
@click.option("--email", required=True, help="Of the first administrator.")
@click.option("--country", default="US", help="Of national numbers, as in GB. Default: US")
@click.option("--timezone", default="UTC", help="IANA name, as in Europe/London. Default: UTC")
def account_create(settings: Settings, **given: str) -> None:
    """Open an account and print its administrator's password, this once."""
    with database_of(settings) as url:
        opened = asyncio.run(_open_account(url, **given))
    click.echo(f"account   {opened.account.slug}")
    click.echo(f"e-mail    {opened.admin.email}")
    click.echo(f"password  {opened.password}")


@account.command("limit")
@server_options
@click.argument("slug")
@click.argument("limit", metavar="N|none", callback=_limit)
def account_limit(settings: Settings, slug: str, limit: int | None) -> None:
    """Let an account hold N targets at most, or any number of them. Holds at once.

    Targets beyond a new limit stay; no further ones come in until enough of them are gone.
    """
    with database_of(settings) as url:
        limited, held = asyncio.run(_limit_targets(url, slug, limit))
    click.echo(f"account  {limited.account.slug}")
    click.echo(f"limit    {_shown(limited.account.target_limit)}, before {_shown(limited.before)}")
    click.echo(f"targets  {held:,}")


async def _open_account(url: str, **given: str) -> Opened:
    await database_ready(url, migrated=True)
    async with connected(url, pool=1):
        return await open_account(clock=SystemClock(), **given)


async def _limit_targets(url: str, slug: str, limit: int | None) -> tuple[Limited, int]:
    await database_ready(url, migrated=True)
    async with connected(url, pool=1):
        limited = await limit_targets(slug, limit, clock=SystemClock())
        [held] = await targets_held([limited.account.id])
    return limited, held


def _shown(limit: int | None) -> str:
    return "none" if limit is None else f"{limit:,}"
