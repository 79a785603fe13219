"""A file of targets, written by a process of its own while rows come from the database."""

import asyncio
import os
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import domain
from domain.core.errors import OutdialError
from domain.core.files import FilesUnavailable
from domain.targets.writing import DISK_STATUS

_CODE = "from domain.targets.writing.child import main; main()"
_ROOT = str(Path(domain.__file__).parent.parent)


class WriterCrashed(OutdialError):
    """The writing process ended before the file did."""

    def __init__(self, status: int | None) -> None:
        super().__init__(f"The process that writes a file ended unexpectedly: status {status}.")


def _ended(status: int) -> OutdialError:
    return FilesUnavailable() if status == DISK_STATUS else WriterCrashed(status)


class FileWriter:
    """Takes CSV as PostgreSQL sends it; `written` is how many rows are in the file."""

    def __init__(self, process: Process) -> None:
        assert process.stdin is not None
        assert process.stdout is not None
        self._process = process
        self._stdin = process.stdin
        self._stdout = process.stdout
        self._listening = asyncio.create_task(self._listen())
        self._done = False
        self.written = 0

    async def write(self, chunk: bytes) -> None:
        """Hand rows over; waits while the process has enough. Raises as `finish`."""
        try:
            self._stdin.write(chunk)
            await self._stdin.drain()
        except (BrokenPipeError, ConnectionResetError):
            raise _ended(await self._process.wait()) from None

    async def finish(self) -> None:
        """Wait until the file is whole. Raises WriterCrashed, FilesUnavailable."""
        self._stdin.close()
        await self._listening
        status = await self._process.wait()
        if status or not self._done:
            raise _ended(status)

    async def stop(self) -> None:
        """End the process, finished or not."""
        if self._process.returncode is None:
            self._process.kill()
            await self._process.wait()
        self._listening.cancel()
        await asyncio.gather(self._listening, return_exceptions=True)

    async def _listen(self) -> None:
        async for line in self._stdout:
            if line == b"done\n":
                self._done = True
            else:
                self.written = int(line)


@asynccontextmanager
async def writing(
    kind: str,
    path: Path,
    *,
    title: str = "Targets",
    started: Callable[[int], None] = lambda pid: None,
) -> AsyncIterator[FileWriter]:
    """A writer of a file of this kind. The process is gone when the block ends."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        _CODE,
        kind,
        str(path),
        title,
        stdin=PIPE,
        stdout=PIPE,
        env={
            **os.environ,
            "PYTHONPATH": os.pathsep.join([_ROOT, os.environ.get("PYTHONPATH", "")]),
        },
    )
    started(process.pid)
    writer = FileWriter(process)
    try:
        yield writer
    finally:
        await writer.stop()
