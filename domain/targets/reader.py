"""A file as blocks of rows, read by a process of its own."""

import asyncio
import os
import sys
from asyncio.subprocess import PIPE
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from pathlib import Path

import msgspec

import domain
from domain.core.claims import BEAT_S
from domain.core.errors import OutdialError
from domain.targets.errors import file_refusal
from domain.targets.reading.blocks import (
    HEADER_BYTES,
    Block,
    Crashed,
    End,
    Preview,
    ReadRequest,
    Refused,
    Said,
)

Blocks = AsyncGenerator[Block | End, None]

_decoder = msgspec.msgpack.Decoder(Said)
_CODE = "from domain.targets.reading.child import main; main()"
_ROOT = str(Path(domain.__file__).parent.parent)


class ReaderCrashed(OutdialError):
    """The reading process ended without an end. `where` names code or a signal, never data."""

    def __init__(self, where: str) -> None:
        super().__init__(f"The process that reads a file ended unexpectedly: {where}.")


async def read_blocks(
    request: ReadRequest, *, started: Callable[[int], None] = lambda pid: None
) -> Blocks:
    """The file's blocks in order, then one End. `started` is told the process.

    The process waits while nobody asks for the next block, and is killed when the iteration ends
    early. Raises an ImportFileRefused for the file's faults and ReaderCrashed for ours.
    """
    async with aclosing(_said(request, started)) as messages:
        async for message in messages:
            if isinstance(message, Block | End):
                yield message
            if isinstance(message, End):
                return


async def beating(blocks: Blocks, beat: Callable[[], Awaitable[None]]) -> Blocks:
    """The blocks, with a sign of life while the next one takes long. Raises what `beat` raises."""
    waiting: asyncio.Task[Block | End] | None = None
    try:
        while True:
            waiting = asyncio.ensure_future(anext(blocks))
            while not (await asyncio.wait({waiting}, timeout=BEAT_S))[0]:
                await beat()
            try:
                yield waiting.result()
            except StopAsyncIteration:
                return
    finally:
        if waiting is not None and not waiting.done():
            waiting.cancel()
            await asyncio.gather(waiting, return_exceptions=True)
        await blocks.aclose()


async def read_preview(request: ReadRequest) -> Preview:
    """The beginning of the file. Raises as read_blocks does."""
    async with aclosing(_said(request, lambda pid: None)) as messages:
        async for message in messages:
            if isinstance(message, Preview):
                return message
    raise ReaderCrashed("no preview")


async def _said(
    request: ReadRequest, started: Callable[[int], None]
) -> AsyncGenerator[Block | Preview | End, None]:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        _CODE,
        stdin=PIPE,
        stdout=PIPE,
        limit=1 << 20,
        env={
            **os.environ,
            "PYTHONPATH": os.pathsep.join([_ROOT, os.environ.get("PYTHONPATH", "")]),
        },
    )
    started(process.pid)
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        process.stdin.write(msgspec.json.encode(request))
        process.stdin.close()
        while True:
            try:
                header = await process.stdout.readexactly(HEADER_BYTES)
                message = await process.stdout.readexactly(int.from_bytes(header, "big"))
            except asyncio.IncompleteReadError:
                raise ReaderCrashed(f"exit status {await process.wait()}") from None
            match _decoder.decode(message):
                case Crashed(where=where):
                    raise ReaderCrashed(where)
                case Refused() as refused:
                    raise file_refusal(refused.code, refused.message)
                case said:
                    yield said
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
