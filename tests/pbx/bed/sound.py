"""Sound as the bed makes and judges it: 8,000 samples a second, 16 bits, one channel."""

import math
import random
from collections.abc import Sequence
from pathlib import Path

RATE = 8000
FRAME = 160  # samples in one RTP packet: 20 ms


def tone(hz: float, seconds: float, level: int = 6000) -> list[int]:
    """A sine."""
    return [
        round(level * math.sin(2 * math.pi * hz * n / RATE)) for n in range(int(seconds * RATE))
    ]


def silence(seconds: float) -> list[int]:
    return [0] * int(seconds * RATE)


def speech(seconds: float, seed: int = 1) -> list[int]:
    """Noise with the loudness of somebody who talks without a pause. The same each time."""
    dice = random.Random(seed)
    return [dice.randint(-5000, 5000) for _ in range(int(seconds * RATE))]


def loudness(samples: Sequence[int]) -> float:
    """Root mean square: 0 is silence, 32767 full scale."""
    return math.sqrt(sum(s * s for s in samples) / len(samples)) if samples else 0.0


def strength(samples: Sequence[int], hz: float) -> float:
    """The amplitude of one frequency in the samples (Goertzel), in sample units."""
    if not samples:
        return 0.0
    turn = 2 * math.cos(2 * math.pi * hz / RATE)
    before = last = 0.0
    for sample in samples:
        before, last = last, sample + turn * last - before
    power = last * last + before * before - turn * last * before
    return 2 * math.sqrt(max(power, 0.0)) / len(samples)


def loudest(samples: Sequence[int], hz: float, window_s: float = 0.1) -> float:
    """The greatest `strength` in any window."""
    size = int(window_s * RATE)
    starts = range(0, max(1, len(samples) - size + 1), size // 2)
    return max((strength(samples[at : at + size], hz) for at in starts), default=0.0)


def _encode(sample: int) -> int:
    """One u-law byte (ITU-T G.711)."""
    sign = 0x80 if sample < 0 else 0
    magnitude = min(abs(sample), 32635) + 132
    exponent = max(0, magnitude.bit_length() - 8)
    return ~(sign | exponent << 4 | magnitude >> (exponent + 3) & 0x0F) & 0xFF


def _decode(byte: int) -> int:
    byte = ~byte & 0xFF
    magnitude = (((byte & 0x0F) << 3) + 132 << (byte >> 4 & 7)) - 132
    return -magnitude if byte & 0x80 else magnitude


_DECODED = [_decode(byte) for byte in range(256)]


def to_ulaw(samples: Sequence[int]) -> bytes:
    return bytes(_encode(sample) for sample in samples)


def from_ulaw(data: bytes) -> list[int]:
    return [_DECODED[byte] for byte in data]


def write_ulaw(path: Path, samples: Sequence[int]) -> None:
    """A file without a header, as SIPp's `rtp_stream` wants it."""
    path.write_bytes(to_ulaw(samples))
