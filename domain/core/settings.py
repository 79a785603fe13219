"""What an operator can set. One variable per line, all of them `OUTDIAL_*`."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import ClassVar
from urllib.parse import urlsplit

from domain.core.errors import OutdialError

SIMULATED = "simulated"
LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")
LOG_FORMATS = ("plain", "json")


class SettingsInvalid(OutdialError):
    """A setting can't be used. Nothing was started."""

    def __init__(self, name: str, wanted: str) -> None:
        super().__init__(f"Nothing was started: {name} must be {wanted}.")
        self.name = name


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """All settings of all processes. A process reads what it needs."""

    PREFIX: ClassVar[str] = "OUTDIAL_"

    database_url: str | None = None  # None: `outdial up` starts an embedded PostgreSQL
    redis_url: str | None = None  # None: `outdial up` starts an embedded Valkey
    pbx: str = SIMULATED  # or asterisk://user:secret@host:port?trunk=NAME
    node: str = "main"  # the PBX node that this gateway owns
    host: str = "127.0.0.1"
    port: int = 8000
    data_dir: Path = Path(".outdial")
    files_dir: Path | None = None  # None: `files` in the data folder
    database_pool: int = 10  # connections per process, at most
    sim_speed: float = 1.0  # simulated seconds per second
    sim_seed: int = 1
    demo: bool = False  # the demo account exists, with passwords that everybody knows
    sim_callers: float = 0.0  # inbound calls an hour to all numbers of the simulated carrier
    private_hooks: bool = False  # hooks may be plain http and in this network
    speech: str = ""  # a command that reads a text and writes a WAV; empty: texts are not spoken
    replay_hours: float = 24.0  # for which pacers' tapes are kept
    replay_mb: int = 200  # of tapes that each account may have, at most
    log_level: str = "INFO"
    log_format: str = "plain"

    def __post_init__(self) -> None:
        _check_url("OUTDIAL_DATABASE", self.database_url, ("postgres", "postgresql"))
        _check_url("OUTDIAL_REDIS", self.redis_url, ("redis", "rediss", "unix"))
        if self.pbx != SIMULATED:
            _check_url("OUTDIAL_PBX", self.pbx, ("asterisk",), or_else=f"{SIMULATED} or ")
        if not 0 <= self.port <= 65535:
            raise SettingsInvalid("OUTDIAL_PORT", "a port from 0 to 65535")
        if not 1 <= self.database_pool <= 200:
            raise SettingsInvalid("OUTDIAL_DATABASE_POOL", "a number from 1 to 200")
        if not 0.1 <= self.sim_speed <= 100:
            raise SettingsInvalid("OUTDIAL_SIM_SPEED", "a number from 0.1 to 100")
        if not 0 <= self.sim_callers <= 100_000:
            raise SettingsInvalid("OUTDIAL_SIM_CALLERS", "a number from 0 to 100000")
        if not 0 <= self.replay_hours <= 720:
            raise SettingsInvalid("OUTDIAL_REPLAY_HOURS", "a number from 0 to 720")
        if not 0 <= self.replay_mb <= 100_000:
            raise SettingsInvalid("OUTDIAL_REPLAY_MB", "a number from 0 to 100000")
        if self.log_level not in LOG_LEVELS:
            raise SettingsInvalid("OUTDIAL_LOG_LEVEL", f"one of {', '.join(LOG_LEVELS)}")
        if self.log_format not in LOG_FORMATS:
            raise SettingsInvalid("OUTDIAL_LOG_FORMAT", f"one of {', '.join(LOG_FORMATS)}")

    @property
    def files(self) -> Path:
        """Where recordings, imports and exports lie."""
        return self.files_dir or self.data_dir / "files"

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None) -> "Settings":
        """Settings from `OUTDIAL_*`; an empty variable counts as unset.

        Raises SettingsInvalid, with the name of the variable and never its value.
        """
        source = os.environ if environment is None else environment
        given: dict[str, object] = {}
        for field in fields(cls):
            name = _variable(field.name)
            if text := source.get(name, "").strip():
                given[field.name] = _read(name, field.name, text)
        return cls(**given)  # type: ignore[arg-type]  # _read gives each field its own type

    def to_environment(self) -> dict[str, str]:
        """The same settings as variables, for a child process. Holds secrets."""
        values = ((field.name, getattr(self, field.name)) for field in fields(self))
        return {_variable(name): str(value) for name, value in values if value is not None}

    def shown(self) -> list[str]:
        """One line per setting, for the screen. Passwords are left out."""
        lines = []
        for field in fields(self):
            value = getattr(self, field.name)
            if field.name in _SECRET and value is not None:
                value = without_secret(value)
            elif field.name == "files_dir":
                value = self.files
            lines.append(
                f"{field.name.removesuffix('_url'):>14}  {'embedded' if value is None else value}"
            )
        return lines


_SECRET = ("database_url", "redis_url", "pbx")


def without_secret(url: str) -> str:
    """The URL with its password replaced; its query, which may hold one too, shows names only."""
    if "://" not in url:
        return url
    scheme, rest = url.split("://", 1)
    rest, _, query = rest.partition("?")
    authority, slash, path = rest.partition("/")
    user, at, host = authority.rpartition("@")
    name, colon, _ = user.partition(":")
    shown = f"{scheme}://{name}{':***' if colon else ''}{at}{host}{slash}{path}"
    names = [
        f"{key}={value}" if key in ("host", "port", "db") else f"{key}=***"
        for key, _, value in (part.partition("=") for part in query.split("&") if part)
    ]
    return shown + ("?" + "&".join(names) if names else "")


_YES = frozenset({"1", "true", "yes", "on"})
_NO = frozenset({"0", "false", "no", "off"})


def _variable(field: str) -> str:
    return Settings.PREFIX + field.removesuffix("_url").upper()


def _read(name: str, field: str, text: str) -> object:
    kinds = {
        **dict.fromkeys(("port", "database_pool", "sim_seed", "replay_mb"), int),
        **dict.fromkeys(("sim_speed", "sim_callers", "replay_hours"), float),
    }
    if field in ("demo", "private_hooks"):
        if text.lower() not in _YES | _NO:
            raise SettingsInvalid(name, "1 or 0")
        return text.lower() in _YES
    if field in ("data_dir", "files_dir"):
        return Path(text).expanduser()
    if field == "log_level":
        return text.upper()
    kind = kinds.get(field, str)
    try:
        return kind(text)
    except ValueError:
        raise SettingsInvalid(name, "a number") from None


def _check_url(name: str, url: str | None, schemes: tuple[str, ...], *, or_else: str = "") -> None:
    if url is None:
        return
    wanted = f"{or_else}a URL that starts with {' or '.join(s + '://' for s in schemes)}"
    try:
        parts = urlsplit(url)
        # Reading the port is what checks it.
        valid = parts.scheme in schemes and (parts.port is None or parts.port > 0)
    except ValueError:
        valid = False
    if not valid:
        raise SettingsInvalid(name, wanted)
