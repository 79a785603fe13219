"""Zip files (which workbooks are), opened only if what they unpack to is sane."""

import zipfile
import zlib
from pathlib import Path
from typing import IO

from domain.targets.errors import FileBroken, FileEncrypted, FileUnpacksTooLarge

# A million rows of ten columns unpack to about half a gigabyte, ten times their zipped size.
MAX_UNPACKED_BYTES = 4_000_000_000
MAX_RATIO = 250  # real sheets stay under 100; a bomb of zeros reaches 1,000
RATIO_MATTERS_FROM_BYTES = 20_000_000
MAX_MEMBERS = 10_000

# What reading a member may raise where the archive is damaged.
DAMAGE = (zipfile.BadZipFile, zlib.error, EOFError)


class Archive:
    """A zip file that passed the guard. Python enforces the declared sizes while unpacking."""

    def __init__(self, path: Path) -> None:
        try:
            self._zip = zipfile.ZipFile(path)
        except (zipfile.BadZipFile, OSError, ValueError) as error:
            raise FileBroken("it is damaged or was cut off. Send it again.") from error
        members = self._zip.infolist()
        unpacked = sum(member.file_size for member in members)
        packed = sum(member.compress_size for member in members) or 1
        if unpacked > MAX_UNPACKED_BYTES or len(members) > MAX_MEMBERS:
            raise FileUnpacksTooLarge(
                f"it unpacks to {unpacked // 1_000_000} MB in {len(members)} parts, more than "
                f"{MAX_UNPACKED_BYTES // 1_000_000} MB in {MAX_MEMBERS}. Split it."
            )
        if unpacked > RATIO_MATTERS_FROM_BYTES and unpacked / packed > MAX_RATIO:
            raise FileUnpacksTooLarge(
                f"it unpacks to {unpacked // packed} times its size, as no list of contacts does."
            )
        # By lower case: some programs write xl/sharedstrings.xml, and Excel reads it.
        self._members = {member.filename.lower().lstrip("/"): member for member in members}

    def __contains__(self, name: str) -> bool:
        return name.lower() in self._members

    def names(self) -> list[str]:
        """The members' names, in lower case."""
        return list(self._members)

    def size(self, name: str) -> int:
        """Unpacked bytes of a member."""
        return self._members[name.lower()].file_size

    def open(self, name: str) -> IO[bytes]:
        """A member to read. Raises FileBroken when it is missing, FileEncrypted."""
        member = self._members.get(name.lower())
        if member is None:
            raise FileBroken(f"its part {name} is missing. Save it again in Excel.")
        if member.flag_bits & 0x1:
            raise FileEncrypted
        return self._zip.open(member)

    def close(self) -> None:
        self._zip.close()
