"""How long a customer who picked up hears nobody: the whole product, judged at the telephones."""

import sys
import time
from collections.abc import Callable
from datetime import datetime

import pytest

from tests.e2e.callcentre import CallCentre
from tests.pbx.bed import sound
from tests.pbx.bed.phone import Manner, Phones
from tests.pbx.ears import AGENT_HZ, CUSTOMER_HZ
from tests.pbx.stage import HELLO
from tests.pbx.system import AGENTS, agents_of, at_work, calls_at, dialing, leave

SEATS = 4
CUSTOMERS = [f"+12125550{n}" for n in range(200, 220)]
BROKEN_S = 2.0  # the goal is 0.3; a machine that does other things besides needs more
TIMELINE = "query ($id: UUID!) { callTimeline(id: $id) { at kind } }"


@pytest.mark.feature("CAM-11")
@pytest.mark.parametrize("analysis", [False, True])
async def test_a_customer_who_picked_up_meets_an_agent_at_once(
    centre: CallCentre,
    phones: Phones,
    handsets: Phones,
    record_property: Callable[[str, object], None],
    capsys: pytest.CaptureFixture[str],
    analysis: bool,
) -> None:
    codes = await agents_of(centre, SEATS, phone="seat")
    for n in range(1, SEATS + 1):
        handsets.manners[f"seat-{n}"] = Manner(hums=AGENT_HZ)
    # Who is analysed says one word and waits; the others speak from the answer on.
    says = HELLO if analysis else sound.tone(CUSTOMER_HZ, 3)
    manner = Manner(ring_s=0.3, says=says, stays_s=4.0 if analysis else 2.0)
    campaign = await dialing(centre, phones, CUSTOMERS, manner, analysis=analysis)
    desks = [await at_work(centre, code) for code in codes]
    clocks = time.time() - time.monotonic()

    await centre.start(campaign)
    targets = await centre.until_closed(campaign, seconds=180)

    assert {target["closedReason"] for target in targets} == {"CONNECTED"}
    seats = {
        agent["id"]: handsets.calls_of(f"seat-{codes.index(agent['code']) + 1}")[0]
        for agent in (await centre.admin.ask(AGENTS))["nodes"]
    }
    took_s = []
    for attempt in await centre.attempts(campaign):
        told = await centre.admin.ask(TIMELINE, id=attempt["id"])
        (at,) = [e["at"] for e in told if e["kind"] == ("analysed" if analysis else "answered")]
        known = datetime.fromisoformat(at).timestamp() - clocks
        (customer,) = calls_at(phones, attempt["number"])
        met = [customer.first_heard(AGENT_HZ)]
        if not analysis:
            met.append(seats[attempt["agentId"]].first_heard(CUSTOMER_HZ, known))
        assert None not in met, (attempt, met)
        took_s.append(max(heard for heard in met if heard is not None) - known)
    for desk in desks:
        await desk.until_state("AVAILABLE")
        await leave(desk)

    ordered = sorted(took_s)
    assert len(ordered) == len(CUSTOMERS)
    p50, p95 = ordered[len(ordered) // 2], ordered[int(len(ordered) * 0.95)]
    record_property("connect_p50_ms", round(p50 * 1000))
    record_property("connect_p95_ms", round(p95 * 1000))
    with capsys.disabled():
        sys.stdout.write(
            f"\n{len(ordered)} customers, {'analysed' if analysis else 'answered'} to the agent's "
            f"voice: p50 {p50 * 1000:.0f} ms, p95 {p95 * 1000:.0f} ms\n"
        )
    assert p95 < BROKEN_S
