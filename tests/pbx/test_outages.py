"""OPS-03 on the real PBX: a campaign over GraphQL outlives a lost link and a lost Asterisk."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest

from tests.e2e.callcentre import CallCentre
from tests.e2e.desk import GO_AVAILABLE, Desk
from tests.pbx.bed.phone import Manner, Phones
from tests.pbx.bed.servers import Bed
from tests.pbx.bed.wire import Wire
from tests.pbx.conftest import empty
from tests.pbx.ears import eventually
from tests.pbx.system import account_on, agents_of, outdial_on, trunk

AGENTS = 6
TARGETS = 42
BUSY = 7  # every seventh customer


@pytest.fixture
async def wire(bed: Bed) -> AsyncIterator[Wire]:
    made = Wire((f"{bed.net}.8", 5038), (f"{bed.net}.1", 5038))
    await made.open()
    yield made
    await made.cut()


@pytest.fixture
async def centre(
    bed: Bed, wire: Wire, phones: Phones, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[CallCentre]:
    """A call centre whose gateway reaches Asterisk through the wire."""
    host, port = wire.near
    pbx = bed.url_at(f"{host}:{port}")
    with outdial_on(tmp_path_factory.mktemp("o"), pbx) as system:
        async with account_on(system) as made:
            yield made
    await empty(bed)
    phones.forget()
    phones.manners.clear()


async def the_link_is_cut(bed: Bed, wire: Wire) -> None:
    await wire.cut()
    await asyncio.sleep(3.0)
    await wire.open()


async def the_link_goes_dead(bed: Bed, wire: Wire) -> None:
    wire.go_dead()
    await asyncio.sleep(3.0)


async def asterisk_is_killed(bed: Bed, wire: Wire) -> None:
    bed.kill_asterisk()
    await asyncio.sleep(2.0)
    await asyncio.to_thread(bed.start_asterisk)


@pytest.mark.feature("OPS-03")
@pytest.mark.parametrize("outage", [the_link_is_cut, the_link_goes_dead, asterisk_is_killed])
async def test_a_campaign_goes_on_and_nobody_is_called_twice(
    outage: Callable[[Bed, Wire], Awaitable[None]],
    centre: CallCentre,
    bed: Bed,
    wire: Wire,
    phones: Phones,
) -> None:
    numbers = [f"+121255501{n}" for n in range(10, 10 + TARGETS)]
    for n, number in enumerate(numbers):
        manner = Manner(status=486) if n % BUSY == 0 else Manner(ring_s=0.5, stays_s=2.5)
        phones.manners[number.removeprefix("+")] = manner
    await trunk(centre, "wire", callsPerSecond=20)
    codes = await agents_of(centre, AGENTS)
    campaign = await centre.campaign("PROGRESSIVE", wrapUpSeconds=0, analysis=False)
    await centre.add(campaign, numbers)
    desks = [await centre.desk(code) for code in codes]
    for desk in desks:
        desk.listen()
        await desk.until_state("BREAK")
        await desk.do(GO_AVAILABLE)
    for desk in desks:
        await desk.until_state("AVAILABLE")
    await centre.start(campaign)
    await eventually(lambda: _dialed(phones) >= TARGETS // 4, seconds=60)
    await _one_talks(desks)
    before = _dialed(phones)

    await outage(bed, wire)

    targets = await centre.until_closed(campaign, seconds=150)
    attempts = await centre.attempts(campaign)
    for desk in desks:
        await desk.cut_off()

    assert _dialed(phones) > before  # it went on
    rang = Counter(call.user for call in phones.calls.values() if not call.placed)
    assert max(rang.values()) == 1
    assert {attempt["state"] for attempt in attempts} == {"ENDED"}
    assert all(attempt["disposition"] for attempt in attempts)
    tried = Counter(a["number"] for a in attempts if a["disposition"] != "NOT_PLACED")
    assert tried == dict.fromkeys(numbers, 1)
    assert {target["attempts"] for target in targets} == {1}
    # Whoever was reached is told so; whoever was told of was reached, or the PBX was away.
    answered = {f"+{call.user}" for call in phones.calls.values() if call.up.is_set()}
    connected = {a["number"] for a in attempts if a["disposition"] == "CONNECTED"}
    assert connected <= answered
    calls = await centre.calls(campaign)
    assert all(call["endedAt"] and call["endedBy"] for call in calls)


def _dialed(phones: Phones) -> int:
    return sum(1 for call in phones.calls.values() if not call.placed)


async def _one_talks(desks: list[Desk]) -> None:
    await eventually(lambda: any(desk.state == "TALKING" for desk in desks), seconds=20)
