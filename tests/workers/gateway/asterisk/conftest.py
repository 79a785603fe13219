"""A fake AMI server, and settings that reach it."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.workers.gateway.asterisk.fake_ami import FakeAmi
from workers.gateway.asterisk.settings import AsteriskSettings, Trunk


@pytest.fixture
async def ami() -> AsyncIterator[FakeAmi]:
    server = FakeAmi()
    await server.start()
    yield server
    await server.stop()


@pytest.fixture
def settings(ami: FakeAmi, tmp_path: Path) -> AsteriskSettings:
    return AsteriskSettings(
        node="fake",
        username="outdial",
        secret="s3cret",
        recordings=tmp_path,
        port=ami.port,
        trunks=(Trunk("carrier"),),
        request_timeout_s=5.0,
        ping_s=2.0,
        reconnect_s=0.05,
    )
