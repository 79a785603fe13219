"""The looks of an XLS file, which nothing that we use reads: records of [MS-XLS], as they come."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass

BEGINS = b"\x09\x08\x10\0\0\x06\x05\0"
PALETTE, XF, LABEL, BLANK, BLANKS, END = 0x92, 0xE0, 0xFD, 0x201, 0xBE, 0x0A
AS_TEXT = 49  # the format that is built in as @
FIRST_OF_PALETTE = 8


@dataclass(frozen=True, slots=True)
class Look:
    """Of one cell: `colour` is RRGGBB, None where it is not filled."""

    colour: str | None
    is_text: bool


def looks_of(content: bytes) -> dict[tuple[int, int], Look]:
    """The looks of the cells that are texts or empty, by row and column from 0."""
    palette = list[str]()
    looks = list[Look]()
    cells = dict[tuple[int, int], int]()
    for kind, data in _records(content):
        if kind == PALETTE:
            palette = [data[at : at + 3].hex().upper() for at in range(2, len(data), 4)]
        elif kind == XF:
            number_format = struct.unpack_from("<H", data, 2)[0]
            filled = struct.unpack_from("<I", data, 14)[0] >> 26
            colour = struct.unpack_from("<H", data, 18)[0] & 0x7F
            looks.append(Look(f"#{colour}" if filled else None, is_text=number_format == AS_TEXT))
        elif kind in (LABEL, BLANK):
            row, column, look = struct.unpack_from("<HHH", data)
            cells[row, column] = look
        elif kind == BLANKS:
            row, first = struct.unpack_from("<HH", data)
            for place in range((len(data) - 6) // 2):
                cells[row, first + place] = struct.unpack_from("<H", data, 4 + 2 * place)[0]
    return {place: _painted(looks[look], palette) for place, look in cells.items()}


def _painted(look: Look, palette: list[str]) -> Look:
    if look.colour is None:
        return look
    return Look(palette[int(look.colour[1:]) - FIRST_OF_PALETTE], look.is_text)


def _records(content: bytes) -> Iterator[tuple[int, bytes]]:
    """The records of the book and of its only sheet, which lie one behind the other."""
    at, ends = content.index(BEGINS), 0
    while ends < 2:
        kind, length = struct.unpack_from("<HH", content, at)
        yield kind, content[at + 4 : at + 4 + length]
        ends += kind == END
        at += 4 + length
