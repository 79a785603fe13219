"""Where uploaded and made files are kept."""

import errno
from collections.abc import AsyncIterable, AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

from domain.core.errors import DomainError, Unavailable

# What the system says when a disk is full or gone.
DISK_GONE = (errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.EROFS)


class FileTooLarge(DomainError):
    """An upload passed the limit; the part already written was removed."""

    code = "FILE_TOO_LARGE"

    def __init__(self, limit: int) -> None:
        super().__init__(
            f"The file was not stored: it is larger than {limit // 1_000_000} MB. "
            "Split it, or ask the operator for a higher limit."
        )
        self.limit = limit


class FilesUnavailable(Unavailable):
    """The store could not write: the disk is full, or gone. No half of a file is left."""

    code = "FILES_UNAVAILABLE"

    def __init__(self) -> None:
        super().__init__(
            "The file was not stored: the server's disk is full or does not answer. "
            "Tell the operator, and try again later."
        )


@contextmanager
def telling_of_the_disk() -> Iterator[None]:
    """Raise FilesUnavailable where the block finds the disk full or gone."""
    try:
        yield
    except OSError as error:
        if error.errno in DISK_GONE:
            raise FilesUnavailable from error
        raise


class FileStore(Protocol):
    """Files by a relative name that we choose. Names never come from users."""

    async def save(self, name: str, chunks: AsyncIterable[bytes], *, limit: int) -> int:
        """Write a file and return its bytes. Nothing is left where it raises.

        Raises FileTooLarge, and FilesUnavailable where the disk is full.
        """

    def path(self, name: str) -> Path:
        """Where the file is on this machine, for readers that need a path."""

    def read(self, name: str) -> AsyncIterator[bytes]:
        """The file in chunks."""

    async def delete(self, name: str) -> None:
        """Remove a file; no error if it is gone."""
