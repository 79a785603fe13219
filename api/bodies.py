"""Request bodies that may not be larger than we say."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator, AsyncIterator

from starlette.requests import Request

from api.answers import BadRequest

DRAINED = 16_000_000  # bytes, and for DRAINED_S at most
DRAINED_S = 2.0


async def bounded(http: Request, limit: int, message: str) -> AsyncGenerator[bytes, None]:
    """The body in chunks. Raises BadRequest 413 as soon as it is known to be too large."""
    chunks = http.stream()
    length = http.headers.get("content-length", "")
    if length.isdecimal() and int(length) > limit:
        await _drain(chunks)
        raise _too_large(message)
    received = 0
    async for chunk in chunks:
        received += len(chunk)
        if received > limit:
            await _drain(chunks)
            raise _too_large(message)
        yield chunk


async def _drain(chunks: AsyncIterator[bytes]) -> None:
    """Read on for a while: most clients read the answer only after they have sent everything."""
    drained = 0
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(DRAINED_S):
            async for chunk in chunks:
                drained += len(chunk)
                if drained > DRAINED:
                    return


def _too_large(message: str) -> BadRequest:
    return BadRequest(413, message, code="FILE_TOO_LARGE", connection="close")
