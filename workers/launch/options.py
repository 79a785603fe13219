"""The options that commands share. Each stands for one OUTDIAL_* variable, and wins over it."""

from collections.abc import Callable
from dataclasses import replace
from functools import wraps
from pathlib import Path
from typing import Any, TypeVar

import click

from domain.core.settings import LOG_FORMATS, LOG_LEVELS, Settings

CommandT = TypeVar("CommandT", bound=Callable[..., Any])

_DATABASE = click.option(
    "--database",
    "database_url",
    metavar="URL",
    help="PostgreSQL: postgres://user:password@host/name. Default: an embedded one.",
)
_REDIS = click.option(
    "--redis",
    "redis_url",
    metavar="URL",
    help="Valkey or Redis: redis://host:6379/0. Default: an embedded one.",
)
_PBX = click.option(
    "--pbx",
    metavar="PBX",
    help="simulated, or asterisk://user:secret@host:port?trunk=NAME. Default: simulated.",
)
_DATA_DIR = click.option(
    "--data-dir", type=click.Path(path_type=Path), help="Folder of all data. Default: .outdial"
)
_FILES_DIR = click.option(
    "--files-dir",
    type=click.Path(path_type=Path),
    help="Folder of recordings, imports and exports. Default: files in the data folder.",
)
_HOST = click.option("--host", help="Address to listen on. Default: 127.0.0.1")
_PORT = click.option("--port", type=int, help="Port to listen on. Default: 8000")
_NODE = click.option("--node", help="Name of this gateway's PBX node. Default: main")
_SPEED = click.option(
    "--sim-speed", type=float, help="Simulated seconds per second, 0.1 to 100. Default: 1"
)
_SEED = click.option("--sim-seed", type=int, help="Seed of the simulated carrier. Default: 1")
_DEMO = click.option(
    "--demo/--no-demo", default=None, help="With a demo account, agents and campaigns."
)
_CALLERS = click.option(
    "--sim-callers", type=float, help="Simulated inbound calls an hour. Default: 0"
)
_LEVEL = click.option(
    "--log-level", type=click.Choice(LOG_LEVELS, case_sensitive=False), help="Default: INFO"
)
_FORMAT = click.option("--log-format", type=click.Choice(LOG_FORMATS), help="Default: plain")

_SERVERS = (_DATABASE, _REDIS, _DATA_DIR, _FILES_DIR, _LEVEL, _FORMAT)
_DOOR = (_HOST, _PORT)
_SWITCH = (_PBX, _NODE, _SPEED, _SEED, _CALLERS)


def server_options(command: CommandT) -> CommandT:
    """Options of a command that needs the database and Redis; it is given `settings`."""
    return _with(command, _SERVERS)


def door_options(command: CommandT) -> CommandT:
    return _with(command, _SERVERS + _DOOR)


def switch_options(command: CommandT) -> CommandT:
    return _with(command, _SERVERS + _SWITCH)


def all_options(command: CommandT) -> CommandT:
    return _with(command, _SERVERS + _DOOR + _SWITCH + (_DEMO,))


def _with(command: CommandT, options: tuple[Callable[[Any], Any], ...]) -> CommandT:
    @wraps(command)
    def with_settings(**given: Any) -> Any:
        fields = Settings.__dataclass_fields__
        ours = {name: given.pop(name) for name in list(given) if name in fields}
        settings = replace(
            Settings.from_environment(),
            **{name: value for name, value in ours.items() if value is not None},
        )
        return command(settings=settings, **given)

    decorated: Any = with_settings
    for option in reversed(options):
        decorated = option(decorated)
    return decorated  # type: ignore[no-any-return]  # click.option is untyped for Any
