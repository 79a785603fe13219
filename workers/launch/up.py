"""`outdial up`: everything in one command, for one machine."""

import asyncio
import os
import signal
import socket
from collections.abc import Sequence
from dataclasses import dataclass, replace
from logging import getLogger

from domain.adapters.readiness import database_ready, redis_ready
from domain.core import migrations
from domain.core.backoff import Backoff
from domain.core.settings import Settings
from workers.launch.children import Child
from workers.launch.embedded import EmbeddedServers, data_folder
from workers.launch.errors import LaunchRefused
from workers.launch.postgres import EmbeddedPostgres
from workers.launch.valkey import EmbeddedValkey

logger = getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fleet:
    """How many of each process to run."""

    workers: int = 1
    gateways: int = 1


def up(settings: Settings, fleet: Fleet) -> None:
    """Run servers and processes until SIGTERM or SIGINT. Raises LaunchRefused or NotReady."""
    refuse_taken_port(settings.host, settings.port)
    if settings.port == 0:
        settings = replace(settings, port=free_port(settings.host))
    with data_folder(settings.data_dir) as folder:
        servers = EmbeddedServers(
            folder, postgres=settings.database_url is None, valkey=settings.redis_url is None
        )
        with asyncio.Runner() as runner:
            try:
                if settings.redis_url is not None:
                    runner.run(redis_ready(settings.redis_url))
                if settings.database_url is not None:
                    runner.run(database_ready(settings.database_url, migrated=False))
                servers.start()
                settings = with_servers(settings, servers)
                runner.run(_run(settings, fleet, servers))
            finally:
                servers.stop()


def with_servers(settings: Settings, servers: EmbeddedServers) -> Settings:
    """The settings with the addresses of the embedded servers where none was given."""
    return replace(
        settings,
        database_url=servers.postgres.url if servers.postgres else settings.database_url,
        redis_url=servers.valkey.url if servers.valkey else settings.redis_url,
        data_dir=settings.data_dir.resolve(),
    )


def refuse_taken_port(host: str, port: int) -> None:
    """Raise LaunchRefused unless a server could listen there."""
    if port == 0:
        return
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        for family, kind, protocol, _, address in found:
            with socket.socket(family, kind, protocol) as probe:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                probe.bind(address)
    except OSError as exc:
        raise LaunchRefused(
            f"Nothing was started: {host}:{port} can't be listened on ({exc.strerror}). "
            "Stop what uses it, or choose another with --port or --host."
        ) from exc


def free_port(host: str) -> int:
    """A port that nothing listens on just now."""
    with socket.create_server((host, 0)) as probe:
        port: int = probe.getsockname()[1]
        return port


async def _run(settings: Settings, fleet: Fleet, servers: EmbeddedServers) -> None:
    assert settings.database_url is not None
    for step in await migrations.migrate(settings.database_url):
        _say(f"migration  {step}")
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for sign in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(sign, stop.set)
    stages = children(settings, fleet)
    if settings.demo:
        stages.insert(0, [_child("demo", "workers.demo", settings)])
    keeping = [
        asyncio.create_task(child.keep_running(), name=child.name)
        for stage in stages
        for child in stage
    ]
    keeping.append(asyncio.create_task(_keep_servers(servers, stop)))
    announcing = asyncio.create_task(_announce(settings))
    try:
        stopping = asyncio.create_task(stop.wait())
        # A task of ours that ends by itself is a fault, and must not leave the rest running.
        await asyncio.wait({stopping, *keeping}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        announcing.cancel()
        stopping.cancel()
        _say("stopping")
        for stage in stages:
            await asyncio.gather(*(child.stop() for child in stage))
        stop.set()
        await asyncio.gather(*keeping)


def children(settings: Settings, fleet: Fleet) -> list[list[Child]]:
    """The child processes by the order in which they stop.

    First the door, so that nobody asks any more; then the workers, whose floors write down
    what they hold while the gateways still answer them.
    """

    return [
        [_child("api", "api", settings)],
        [_child(f"worker-{n}", "workers", settings) for n in range(1, fleet.workers + 1)],
        [
            _child(f"gateway-{n}", "workers.gateway", replace(settings, node=node))
            for n, node in enumerate(nodes(settings.node, fleet.gateways), start=1)
        ],
    ]


def _child(name: str, module: str, own: Settings) -> Child:
    environment = os.environ | own.to_environment()
    environment["PYTHONUNBUFFERED"] = "1"
    return Child(
        name=name,
        module=module,
        environment=environment,
        say=_say,
        prefixed=own.log_format == "plain",
    )


def nodes(first: str, count: int) -> Sequence[str]:
    """Names of the PBX nodes that `count` gateways own: main, main-2, main-3, ..."""
    return [first, *(f"{first}-{n}" for n in range(2, count + 1))]


async def _keep_servers(servers: EmbeddedServers, stop: asyncio.Event) -> None:
    """Start an embedded server again when it has died."""
    backoff = Backoff(first_s=0.5, cap_s=10.0)
    wait_s = 1.0
    while not stop.is_set():
        try:
            await asyncio.wait_for(stop.wait(), wait_s)
        except TimeoutError:
            wait_s = _revive(servers.all, backoff)


def _revive(servers: Sequence[EmbeddedPostgres | EmbeddedValkey], backoff: Backoff) -> float:
    """Seconds until the next look."""
    for server in servers:
        if server.is_running():
            continue
        _say(f"{server.name} ended by itself and is started again")
        try:
            # In this thread: the kernel ends the server when the thread that started it ends.
            server.start()
        except LaunchRefused as exc:
            _say(str(exc))
            return backoff.failed()
    backoff.succeeded()
    return 1.0


async def _announce(settings: Settings) -> None:
    """Say where Outdial is, once it listens there."""
    host = "127.0.0.1" if settings.host in ("0.0.0.0", "::") else settings.host
    while True:
        try:
            _, writer = await asyncio.open_connection(host, settings.port)
        except OSError:
            await asyncio.sleep(0.1)
            continue
        writer.close()
        _say(f"Outdial is up: http://{host}:{settings.port}/   (Ctrl-C stops everything)")
        return


def _say(line: str) -> None:
    print(line, flush=True)
