"""The embedded servers of one data folder, and who may use it."""

import fcntl
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from workers.launch.errors import LaunchRefused
from workers.launch.postgres import EmbeddedPostgres
from workers.launch.valkey import EmbeddedValkey


class EmbeddedServers:
    """PostgreSQL and Valkey in one data folder; either may be left to a server elsewhere."""

    def __init__(
        self,
        folder: Path,
        *,
        postgres: bool = True,
        valkey: bool = True,
        postgres_options: Mapping[str, str] | None = None,
    ) -> None:
        self.folder = folder = folder.resolve()
        self.postgres = EmbeddedPostgres(folder, options=postgres_options) if postgres else None
        self.valkey = EmbeddedValkey(folder) if valkey else None

    def start(self) -> None:
        """Start what is wanted; what runs already is adopted. Raises LaunchRefused."""
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            for server in self.all:
                server.start()
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        for server in self.all:
            server.stop()

    @property
    def all(self) -> list[EmbeddedPostgres | EmbeddedValkey]:
        return [server for server in (self.valkey, self.postgres) if server is not None]


@contextmanager
def data_folder(folder: Path) -> Iterator[Path]:
    """The data folder, made if need be and ours alone for the length of the block.

    Raises LaunchRefused when it can't be written or another `outdial up` has it.
    """
    folder = folder.resolve()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        # Kept open: the lock ends with this process, even when that is killed.
        lock = os.open(folder / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as exc:
        raise LaunchRefused(
            f"The data folder {folder} can't be written ({exc.strerror}). "
            "Choose another with --data-dir."
        ) from exc
    try:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as exc:
            raise LaunchRefused(
                f"Another outdial uses the data folder {folder}. Stop it, or choose another "
                "folder with --data-dir."
            ) from exc
        yield folder
    finally:
        os.close(lock)
