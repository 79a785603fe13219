"""A real Asterisk for the tests of this folder. They fail when there is none; they never skip."""

import asyncio
import os
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from uuid import UUID

import pytest

from domain.adapters.system_clock import SystemClock
from tests.e2e.callcentre import CallCentre
from tests.pbx.bed.phone import Phones
from tests.pbx.bed.servers import Bed, install
from tests.pbx.stage import OUR_NUMBER, PbxStage
from tests.pbx.system import outdial_on
from tests.telephony.stage import ACCOUNT
from workers.gateway.asterisk.settings import Trunk
from workers.gateway.asterisk.switch import AsteriskSwitch


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    # Called with the items of the whole run, not of this folder alone.
    for item in items:
        if item.path.is_relative_to(Path(__file__).parent):
            item.add_marker(pytest.mark.pbx)


@pytest.fixture(scope="session")
def bed() -> Iterator[Bed]:
    root = install()
    with tempfile.TemporaryDirectory(prefix="pbx-", ignore_cleanup_errors=True) as folder:
        made = Bed(root, Path(folder), net=os.environ.get("OUTDIAL_BED_NET", "127.77.0"))
        made.start()
        yield made
        made.stop()


@pytest.fixture(scope="session")
async def phones(bed: Bed) -> AsyncIterator[Phones]:
    made = Phones(f"{bed.net}.6")
    await made.open()
    yield made
    await made.close()


@pytest.fixture(scope="session")
async def handsets(bed: Bed) -> AsyncIterator[Phones]:
    """The phones of agents, `seat-1` and so on."""
    made = Phones(f"{bed.net}.7")
    await made.open()
    yield made
    await made.close()


def account_of(number: str) -> UUID | None:
    return ACCOUNT if number == OUR_NUMBER else None


@pytest.fixture
async def stage(bed: Bed, phones: Phones) -> AsyncIterator[PbxStage]:
    """A switch on the PBX, which is empty before and after."""
    switch = AsteriskSwitch(
        bed.settings(trunks=(Trunk("wire"),)), clock=SystemClock(), account_of=account_of
    )
    made = PbxStage(switch, bed, phones)
    await switch.start(made.hear)
    yield made
    await switch.stop()
    bed.cli("channel request hangup all")
    for _ in range(100):
        if bed.cli("core show channels count").startswith("0 active channels"):
            break
        await asyncio.sleep(0.05)
    phones.forget()


@pytest.fixture
async def centre(
    bed: Bed, phones: Phones, handsets: Phones, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[CallCentre]:
    """A call centre on the PBX, with processes of its own."""
    async with outdial_on(bed, tmp_path_factory.mktemp("e")) as made:
        yield made
    bed.cli("channel request hangup all")
    for each in (phones, handsets):
        each.forget()
        each.manners.clear()
