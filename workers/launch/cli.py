"""The `outdial` command."""

import asyncio
import os
import sys
from dataclasses import replace

import click

from domain.adapters.readiness import database_ready, redis_ready
from domain.core import migrations
from domain.core.errors import OutdialError
from domain.core.settings import Settings
from workers.launch.account import account
from workers.launch.databases import database_of
from workers.launch.embedded import EmbeddedServers
from workers.launch.errors import LaunchRefused
from workers.launch.ledger import ledger
from workers.launch.options import all_options, door_options, server_options, switch_options
from workers.launch.pbx import pbx
from workers.launch.replay import replay
from workers.launch.up import Fleet, refuse_taken_port, up


@click.group()
def cli() -> None:
    """Outdial, a contact centre behind one GraphQL schema.

    Every option can be set as a variable, too: --log-level is OUTDIAL_LOG_LEVEL. The option wins.
    """


cli.add_command(account)
cli.add_command(pbx)
cli.add_command(ledger)
cli.add_command(replay)


@cli.command("up")
@all_options
@click.option("--workers", type=click.IntRange(1, 64), default=1, help="How many. Default: 1")
@click.option("--gateways", type=click.IntRange(1, 64), default=1, help="How many. Default: 1")
def up_command(settings: Settings, workers: int, gateways: int) -> None:
    """Run everything: servers, API, workers and gateways."""
    _show(settings)
    up(settings, Fleet(workers=workers, gateways=gateways))


@cli.command()
@all_options
def demo(settings: Settings) -> None:
    """Play the demo on servers that run already: its account, campaigns and simulated agents.

    The API and the workers there must have been started with OUTDIAL_DEMO=1: other APIs let nobody
    of the account in, and other workers remove it.
    """
    _become("workers.demo", replace(_with_running_servers(settings), demo=True))


@cli.command()
@door_options
def api(settings: Settings) -> None:
    """Run one API process."""
    refuse_taken_port(settings.host, settings.port)
    _become("api", settings)


@cli.command()
@server_options
def worker(settings: Settings) -> None:
    """Run one worker process."""
    _become("workers", settings)


@cli.command()
@switch_options
def gateway(settings: Settings) -> None:
    """Run the gateway of one PBX node."""
    _become("workers.gateway", settings)


@cli.command()
@server_options
@click.option("--to", "target", metavar="NAME", help="Go to this migration; `zero`: to none.")
def migrate(settings: Settings, target: str | None) -> None:
    """Bring the database to the newest migration, or forward or back to another."""
    with database_of(settings) as url:
        try:
            steps = asyncio.run(migrations.migrate(url, target=target))
        except migrations.UnknownMigration as exc:
            raise LaunchRefused(str(exc)) from exc
    for step in steps:
        click.echo(step)
    click.echo(f"{len(steps)} migration(s) done." if steps else "Nothing to migrate.")


@cli.command()
@server_options
@click.argument("server", type=click.Choice(["database", "redis"]))
def address(settings: Settings, server: str) -> None:
    """Print the address of the database or of Redis, password included, for other tools."""
    settings = _with_running_servers(settings)
    click.echo(settings.database_url if server == "database" else settings.redis_url)


@cli.command("migrations")
@click.option("--check", "only_check", is_flag=True, help="Fail when the models went ahead.")
@click.option("--write", "name", metavar="NAME", help="Write a migration for what changed.")
def migrations_command(only_check: bool, name: str | None) -> None:
    """List the migrations, or compare them with the models (for developers)."""
    if only_check:
        if steps := asyncio.run(migrations.drift()):
            raise LaunchRefused("The models changed and no migration says so: " + "; ".join(steps))
        return
    if name and not (written := asyncio.run(migrations.write(name))):
        click.echo("The models and the migrations agree; nothing was written.")
    for each in written if name else migrations.names():
        click.echo(each)


@cli.command()
@all_options
def check(settings: Settings) -> None:
    """Say whether Outdial could start with these settings; change nothing."""
    _show(settings)
    refuse_taken_port(settings.host, settings.port)
    asyncio.run(_ready(settings, migrated=True))
    click.echo("Everything that was named answers.")


def main() -> None:
    """Run the command line. A refusal is one sentence and exit code 1."""
    try:
        cli.main(standalone_mode=False)
    except click.ClickException as exc:
        exc.show()
        sys.exit(exc.exit_code)
    except click.Abort:
        sys.exit(130)
    except OutdialError as exc:
        click.echo(f"outdial: {exc}", err=True)
        sys.exit(1)


def _show(settings: Settings) -> None:
    for line in settings.shown():
        click.echo(line)


def _become(module: str, settings: Settings) -> None:
    """Check the servers, then go on as another Python process with these settings."""
    settings = _with_running_servers(settings)
    _show(settings)
    sys.stdout.flush()
    asyncio.run(_ready(settings, migrated=True))
    os.execve(
        sys.executable,
        [sys.executable, "-m", module],
        os.environ | settings.to_environment(),
    )


async def _ready(settings: Settings, *, migrated: bool) -> None:
    if settings.redis_url is not None:
        await redis_ready(settings.redis_url)
    if settings.database_url is not None:
        await database_ready(settings.database_url, migrated=migrated)


def _with_running_servers(settings: Settings) -> Settings:
    """The settings, with the servers of an `outdial up` in the data folder where none is named.

    Raises LaunchRefused when there is none.
    """
    servers = EmbeddedServers(settings.data_dir)
    addresses: dict[str, str] = {}
    for field, option, server in (
        ("database_url", "--database", servers.postgres),
        ("redis_url", "--redis", servers.valkey),
    ):
        if getattr(settings, field) is not None:
            continue
        if server is None or not server.is_running():
            raise LaunchRefused(
                f"Nothing was started: no {option} was given, and no `outdial up` runs in "
                f"{settings.data_dir.resolve()}. Give {option} URL, or start `outdial up` there."
            )
        addresses[field] = server.url
    return replace(settings, data_dir=settings.data_dir.resolve(), **addresses)  # type: ignore[arg-type]  # only URLs


if __name__ == "__main__":
    main()
