"""Ids that sort by the time of their making, so that new rows land at the end of every index."""

import secrets
import time
from uuid import UUID


def new_id() -> UUID:
    """A UUID of version 7: 48 bits of Unix milliseconds, then random bits (RFC 9562 §5.7)."""
    milliseconds = time.time_ns() // 1_000_000  # lint: allow clock, because an id is no decision
    value = (milliseconds & 0xFFFF_FFFF_FFFF) << 80 | secrets.randbits(76)
    value = value & ~(0xF << 76) | 0x7 << 76
    value = value & ~(0x3 << 62) | 0x2 << 62
    return UUID(int=value)
