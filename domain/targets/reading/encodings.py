"""Which encoding a text file is in. Pure.

UTF-8 proves itself; the old 8-bit encodings of Windows, DOS and Unix are told apart by where the
letters of their scripts lie.
"""

import codecs
import re
from collections.abc import Iterable

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
