"""Which encoding a text file is in. Pure.

UTF-8 proves itself, and UTF-16 shows; some old 8-bit encodings of Windows, DOS and Unix are told
apart by how the text reads. The others look like these, so that a person has to say which it is.
"""

import codecs
import re
from collections.abc import Iterable
from enum import StrEnum
from pathlib import Path

from domain.targets.reading.old_encodings import old_encoding_of

CHUNK_BYTES = 1 << 20
SAMPLE_BYTES = 64 * 1024  # of lines with anything but ASCII in them

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


class TextEncoding(StrEnum):
    """An encoding that text may be said to be in. The value is its name among Python's codecs."""

    UTF_8 = "utf-8"
    UTF_16 = "utf-16"
    WINDOWS_1250 = "cp1250"  # Poland and its neighbours
    WINDOWS_1251 = "cp1251"  # Cyrillic
    WINDOWS_1252 = "cp1252"  # western Europe
    WINDOWS_1253 = "cp1253"  # Greek
    WINDOWS_1254 = "cp1254"  # Turkish
    WINDOWS_1255 = "cp1255"  # Hebrew
    WINDOWS_1256 = "cp1256"  # Arabic
    WINDOWS_1257 = "cp1257"  # Baltic
    ISO_8859_1 = "iso8859_1"
    ISO_8859_2 = "iso8859_2"
    ISO_8859_5 = "iso8859_5"
    ISO_8859_7 = "iso8859_7"
    ISO_8859_8 = "iso8859_8"
    ISO_8859_9 = "iso8859_9"
    ISO_8859_15 = "iso8859_15"
    KOI8_R = "koi8_r"
    KOI8_U = "koi8_u"
    DOS_437 = "cp437"
    DOS_850 = "cp850"
    DOS_852 = "cp852"
    DOS_862 = "cp862"
    DOS_866 = "cp866"
    MAC_ROMAN = "mac_roman"
    MAC_CENTRAL_EUROPE = "mac_latin2"
    MAC_CYRILLIC = "mac_cyrillic"


def _simple(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.casefold())


_BY_NAME = {_simple(name): each for each in TextEncoding for name in (each.name, each.value)} | {
    "latin1": TextEncoding.ISO_8859_1,
    "utf16le": TextEncoding.UTF_16,
    "utf16be": TextEncoding.UTF_16,
}


def encoding_named(name: str) -> TextEncoding | None:
    """The encoding that is called so, as CP862, dos-862, utf8 or windows-1255; None: none is."""
    return _BY_NAME.get(_simple(name))


def codec_of(path: Path, said: TextEncoding | None) -> str:
    """The codec to read a file of text with: as said, or guessed."""
    with path.open("rb") as file:
        if said is TextEncoding.UTF_8:
            return "utf-8-sig"
        if said is TextEncoding.UTF_16:
            head = file.read(SAMPLE_BYTES)
            return _marked(head) or unmarked_utf_16(head) or said.value
        if said is not None:
            return said.value
        return encoding_of(iter(lambda: file.read(CHUNK_BYTES), b""))


def _marked(head: bytes) -> str | None:
    """What the mark at the beginning says; None: there is none."""
    return next((name for bom, name in _BOMS if head.startswith(bom)), None)


def unmarked_utf_16(head: bytes) -> str | None:
    """The codec of text in UTF-16 without a mark; None: it is none.

    A list has digits and delimiters in it, of which every other byte is 0, and always the same.
    """
    head = head[: 2 * (min(len(head), SAMPLE_BYTES) // 2)]
    even, odd = head[::2].count(0), head[1::2].count(0)
    if max(even, odd) < max(3, 0.1 * len(head) / 2) or min(even, odd) > 0.02 * max(even, odd):
        return None
    return "utf-16-le" if odd > even else "utf-16-be"


def encoding_of(chunks: Iterable[bytes]) -> str:
    """The name of the encoding, as Python's codecs know it. Reads to the end only if it must."""
    decoder: codecs.IncrementalDecoder | None = codecs.getincrementaldecoder("utf-8")()
    sample = bytearray()
    first = True
    for chunk in chunks:
        if first:
            if name := _marked(chunk) or unmarked_utf_16(chunk):
                return name
            first = False
        if decoder is not None:
            try:
                decoder.decode(chunk)
            except UnicodeDecodeError:
                decoder = None
        if len(sample) < SAMPLE_BYTES and not chunk.isascii():
            lines = chunk.split(b"\n")
            sample += b"\n".join(line[:1000] for line in lines if not line.isascii())
        if decoder is None and len(sample) >= SAMPLE_BYTES:
            break
    if decoder is not None:
        try:
            decoder.decode(b"", True)
        except UnicodeDecodeError:
            decoder = None
    return "utf-8" if decoder is not None else old_encoding_of(bytes(sample[: 2 * SAMPLE_BYTES]))
