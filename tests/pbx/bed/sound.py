"""Sound as the bed makes and judges it: 8,000 samples a second, 16 bits, one channel.

It is made and judged while telephones speak in the same process, each every 20 ms: by numpy, since
what blocked the loop for long would be heard as gaps and bursts.
"""

import random
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

RATE = 8000
FRAME = 160  # samples in one RTP packet: 20 ms

Samples = Sequence[int] | NDArray[np.int16]


def tone(hz: float, seconds: float, level: int = 6000) -> list[int]:
    """A sine."""
    at = np.arange(int(seconds * RATE))
    sine: list[int] = np.rint(level * np.sin(2 * np.pi * hz / RATE * at)).astype(int).tolist()
    return sine


def silence(seconds: float) -> list[int]:
    return [0] * int(seconds * RATE)


def speech(seconds: float, seed: int = 1) -> list[int]:
    """Noise with the loudness of somebody who talks without a pause. The same each time."""
    dice = random.Random(seed)
    return [dice.randint(-5000, 5000) for _ in range(int(seconds * RATE))]


def loudness(samples: Samples) -> float:
    """Root mean square: 0 is silence, 32767 full scale."""
    if not len(samples):
        return 0.0
    return float(np.sqrt(np.mean(np.square(np.asarray(samples, np.float64)))))


def strength(samples: Samples, hz: float) -> float:
    """The amplitude of one frequency in the samples, in sample units."""
    return loudest(samples, hz, max(1, len(samples)) / RATE)


def loudest(samples: Samples, hz: float, window_s: float = 0.1) -> float:
    """The greatest `strength` in any window; windows overlap by half."""
    size = min(round(window_s * RATE), len(samples))
    if not size:
        return 0.0
    windows = np.lib.stride_tricks.sliding_window_view(np.asarray(samples, np.float64), size)
    turning = np.exp(-2j * np.pi * hz / RATE * np.arange(size))
    return float(2 * np.abs(windows[:: max(1, size // 2)] @ turning).max() / size)


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


_ENCODED = np.array([_encode(sample) for sample in range(-32768, 32768)], np.uint8)
_DECODED = np.array([_decode(byte) for byte in range(256)], np.int16)


def to_ulaw(samples: Samples) -> bytes:
    return _ENCODED[np.asarray(samples, np.int32) + 32768].tobytes()


def from_ulaw(data: bytes) -> NDArray[np.int16]:
    return _DECODED[np.frombuffer(data, np.uint8)]


@lru_cache
def hum(hz: int) -> tuple[bytes, ...]:
    """One second of a tone as u-law, in packets; the second after it goes on where it ends."""
    data = to_ulaw(tone(hz, 1.0))
    return tuple(data[at : at + FRAME] for at in range(0, len(data), FRAME))


def write_ulaw(path: Path, samples: Samples) -> None:
    """A file without a header, as SIPp's `rtp_stream` wants it."""
    path.write_bytes(to_ulaw(samples))
