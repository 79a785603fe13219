"""What the benchmarks of the door share: a server in a process of its own, and its CPU."""

import asyncio
import json
import multiprocessing
import os
import platform
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import uvicorn
import uvloop

TICKS = os.sysconf("SC_CLK_TCK")
RESULTS = Path(__file__).parent / "results"


def cpu_s(pid: int) -> float:
    """CPU seconds that a process has used so far, to a hundredth."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


@asynccontextmanager
async def server(make_app: Callable[[], Any]) -> AsyncIterator[tuple[int, int]]:
    """(pid, port) of a uvicorn with this application, in a process of its own."""
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    port = listener.getsockname()[1]
    # Not forked: a child would share the connections of the clients that are open already.
    process = multiprocessing.get_context("spawn").Process(target=_serve, args=(make_app, listener))
    process.start()
    listener.close()
    try:
        while True:
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", port)
                writer.close()
                break
            except OSError:
                await asyncio.sleep(0.05)
        assert process.pid is not None
        yield process.pid, port
    finally:
        process.terminate()
        process.join(10)


def _serve(make_app: Callable[[], Any], listener: socket.socket) -> None:
    config = uvicorn.Config(
        make_app(),
        loop="uvloop",
        http="httptools",
        ws="websockets-sansio",
        ws_per_message_deflate=False,
        log_config=None,
        timeout_keep_alive=600,
        access_log=False,
    )
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(uvicorn.Server(config).serve(sockets=[listener]))


def keep(name: str, figures: dict[str, Any]) -> None:
    """Write the figures, and what they were taken on, as JSON."""
    RESULTS.mkdir(exist_ok=True)
    body = {"python": platform.python_version(), "machine": platform.machine(), **figures}
    (RESULTS / f"{name}.json").write_text(json.dumps(body, indent=2) + "\n")
