"""`outdial pbx config` and `outdial pbx check`, as a person types them, on a real Asterisk."""

import re
import socket
import stat
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.pbx.bed.servers import Bed, install
from tests.workers.launch.test_cli import outdial, refused

NET = "127.78.0"


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What `outdial pbx config` wrote."""
    folder = tmp_path_factory.mktemp("config") / "made"
    done = outdial("pbx", "config", "--to", str(folder), "--permit", "127.0.0.0/255.0.0.0")
    assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture(scope="module")
def secret(files: Path) -> str:
    found = re.search(r"^secret = (\S+)$", (files / "outdial/manager.conf").read_text(), re.M)
    assert found is not None
    return found[1]


@pytest.fixture(scope="module")
def installed(files: Path) -> Iterator[Bed]:
    """An Asterisk that reads those files as they are."""
    with tempfile.TemporaryDirectory(prefix="pbx-", ignore_cleanup_errors=True) as folder:
        bed = Bed(install(), Path(folder), net=NET, files=files)
        bed.start()
        yield bed
        bed.stop()


def check(
    secret: str, folder: Path, *, trunk: str = "carrier"
) -> "subprocess.CompletedProcess[str]":
    pbx = f"asterisk://outdial:{secret}@{NET}.1:5038?trunk={trunk}"
    return outdial("pbx", "check", "--pbx", pbx, environment={"OUTDIAL_FILES_DIR": str(folder)})


def complaints(done: "subprocess.CompletedProcess[str]") -> list[str]:
    assert "Traceback" not in done.stderr, done.stderr
    return [line for line in done.stdout.splitlines() if line.startswith("FAIL")]


def test_each_configuration_has_a_secret_of_its_own_that_others_cannot_read(
    files: Path, secret: str, tmp_path: Path
) -> None:
    again = outdial("pbx", "config", "--to", str(tmp_path / "again"))

    assert again.returncode == 0
    assert secret not in (tmp_path / "again/outdial/manager.conf").read_text()
    assert secret not in again.stdout
    assert len(secret) >= 32
    assert (files / "sounds/ringing.wav").stat().st_size > 0
    mode = (files / "outdial/manager.conf").stat().st_mode
    assert not mode & (stat.S_IROTH | stat.S_IWOTH)


def test_an_asterisk_with_the_generated_files_has_all_that_is_needed(
    installed: Bed, secret: str, tmp_path: Path
) -> None:
    done = check(secret, tmp_path)

    assert complaints(done) == [] or installed.version < 20
    assert done.returncode == 0 or installed.version < 20
    assert "The dialplan has all contexts." in done.stdout
    assert "Recordings reach the gateway." in done.stdout
    log = (installed.run / "log/outdial.log").read_text()
    assert not re.search(r"^.*(WARNING|ERROR).*outdial.*$", log, re.M), log


def test_a_wrong_password_is_said_in_words(installed: Bed, secret: str, tmp_path: Path) -> None:
    done = check("not-the-secret", tmp_path)

    (complaint,) = complaints(done)
    assert done.returncode == 1
    assert "manager.conf" in complaint
    assert "not-the-secret" not in done.stdout + done.stderr


@pytest.mark.parametrize(
    ("breaking", "mending", "named"),
    [
        ("module unload app_amd.so", "module load app_amd.so", "Module app_amd is not loaded"),
        ("dialplan remove context outdial-hold", "dialplan reload", "lacks outdial-hold"),
    ],
    ids=["module", "dialplan"],
)
def test_what_is_missing_is_named_with_the_remedy(
    installed: Bed, secret: str, tmp_path: Path, breaking: str, mending: str, named: str
) -> None:
    installed.cli(breaking)
    try:
        done = check(secret, tmp_path)
    finally:
        installed.cli(mending)

    assert done.returncode == 1
    assert any(named in complaint for complaint in complaints(done)), done.stdout


def test_a_trunk_that_is_no_endpoint_is_named(installed: Bed, secret: str, tmp_path: Path) -> None:
    done = check(secret, tmp_path, trunk="nowhere")

    assert done.returncode == 1
    assert any("Trunk nowhere" in complaint for complaint in complaints(done))


def test_where_nothing_listens_that_is_said(tmp_path: Path) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]

    done = outdial("pbx", "check", "--pbx", f"asterisk://outdial:whatever@127.0.0.1:{port}")

    (complaint,) = complaints(done)
    assert done.returncode == 1
    assert f"127.0.0.1:{port}" in complaint
    assert "whatever" not in done.stdout + done.stderr


def test_a_simulated_carrier_cannot_be_checked() -> None:
    assert "OUTDIAL_PBX" in refused(outdial("pbx", "check", "--pbx", "simulated"))
