"""Files in a folder of this machine, or of one that all machines mount."""

import asyncio
import secrets
from collections.abc import AsyncIterable, AsyncIterator
from pathlib import Path, PurePosixPath

from domain.core.files import FileTooLarge

CHUNK = 1 << 18


class LocalFiles:
    """A FileStore. A file appears under its name when it is whole, never before."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def save(self, name: str, chunks: AsyncIterable[bytes], *, limit: int) -> int:
        path = self.path(name)
        part = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
        await asyncio.to_thread(path.parent.mkdir, parents=True, exist_ok=True)
        written = 0
        file = await asyncio.to_thread(part.open, "xb")
        try:
            async for chunk in chunks:
                written += len(chunk)
                if written > limit:
                    raise FileTooLarge(limit)
                await asyncio.to_thread(file.write, chunk)
            await asyncio.to_thread(file.close)
            await asyncio.to_thread(part.replace, path)
        except BaseException:
            # Also when the upload is cancelled, so no awaiting here.
            file.close()
            part.unlink(missing_ok=True)
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
