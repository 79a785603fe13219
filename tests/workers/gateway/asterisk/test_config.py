"""The files a person installs."""

import io
import re
import wave
from pathlib import Path

import pytest

from workers.gateway.asterisk import check, trial
from workers.gateway.asterisk.config import FILES, PbxFiles, render, sounds, write_config

DOCS = Path(__file__).parents[4] / "docs" / "asterisk"


@pytest.mark.parametrize("name", FILES)
def test_the_documented_files_are_those_that_are_written(name: str) -> None:
    repair = "run `outdial pbx config` and copy the files to docs/asterisk"
    assert (DOCS / name).read_text() == render(PbxFiles())[name], repair


def test_no_placeholder_is_left() -> None:
    assert not [text for text in render(PbxFiles()).values() if re.search(r"@[A-Z]+@", text)]


def test_what_the_check_looks_for_is_what_is_written() -> None:
    files = render(PbxFiles())

    contexts = re.findall(r"^\[([a-z-]+)\]", files["extensions.conf"], re.M)
    profiles = re.findall(r"^\[(outdial_[a-z]+)\]", files["confbridge.conf"], re.M)

    assert set(contexts) == set(check.CONTEXTS)
    assert set(profiles) - {"outdial_part"} == set(check.PROFILES)


def test_the_sounds_that_the_check_plays_are_those_that_are_written(tmp_path: Path) -> None:
    write_config(tmp_path, PbxFiles())

    written = {path.name for path in (tmp_path / "sounds").iterdir()}

    assert written == {f"{name}.wav" for name in trial.SOUNDS}
    assert "ringing.wav" in written


def test_files_are_written_with_the_choices_and_the_secret_is_kept(tmp_path: Path) -> None:
    secret = PbxFiles.new_secret()

    written = write_config(tmp_path, PbxFiles(username="gate", secret=secret, unclaimed_s=33))

    manager = tmp_path / "outdial/manager.conf"
    assert manager in written
    assert f"[gate]\nsecret = {secret}\n" in manager.read_text()
    assert manager.stat().st_mode & 0o007 == 0
    assert "TIMEOUT(absolute)=33" in (tmp_path / "outdial/extensions.conf").read_text()
    assert len(secret) >= 32
    assert secret != PbxFiles.new_secret()


@pytest.mark.parametrize("name", ["none", "zip", "beep", "busy", "congestion", "ringing"])
def test_each_sound_is_a_wav_at_the_telephones_rate(name: str) -> None:
    with wave.open(io.BytesIO(sounds()[name])) as file:
        assert (file.getframerate(), file.getnchannels(), file.getsampwidth()) == (8000, 1, 2)
        assert file.getnframes() > 0
