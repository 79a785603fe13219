"""A real Asterisk for the tests of this folder. They fail when there is none; they never skip."""

import asyncio
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from uuid import UUID

import pytest

from domain.adapters.system_clock import SystemClock
from tests.e2e.callcentre import CallCentre
from tests.e2e.system import System
from tests.pbx.bed.phone import Phones
from tests.pbx.bed.servers import Bed, install
from tests.pbx.stage import OUR_NUMBER, PbxStage
from tests.pbx.system import account_on, outdial_on
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
        made = Bed(root, Path(folder))
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
    await empty(bed)
    phones.forget()


# No module uses it together with `stage`: the two gateways would both answer what comes in.
@pytest.fixture(scope="module")
def outdial(bed: Bed, tmp_path_factory: pytest.TempPathFactory) -> Iterator[System]:
    """All of Outdial on the PBX; each test opens an account of its own."""
    with outdial_on(tmp_path_factory.mktemp("e"), f"{bed.url}&capacity=100") as system:
        yield system


@pytest.fixture
async def centre(
    outdial: System, bed: Bed, phones: Phones, handsets: Phones
) -> AsyncIterator[CallCentre]:
    """A call centre on the PBX, which is empty afterwards."""
    async with account_on(outdial) as made:
        yield made
        print(bed.rooms())  # noqa: T201  # shown by pytest when the test fails
    await empty(bed)
    for each in (phones, handsets):
        each.forget()
        each.manners.clear()


async def empty(bed: Bed) -> None:
    """End what is still up on the PBX, and wait until it is."""
    bed.cli("channel request hangup all")
    for _ in range(100):
        if bed.cli("core show channels count").startswith("0 active channels"):
            return
        await asyncio.sleep(0.05)
