"""One API process: the application under uvicorn."""

import asyncio
import contextlib
import gc
import os
import signal
import socket
from collections.abc import Iterator

import uvicorn
import uvloop

from api.app import create_app, make_door
from api.runtime import door_settings, runtime
from domain.adapters.readiness import database_ready, redis_ready
from domain.core.errors import OutdialError
from domain.core.settings import Settings, SettingsInvalid

GRACE_S = 10
BACKLOG = 2048
# How many objects are made until garbage is looked for among them. Python's 700 come together
# several times within one answer, when most are in use still; 50,000 hold up answers for 70 ms.
YOUNG_OBJECTS = 5_000


class PortTaken(OutdialError):
    """The address can't be listened on."""

    def __init__(self, host: str, port: int, reason: str) -> None:
        super().__init__(
            f"Nothing was started: {host}:{port} can't be listened on ({reason}). "
            "Stop what uses it, or choose another with OUTDIAL_PORT or OUTDIAL_HOST."
        )


class Server(uvicorn.Server):
    """uvicorn's, but a signal only stops it: uvicorn would raise it again and skip our closing."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        loop = asyncio.get_running_loop()
        for sign in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(sign, self.handle_exit, sign, None)
        try:
            yield
        finally:
            for sign in (signal.SIGINT, signal.SIGTERM):
                loop.remove_signal_handler(sign)


async def serve(settings: Settings) -> None:
    """Serve until SIGTERM or SIGINT; what is under way then has GRACE_S to end.

    Raises PortTaken, NotReady and SettingsInvalid before anything is served.
    """
    if settings.database_url is None or settings.redis_url is None:
        raise SettingsInvalid(
            "OUTDIAL_DATABASE and OUTDIAL_REDIS", "set for an API process of its own"
        )
    door_rules = door_settings()
    with listening(settings.host, settings.port) as listener:
        await database_ready(settings.database_url)
        await redis_ready(settings.redis_url)
        async with runtime(settings) as made:
            door = make_door(made.ports, made.throttle, settings=door_rules)
            config = uvicorn.Config(
                create_app(door, checks=made.checks),
                loop="uvloop",
                http="httptools",
                ws="websockets-sansio",
                ws_max_size=door_rules.message_limit,
                # It saves little on small JSON and costs memory on every socket.
                ws_per_message_deflate=False,
                timeout_graceful_shutdown=GRACE_S,
                proxy_headers=True,
                forwarded_allow_ips=os.environ.get("OUTDIAL_TRUSTED_PROXIES", "127.0.0.1"),
                server_header=False,
                access_log=False,
                log_config=None,
                backlog=BACKLOG,
            )
            spare_the_schema()
            await Server(config).serve(sockets=[listener])


def spare_the_schema() -> None:
    """Leave what there is now out of every later collection of garbage.

    The modules and the schema are 150,000 objects that live as long as the process; looking at
    them held up all answers for more than a tenth of a second, each few hundred requests.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG_OBJECTS, *gc.get_threshold()[1:])


def listening(host: str, port: int) -> socket.socket:
    """A socket that is bound there. Raises PortTaken."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        listener = socket.socket(family, kind, protocol)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
    except OSError as error:
        raise PortTaken(host, port, error.strerror or type(error).__name__) from error
    return listener


def run(settings: Settings) -> None:
    """Run one API process until it is told to stop."""
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(serve(settings))
