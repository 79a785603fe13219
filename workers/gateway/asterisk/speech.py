"""Text to speech: any program that reads a text and writes a WAV, kept by the text's hash."""

import asyncio
import hashlib
import io
import shlex
import wave
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from domain.telephony.port import Say

RATE = 8000  # what Asterisk plays of a .wav
MOST_CHARACTERS = 2_000
LIMIT_S = 20.0
FILTER_TAPS = 63


class SpeechFailed(Exception):
    """A text was not spoken. The message says why and never holds the text."""


class Speech:
    """Speaks with a program of the operator's, whose command line may hold `{language}`.

    The sounds lie below the folder of recordings, which the gateway and Asterisk share. They are
    kept: the same text in the same language is made once.
    """

    def __init__(self, command: str, recordings: Path, recordings_there: Path | None) -> None:
        self._command = command
        self._folder = recordings / "speech"
        self._there = (recordings_there or recordings) / "speech"
        self._making: dict[str, asyncio.Task[None]] = {}

    async def __call__(self, say: Say) -> str:
        """Asterisk's name of the sound of a text. Raises SpeechFailed."""
        key = hashlib.sha256(f"{self._command}\0{say.language}\0{say.text}".encode()).hexdigest()
        file = self._folder / f"{key}.wav"
        if not file.exists():
            # Two calls that need one sentence wait for one program.
            making = self._making.get(key)
            if making is None:
                making = self._making[key] = asyncio.create_task(self._make(say, file))
                making.add_done_callback(lambda task: self._making.pop(key, None))
            await asyncio.shield(making)
        return str(self._there / key)

    async def _make(self, say: Say, file: Path) -> None:
        if not say.text.strip() or len(say.text) > MOST_CHARACTERS:
            raise SpeechFailed(f"a text has 1 to {MOST_CHARACTERS} characters")
        words = [w.replace("{language}", say.language) for w in shlex.split(self._command)]
        spoken = at_telephone_rate(await _run(words, say.text))
        self._folder.mkdir(parents=True, exist_ok=True)
        unfinished = file.with_suffix(".making")
        unfinished.write_bytes(spoken)
        unfinished.rename(file)


async def _run(words: list[str], text: str) -> bytes:
    try:
        program = await asyncio.create_subprocess_exec(
            *words,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,  # it may repeat the text
        )
    except OSError as exc:
        raise SpeechFailed(f"its program could not be started ({type(exc).__name__})") from exc
    try:
        async with asyncio.timeout(LIMIT_S):
            written, _ = await program.communicate(text.encode())
    except TimeoutError:
        program.kill()
        await program.wait()
        raise SpeechFailed(f"its program took longer than {LIMIT_S:.0f} s") from None
    if program.returncode != 0:
        raise SpeechFailed(f"its program ended with {program.returncode}")
    return written


def at_telephone_rate(content: bytes) -> bytes:
    """A WAV of 16 bits, any rate and any channels, as one channel of 8 kHz. Raises SpeechFailed."""
    try:
        # A program that writes to a pipe can't know the length and claims the greatest there is.
        with wave.open(io.BytesIO(content)) as file:
            rate, channels, width = file.getframerate(), file.getnchannels(), file.getsampwidth()
            frames = file.readframes(file.getnframes())
    except (wave.Error, EOFError) as exc:
        raise SpeechFailed("its program wrote no WAV") from exc
    whole = len(frames) // (2 * channels) * channels
    if width != 2 or not whole:
        raise SpeechFailed("its program wrote no sound of 16 bits")
    samples = np.frombuffer(frames, "<i2", count=whole).reshape(-1, channels).mean(axis=1)
    resampled = _resampled(samples, rate)
    memory = io.BytesIO()
    with wave.open(memory, "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(RATE)
        out.writeframes(np.clip(np.rint(resampled), -32768, 32767).astype("<i2").tobytes())
    return memory.getvalue()


def _resampled(samples: NDArray[np.float64], rate: int) -> NDArray[np.float64]:
    if rate > RATE:
        # What lies above half of the new rate would be heard as something else.
        n = np.arange(FILTER_TAPS) - FILTER_TAPS // 2
        low_pass = np.sinc(n * RATE / rate) * np.hamming(FILTER_TAPS)
        samples = np.convolve(samples, low_pass / low_pass.sum(), mode="same")
    at = np.arange(0, len(samples), rate / RATE)
    return np.asarray(np.interp(at, np.arange(len(samples)), samples), dtype=np.float64)
