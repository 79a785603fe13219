"""The key that new targets are ordered by within their priority. Pure.

Bytes that compare as the values do, so that the index which the hopper reads holds the order, and
a claim reads one short range of it however many targets there are.
"""

import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from domain.conditions.parts import Kind
from domain.conditions.values import day_of, number_of, text_of, truth_of

TEXT_BYTES = 24  # of a text that count

_WIDTH = {Kind.NUMBER: 8, Kind.DATE: 4, Kind.BOOLEAN: 1, Kind.TEXT: TEXT_BYTES}


@dataclass(frozen=True, slots=True)
class Order:
    """One customer field that targets are ordered by."""

    variable: str
    kind: Kind
    descending: bool = False


def order_key(order: Sequence[Order], variables: Mapping[str, str]) -> bytes:
    """The key; a field that is empty, or is not of its kind, comes last either way."""
    return b"".join(_part(each, variables.get(each.variable, "").strip()) for each in order)


def _part(order: Order, text: str) -> bytes:
    try:
        value = _bytes(order.kind, text) if text else None
    except (ValueError, OverflowError):
        value = None
    if value is None:
        return b"\x01" + bytes(_WIDTH[order.kind])
    if order.descending:
        value = bytes(0xFF - byte for byte in value)
    return b"\x00" + value


def _bytes(kind: Kind, text: str) -> bytes:
    match kind:
        case Kind.NUMBER:
            # IEEE 754 compares as an integer once negative numbers are turned over.
            (bits,) = struct.unpack(">Q", struct.pack(">d", float(number_of(text)) + 0.0))
            turned = bits ^ 0xFFFFFFFFFFFFFFFF if bits >> 63 else bits | 1 << 63
            return struct.pack(">Q", turned)
        case Kind.DATE:
            return day_of(text).toordinal().to_bytes(4, "big")
        case Kind.BOOLEAN:
            return b"\x01" if truth_of(text) else b"\x00"
        case Kind.TEXT:
            return text_of(text).encode()[:TEXT_BYTES].ljust(TEXT_BYTES, b"\x00")
