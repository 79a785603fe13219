"""A process of its own for one forecast's runs."""

import asyncio
import os
import sys
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import msgspec

import domain
from domain.core.errors import OutdialError
from domain.forecasts.child import Order, Played

_CODE = "from domain.forecasts.child import main; main()"
_ROOT = str(Path(domain.__file__).parent.parent)
# One thread: the tables are small, and a library's own threads would take a floor's core.
_CALM = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}


class PlayerCrashed(OutdialError):
    """The playing process ended before its last run."""

    def __init__(self, status: int | None) -> None:
        super().__init__(f"The process that plays a forecast ended unexpectedly: status {status}.")


@asynccontextmanager
async def playing(order: Order) -> AsyncIterator[AsyncIterator[Played]]:
    """The runs as they end. The process is gone when the block ends.

    The iterator raises PlayerCrashed where the process ends before its last run.
    """
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        _CODE,
        stdin=PIPE,
        stdout=PIPE,
        env={
            **os.environ,
            **_CALM,
            "PYTHONPATH": os.pathsep.join([_ROOT, os.environ.get("PYTHONPATH", "")]),
        },
    )
    assert process.stdin is not None
    assert process.stdout is not None
    lines = process.stdout

    async def runs() -> AsyncIterator[Played]:
        wanted = order.runs * len(order.plans)
        for _ in range(wanted):
            if not (line := await lines.readline()):
                raise PlayerCrashed(await process.wait())
            yield msgspec.json.decode(line, type=Played)

    try:
        process.stdin.write(msgspec.json.encode(order))
        await process.stdin.drain()
        process.stdin.close()
        yield runs()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
