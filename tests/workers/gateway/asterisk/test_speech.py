import asyncio
import io
import shlex
import sys
import wave
from pathlib import Path

import numpy as np
import pytest

from domain.telephony.port import Say
from workers.gateway.asterisk.speech import Speech, SpeechFailed, at_telephone_rate

# Writes a tone of 1,000 Hz at 22,050 Hz, as long as the text has words, and notes that it ran.
ENGINE = """
import io, math, struct, sys, wave
language, notes = sys.argv[1:]
text = sys.stdin.read()
open(notes, "a").write(language + "\\n")
out = wave.open(sys.stdout.buffer, "wb")
out.setparams((1, 2, 22050, 0, "NONE", ""))
count = 22050 * len(text.split()) // 4
tone = [round(9000 * math.sin(2 * math.pi * 1000 * n / 22050)) for n in range(count)]
memory = struct.pack(f"<{count}h", *tone)
out.setnframes(count)
out.writeframesraw(memory)
"""


def _command(notes: Path, code: str = ENGINE) -> str:
    words = [sys.executable, "-c", code, "{language}", str(notes)]
    return " ".join(w if w == "{language}" else shlex.quote(w) for w in words)


def _strength(content: bytes, hz: float) -> float:
    with wave.open(io.BytesIO(content)) as file:
        assert file.getparams()[:3] == (1, 2, 8000)
        samples = np.frombuffer(file.readframes(file.getnframes()), "<i2").astype(float)
    turns = np.exp(-2j * np.pi * hz * np.arange(len(samples)) / 8000)
    return float(2 * abs((samples * turns).mean()))


async def test_a_text_becomes_a_telephone_sound_once(tmp_path: Path) -> None:
    notes = tmp_path / "notes"
    speech = Speech(_command(notes), tmp_path, Path("/there"))
    say = Say(text="two words", language="de")

    name, same = await asyncio.gather(speech(say), speech(say))
    again = await speech(say)
    other = await speech(Say(text="two words", language="fi"))

    assert name == same == again != other
    assert name.startswith("/there/speech/")
    file = tmp_path / "speech" / f"{Path(name).name}.wav"
    with wave.open(str(file)) as sound:
        assert sound.getnframes() == pytest.approx(4000, abs=2)
    assert _strength(file.read_bytes(), 1000) == pytest.approx(9000, rel=0.05)
    assert notes.read_text().split() == ["de", "fi"]


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("import sys; sys.exit(3)", "ended with 3"),
        ("print('no sound')", "wrote no WAV"),
    ],
)
async def test_an_engine_that_fails_is_said_to_and_leaves_nothing(
    tmp_path: Path, code: str, reason: str
) -> None:
    speech = Speech(_command(tmp_path / "notes", code), tmp_path, None)

    with pytest.raises(SpeechFailed, match=reason) as failed:
        await speech(Say(text="Ada Lovelace"))

    assert "Ada" not in str(failed.value)
    assert not (tmp_path / "speech").exists()


async def test_an_engine_that_is_not_there_is_said_to_be_missing(tmp_path: Path) -> None:
    with pytest.raises(SpeechFailed, match="could not be started"):
        await Speech("/no/such/program", tmp_path, None)(Say(text="hello"))


@pytest.mark.parametrize("text", ["", " \n", "x" * 2_001])
async def test_a_text_without_words_or_end_is_not_spoken(tmp_path: Path, text: str) -> None:
    notes = tmp_path / "notes"

    with pytest.raises(SpeechFailed, match="2000 characters"):
        await Speech(_command(notes), tmp_path, None)(Say(text=text))

    assert not notes.exists()


@pytest.mark.parametrize("hz", [5000.0, 9000.0])
def test_what_a_telephone_cannot_carry_is_not_heard_as_something_else(hz: float) -> None:
    memory = io.BytesIO()
    samples = 9000 * np.sin(2 * np.pi * hz * np.arange(44100) / 44100)
    with wave.open(memory, "wb") as out:
        out.setparams((1, 2, 44100, 0, "NONE", ""))
        out.writeframes(samples.astype("<i2").tobytes())

    converted = at_telephone_rate(memory.getvalue())

    folded = abs(hz - 8000 * round(hz / 8000))
    assert _strength(converted, folded) < 300
