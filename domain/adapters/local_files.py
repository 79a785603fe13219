"""Files in a folder of this machine, or of one that all machines mount."""

import asyncio
import secrets
from collections.abc import AsyncIterable, AsyncIterator
from contextlib import suppress
from pathlib import Path, PurePosixPath
from typing import IO

from domain.core.files import DISK_GONE, FilesUnavailable, FileTooLarge

CHUNK = 1 << 18


class LocalFiles:
    """A FileStore. A file appears under its name when it is whole, never before."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def save(self, name: str, chunks: AsyncIterable[bytes], *, limit: int) -> int:
        path = self.path(name)
        part = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
        written = 0
        file: IO[bytes] | None = None
        try:
            await asyncio.to_thread(path.parent.mkdir, parents=True, exist_ok=True)
            file = await asyncio.to_thread(part.open, "xb")
            async for chunk in chunks:
                written += len(chunk)
                if written > limit:
                    raise FileTooLarge(limit)
                await asyncio.to_thread(file.write, chunk)
            await asyncio.to_thread(file.close)
            await asyncio.to_thread(part.replace, path)
        except BaseException as error:
            # Also when the upload is cancelled, so no awaiting here. Closing writes what is
            # buffered, which fails again on a full disk.
            if file is not None:
                with suppress(OSError):
                    file.close()
            with suppress(OSError):
                part.unlink(missing_ok=True)
            if isinstance(error, OSError) and error.errno in DISK_GONE:
                raise FilesUnavailable from error
            raise
        return written

    def path(self, name: str) -> Path:
        relative = PurePosixPath(name)
        if relative.is_absolute() or ".." in relative.parts or not relative.parts:
            raise ValueError("a file's name must be relative and stay in the folder")
        return self._folder / relative

    async def read(self, name: str) -> AsyncIterator[bytes]:
        file = await asyncio.to_thread(self.path(name).open, "rb")
        try:
            while chunk := await asyncio.to_thread(file.read, CHUNK):
                yield chunk
        finally:
            file.close()

    async def delete(self, name: str) -> None:
        await asyncio.to_thread(self.path(name).unlink, missing_ok=True)
