"""Files that come with a request."""

from collections.abc import AsyncIterator
from typing import Any

CHUNK_BYTES = 256 * 1024


async def chunks_of(file: Any) -> AsyncIterator[bytes]:
    """An upload's bytes; the server has spooled them to disk already."""
    while chunk := await file.read(CHUNK_BYTES):
        yield chunk
