"""The database that a command works on, running for as long as it does."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

from domain.adapters.readiness import database_ready
from domain.core.settings import Settings
from workers.launch.embedded import EmbeddedServers, data_folder


@contextmanager
def database_of(settings: Settings) -> Iterator[str]:
    """The database that the settings name, or the embedded one, started for the block."""
    if settings.database_url is not None:
        asyncio.run(database_ready(settings.database_url, migrated=False))
        yield settings.database_url
        return
    running = EmbeddedServers(settings.data_dir, valkey=False).postgres
    if running is not None and running.is_running():
        yield running.url
        return
    with data_folder(settings.data_dir) as folder:
        servers = EmbeddedServers(folder, valkey=False)
        servers.start()
        try:
            assert servers.postgres is not None
            yield servers.postgres.url
        finally:
            servers.stop()
