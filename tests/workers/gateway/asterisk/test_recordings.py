"""Files that Asterisk left, whole or not."""

import wave
from pathlib import Path

import pytest

from workers.gateway.asterisk.recordings import complete, mend, seconds_of


def write_wav(path: Path, seconds: float) -> None:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(b"\x01\x02" * int(seconds * 8000))


def test_a_closed_file_is_complete_and_stays_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    write_wav(path, 1.5)
    before = path.read_bytes()

    mend(path)

    assert complete(path)
    assert path.read_bytes() == before
    assert seconds_of(path) == 1.5


def test_a_file_without_lengths_is_mended_with_its_sound(tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    write_wav(path, 1.0)
    data = path.read_bytes()
    # What stands on the disk while Asterisk still writes: no lengths, and half a sample at the end.
    path.write_bytes(data[:4] + bytes(4) + data[8:40] + bytes(4) + data[44:] + b"\x01")
    assert not complete(path)

    mend(path)

    assert complete(path)
    assert seconds_of(path) == 1.0
    assert path.read_bytes()[44:46] == b"\x01\x02"


@pytest.mark.parametrize("data", [b"", b"RIFF"])
def test_a_file_that_never_got_far_becomes_a_valid_one_without_sound(
    tmp_path: Path, data: bytes
) -> None:
    path = tmp_path / "a.wav"
    path.write_bytes(data)

    mend(path)

    with wave.open(str(path)) as file:
        assert file.getnframes() == 0


def test_no_file_is_not_complete_and_not_made(tmp_path: Path) -> None:
    path = tmp_path / "a.wav"

    mend(path)

    assert not complete(path)
    assert not path.exists()
    assert seconds_of(path) == 0
