"""What kind of file something is, by its bytes and never by its name."""

import json
import mmap
import struct
from enum import StrEnum
from pathlib import Path
from typing import Any

from domain.targets.errors import (
    FileBroken,
    FileEmpty,
    FileEncrypted,
    FileHasMacros,
    FileKindUnknown,
)
from domain.targets.importing.columns import is_phone
from domain.targets.reading.archive import DAMAGE, Archive
from domain.targets.reading.encodings import unmarked_utf_16

HEAD_BYTES = 4096
MAX_FIRST_LINE = 1 << 20  # characters; beyond, it is one object around a list
READ_KINDS = "XLSX, XLS, CSV, XML, JSON and NDJSON files are read"


class FileKind(StrEnum):
    """A kind of file that is read."""

    XLSX = "xlsx"
    XLS = "xls"
    CSV = "csv"
    XML = "xml"
    JSON = "json"
    NDJSON = "ndjson"


_NAMED = {
    b"%PDF": "a PDF",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
    b"GIF8": "a picture",
    b"\x1f\x8b": "a gzip archive",
    b"7z\xbc\xaf": "a 7-Zip archive",
    b"Rar!": "a RAR archive",
    b"{\\rtf": "a text document",
    b"SQLite format 3": "a database",
}
# A workbook's first record in Excel 97 and later, and in Excel 5 and 95.
_WORKBOOK_BEGINS = (b"\x09\x08\x10\0\0\x06\x05\0", b"\x09\x08\x08\0\0\x05\x05\0")
_FILE_PASS = 0x2F
_CONTROLS = bytes(set(range(32)) - set(b"\t\n\v\f\r\x1a\x1b"))  # no text has these
_BEFORE_PASSWORD = 3  # records: the first, that the file is not to be written, the password's own


def kind_of(path: Path) -> FileKind:
    """The kind of the file. Raises an ImportFileRefused for what can be told without reading it:
    wrong kinds, passwords, macros, bombs, an empty file."""
    with path.open("rb") as file:
        head = file.read(HEAD_BYTES)
    if not head.strip():
        raise FileEmpty
    if head.startswith(b"PK"):
        return _zipped(path)
    if head.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        return _compound(path)
    for magic, name in _NAMED.items():
        if head.startswith(magic):
            raise FileKindUnknown(f"it is {name}; {READ_KINDS}.")
    return _text(head, path)


def _zipped(path: Path) -> FileKind:
    archive = Archive(path)
    try:
        names = archive.names()
        if "encryptedpackage" in names:
            raise FileEncrypted
        if "[content_types].xml" not in names:
            what = "an OpenDocument file" if "mimetype" in names else "a zip archive"
            raise FileKindUnknown(f"it is {what}; {READ_KINDS}.")
        with archive.open("[Content_Types].xml") as file:
            types = file.read(1 << 20)
        if b"macroEnabled" in types or any(name.endswith("vbaproject.bin") for name in names):
            raise FileHasMacros
        if b"spreadsheetml.sheet.main" not in types and b"spreadsheetml.template" not in types:
            raise FileKindUnknown(f"it is another kind of Office file; {READ_KINDS}.")
    except DAMAGE as error:
        raise FileBroken("it is damaged or was cut off. Send it again.") from error
    finally:
        archive.close()
    return FileKind.XLSX


def _compound(path: Path) -> FileKind:
    """The old container of Office: XLS, but also the wrapping of every encrypted XLSX."""

    def names(*streams: str) -> list[bytes]:
        return [stream.encode("utf-16-le") for stream in streams]

    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        if any(content.find(name) >= 0 for name in names("EncryptedPackage", "EncryptionInfo")):
            raise FileEncrypted
        if any(content.find(name) >= 0 for name in names("_VBA_PROJECT")):
            raise FileHasMacros
        if not any(content.find(name) >= 0 for name in names("Workbook", "Book")):
            raise FileKindUnknown(f"it is another kind of Office file; {READ_KINDS}.")
        if _has_password(content):
            raise FileEncrypted
    return FileKind.XLS


def _has_password(content: mmap.mmap) -> bool:
    """Whether an old workbook says near its beginning, which is never encrypted, that the rest is.

    The records are those of [MS-XLS] 2.1.7.20.1. calamine tells a password only of files whose
    name ends in .xls, and ours have no names.
    """
    starts = (at for mark in _WORKBOOK_BEGINS if (at := content.find(mark)) >= 0)
    at = min(starts, default=len(content))
    for _ in range(_BEFORE_PASSWORD):
        if at + 4 > len(content):
            return False
        kind, length = struct.unpack_from("<HH", content, at)
        if kind == _FILE_PASS:
            return True
        at += 4 + length
    return False


def _text(head: bytes, path: Path) -> FileKind:
    encoding = "utf-8-sig"
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        encoding = "utf-16"
        start = head.decode(encoding, "ignore")
    elif name := unmarked_utf_16(head):
        encoding = name
        start = head.decode(encoding, "ignore")
    elif _is_binary(head):
        raise FileKindUnknown(f"it is not text, nor a workbook; {READ_KINDS}.")
    else:
        start = head.decode(encoding, "replace")
    start = start.lstrip("\ufeff \t\r\n")
    lowered = start[:1024].lower()
    if lowered.startswith("<"):
        if "<html" in lowered or "<table" in lowered or "<!doctype html" in lowered:
            raise FileKindUnknown(f"it is a web page, whatever its name; {READ_KINDS}.")
        if "schemas-microsoft-com:office:spreadsheet" in lowered:
            raise FileKindUnknown("it is an XML Spreadsheet of 2003. Save it as .xlsx.")
        return FileKind.XML
    if lowered.startswith("["):
        return FileKind.JSON
    if lowered.startswith("{"):
        return _objects(path, encoding)
    return FileKind.CSV


def _is_binary(head: bytes) -> bool:
    """Whether there is more in it than a stray character that some program left in a text."""
    odd = len(head) - len(head.translate(None, _CONTROLS))
    return b"\0" in head and (odd > max(3, len(head) / 100) or odd > len(head) / 8)


def _objects(path: Path, encoding: str) -> FileKind:
    """NDJSON for one object a line, JSON for one object around a list."""
    with path.open(encoding=encoding, errors="replace") as text:
        first = ""
        while not first.strip(" \t\r\n\ufeff"):
            first = text.readline(MAX_FIRST_LINE)
        if not first.rstrip().endswith("}"):
            return FileKind.JSON
        if text.read(HEAD_BYTES).strip():
            return FileKind.NDJSON
    try:
        only: dict[str, Any] = json.loads(first)
    except (ValueError, RecursionError):
        return FileKind.NDJSON
    lists = [value for value in only.values() if isinstance(value, list) and value]
    around = any(isinstance(each[0], dict) for each in lists) and not any(map(is_phone, only))
    return FileKind.JSON if around else FileKind.NDJSON


def must_read(path: Path) -> Path:
    """The path, if there is still a file behind it."""
    if not path.is_file():
        raise FileBroken("its upload is gone from the store. Send it again.")
    return path
