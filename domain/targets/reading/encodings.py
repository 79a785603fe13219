"""Which encoding a text file is in. Pure.

UTF-8 proves itself; some old 8-bit encodings of Windows, DOS and Unix are told apart by where the
letters of their scripts lie. The others look like these, so that a person has to say which it is.
"""

import codecs
import re
from collections.abc import Iterable
from enum import StrEnum
from pathlib import Path

CHUNK_BYTES = 1 << 20
SAMPLE_BYTES = 64 * 1024  # of lines with anything but ASCII in them

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_HIGH_RUN = re.compile(rb"[\x80-\xff]{2,}")
_HIGH = re.compile(rb"[\x80-\xff]")
# Letters of Poland and its neighbours beside Latin ones: in both of their encodings, in that of
# Windows alone, and in ISO 8859-2 alone. To western Europe these bytes are signs: £ ³ ¹ ± ¶.
_POLISH = re.compile(rb"[A-Za-z][\xb3\xbf]|[\xa3\xaf][A-Za-z]")
_POLISH_WINDOWS = re.compile(rb"[A-Za-z][\xb9\x9c\x9f]|[\xa5\x8c\x8f][A-Za-z]")
_POLISH_ISO = re.compile(rb"[A-Za-z][\xb1\xb6\xbc]|[\xa1\xa6\xac][A-Za-z]")


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
    "latin1": TextEncoding.ISO_8859_1
}


def encoding_named(name: str) -> TextEncoding | None:
    """The encoding that is called so, as CP862, dos-862, utf8 or windows-1255; None: none is."""
    return _BY_NAME.get(_simple(name))


def codec_of(path: Path, said: TextEncoding | None) -> str:
    """The codec to read a file of text with: as said, or guessed."""
    if said is not None:
        return "utf-8-sig" if said is TextEncoding.UTF_8 else said.value
    with path.open("rb") as file:
        return encoding_of(iter(lambda: file.read(CHUNK_BYTES), b""))


def encoding_of(chunks: Iterable[bytes]) -> str:
    """The name of the encoding, as Python's codecs know it. Reads to the end only if it must."""
    decoder: codecs.IncrementalDecoder | None = codecs.getincrementaldecoder("utf-8")()
    sample = bytearray()
    first = True
    for chunk in chunks:
        if first:
            for bom, name in _BOMS:
                if chunk.startswith(bom):
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
    return "utf-8" if decoder is not None else _old(bytes(sample[: 2 * SAMPLE_BYTES]))


def _old(sample: bytes) -> str:
    in_runs = sum(len(run) for run in _HIGH_RUN.findall(sample))
    if in_runs < 0.6 * len(_HIGH.findall(sample)):
        # Accents here and there among Latin letters.
        windows, iso = len(_POLISH_WINDOWS.findall(sample)), len(_POLISH_ISO.findall(sample))
        if windows or iso or _POLISH.search(sample):
            return "iso8859_2" if iso > windows else "cp1250"
        return "cp1252"
    low = sum(0x80 <= byte <= 0xBF for byte in sample)
    upper = sum(0xC0 <= byte <= 0xDF for byte in sample)
    hebrew = sum(0xE0 <= byte <= 0xFA for byte in sample)
    beyond = sum(byte > 0xFA for byte in sample)
    if low > upper + hebrew + beyond:
        return "cp866" if upper == 0 or low > 3 * upper else "cp1251"
    if upper + beyond < 0.02 * hebrew:
        return "cp1255"  # Hebrew has no capitals and ends at 0xFA
    # Cyrillic words have small letters but for the first: those lie high in the encoding of
    # Windows and low in KOI8.
    return "koi8_r" if upper > hebrew + beyond else "cp1251"
