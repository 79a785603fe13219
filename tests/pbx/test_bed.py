"""`make pbx`: the bed comes up without a privilege, and leaves nothing behind."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.system import ROOT
from tests.pbx.bed.phone import Phones
from tests.pbx.bed.servers import Bed
from tests.pbx.ears import eventually
from workers.gateway.asterisk.session import AmiSession

NET = "127.81.0"
# Nobody's id would not do: it may read neither a checkout nor an Asterisk in a home of root.
WITHOUT_PRIVILEGES = (
    *("setpriv", "--inh-caps=-all", "--ambient-caps=-all", "--bounding-set=-all"),
    "--no-new-privs",
)


@pytest.fixture
def bed_of_make(tmp_path: Path) -> Iterator[tuple[subprocess.Popen[bytes], Path]]:
    """The process, and what it printed."""
    said, folder = tmp_path / "said", tmp_path / "b"
    unprivileged = WITHOUT_PRIVILEGES if os.geteuid() == 0 else ()
    with said.open("wb") as out:
        running = subprocess.Popen(
            [*unprivileged, sys.executable, "-m", "tests.pbx.bed", str(folder)],
            env=os.environ | {"PYTHONPATH": str(ROOT), "OUTDIAL_BED_NET": NET},
            stdout=out,
            stderr=out,
        )
    yield running, said
    if running.poll() is None:
        running.terminate()
        running.wait(30)
    print(said.read_text()[-6000:])  # noqa: T201  # shown by pytest when the test fails


async def test_make_pbx_comes_up_without_privileges_takes_calls_and_stops(
    bed_of_make: tuple[subprocess.Popen[bytes], Path],
) -> None:
    running, said = bed_of_make
    await eventually(lambda: "OUTDIAL_PBX=" in said.read_text(), seconds=90)
    assert f"OUTDIAL_PBX=asterisk://outdial:only-on-loopback@{NET}.1:5038?" in said.read_text()
    assert f"Asterisk takes calls at {NET}.1:5060" in said.read_text()
    assert _capabilities(running.pid) == 0
    started = _children(running.pid)
    assert len(started) >= 3  # Asterisk and both SIPps
    assert {_capabilities(child) for child in started} == {0}

    phone = Phones(f"{NET}.20", 5066)
    await phone.open()
    assert await phone.register((f"{NET}.1", 5060), "desk-1", "desk-1-on-loopback") == 200
    await phone.close()

    running.send_signal(signal.SIGINT)  # Ctrl-C
    await eventually(lambda: running.poll() is not None, seconds=30)

    assert running.returncode == 0
    assert not any(map(_is_there, started))
    with socket.socket() as probe:
        assert probe.connect_ex((f"{NET}.1", 5038)) != 0


def _children(pid: int) -> list[int]:
    return [int(n) for n in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def _is_there(pid: int) -> bool:
    return Path(f"/proc/{pid}").exists()


def _capabilities(pid: int) -> int:
    """What a process may do beyond its own files: 0 for nothing."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    (effective,) = [line.split()[1] for line in lines if line.startswith("CapEff:")]
    return int(effective, 16)


async def test_telephones_whose_asterisk_died_fall_silent(bed: Bed) -> None:
    """They would take the sound of whoever gets their port of the next Asterisk."""
    port = await _where_a_telephone_hums(bed)

    bed.kill_asterisk()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as ear:
        ear.bind((f"{bed.net}.1", port))
        ear.settimeout(1.0)
        heard = 0
        with contextlib.suppress(TimeoutError):
            while heard < 50 and ear.recv(2000):
                heard += 1
    bed.start_asterisk()

    assert heard < 50  # a second of it, and no end


async def _where_a_telephone_hums(bed: Bed) -> int:
    """The port of Asterisk's at which one of SIPp's agents is heard."""

    async def nothing() -> None:
        return None

    session = AmiSession(
        bed.settings(), on_event=lambda event: None, on_up=nothing, on_down=lambda: None
    )
    await session.start()
    call = {"Channel": "PJSIP/agent-1", "Application": "Wait", "Data": "60", "Async": "true"}
    await session.request({"Action": "Originate", "ChannelId": "hums", **call})
    await eventually(lambda: "Up" in bed.cli("core show channels concise").split("!"))
    asked = {"Action": "Getvar", "Channel": "hums", "Variable": "CHANNEL(rtp,src)"}
    told = (await session.request(asked)).headers["Value"]
    await session.stop()
    return int(told.rpartition(":")[2])
