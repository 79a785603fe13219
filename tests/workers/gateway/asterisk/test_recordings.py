"""Files that Asterisk left, whole or not."""

import resource
import wave
from pathlib import Path
from uuid import uuid4

import pytest

from workers.gateway.asterisk.recordings import complete, folder_of, mend, seconds_of


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


def test_a_recording_is_mended_on_a_disk_that_takes_no_more(tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    write_wav(path, 1.0)
    data = path.read_bytes()
    path.write_bytes(data[:4] + bytes(4) + data[8:40] + bytes(4) + data[44:])
    _, most = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, most))
    try:
        mend(path)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))

    assert path.read_bytes() == data


def test_the_folder_of_an_account_is_the_groups_and_stays_as_an_operator_set_it(
    tmp_path: Path,
) -> None:
    account = uuid4()

    made = folder_of(tmp_path / "calls", account)
    mode = made.stat().st_mode
    made.chmod(0o750)  # as somebody may have who owns it
    again = folder_of(tmp_path / "calls", account)

    assert mode & 0o7777 == 0o2770
    assert again == made
    assert made.stat().st_mode & 0o7777 == 0o750


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
