"""`make run PBX=local`: a person with a softphone registers and talks with a customer."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.e2e.callcentre import CallCentre
from tests.e2e.customer import PATIENCE_S, signed_in, until
from tests.e2e.system import ROOT, Credentials, free_port
from tests.pbx.bed import sound
from tests.pbx.bed.phone import Phones
from tests.pbx.ears import eventually
from tests.pbx.system import state_of

NET = "127.80.0"
ADMIN = Credentials("demo", "admin@demo.example", "demo-outdial")


@pytest.fixture
def demo(tmp_path: Path) -> Iterator[tuple[str, Path]]:
    """Its address and what it printed."""
    port, said = free_port(), tmp_path / "said"
    environment = {k: v for k, v in os.environ.items() if not k.startswith("OUTDIAL_")}
    environment |= {"PYTHONPATH": str(ROOT), "OUTDIAL_BED_NET": NET}
    command = [sys.executable, "-m", "tests.pbx.bed.demo", "--port", str(port)]
    with said.open("wb") as out:
        running = subprocess.Popen(
            [*command, "--data-dir", str(tmp_path / "data")],
            env=environment,
            stdout=out,
            stderr=out,
        )
    yield f"http://127.0.0.1:{port}", said
    running.send_signal(signal.SIGTERM)
    try:
        assert running.wait(40) == 0
    finally:
        running.kill()
        print(said.read_text()[-6000:])  # noqa: T201  # shown by pytest when the test fails


@pytest.mark.feature("AGT-01")
async def test_a_softphone_registers_with_what_is_printed_and_takes_a_call(
    demo: tuple[str, Path],
) -> None:
    url, said = demo
    await eventually(lambda: "codes 1001 to 1020" in said.read_text(), seconds=90)
    printed = said.read_text()
    assert f"Asterisk takes calls at {NET}.1:5060" in printed
    assert "desk-1, password desk-1-on-loopback" in printed
    softphone = Phones(f"{NET}.20", 5066)
    await softphone.open()

    assert await softphone.register((f"{NET}.1", 5060), "desk-1", "wrong") == 401
    assert await softphone.register((f"{NET}.1", 5060), "desk-1", "desk-1-on-loopback") == 200
    call = await softphone.call_to("desk-1", timeout_s=60)

    async with httpx.AsyncClient(timeout=PATIENCE_S) as http:
        centre = CallCentre(await signed_in(http, url, ADMIN), ADMIN)
        await until(state_of(centre, "1020", "TALKING"))
    since = time.monotonic()
    await eventually(lambda: sound.loudness(call.heard(since - 3)) > 50, seconds=20)
    await softphone.close()
