"""Ids that sort by the time of their making, so that new rows land at the end of every index."""

import secrets
import time
from uuid import UUID

_FREE_BITS = 74  # of the 128, beside the milliseconds, the version and the variant
_newest = 0


def new_id() -> UUID:
    """A UUID of version 7: 48 bits of Unix milliseconds, then random bits (RFC 9562 §5.7).

    Ids of one process ascend, also within a millisecond (§6.2), so that their order is that of
    their making.
    """
    global _newest
    milliseconds = time.time_ns() // 1_000_000  # lint: allow clock, because an id is no decision
    value = milliseconds << _FREE_BITS | secrets.randbits(_FREE_BITS)
    if value >> _FREE_BITS <= _newest >> _FREE_BITS:
        value = _newest + 1 + secrets.randbits(40)
    _newest = value
    time_bits, free = value >> _FREE_BITS, value & (1 << _FREE_BITS) - 1
    return UUID(
        int=time_bits << 80 | 0x7 << 76 | free >> 62 << 64 | 0x2 << 62 | free & (1 << 62) - 1
    )
