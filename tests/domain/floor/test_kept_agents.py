"""Agents who are kept for a customer, and whose phone is not in their room when the customer is."""

from uuid import uuid4

import pytest

from domain.agents.rules import AgentState
from domain.calls.rules import AttemptState, Disposition
from domain.campaigns.rules import DialMode
from domain.telephony.events import EndedBy, LegArrived
from tests.domain.floor.paper import ACCOUNT, PaperFloor


def kept() -> PaperFloor:
    """One agent-first agent whose customer is being dialed, and who changes the phone just now."""
    paper = PaperFloor()
    paper.open(DialMode.AGENT_FIRST, targets=0)
    for seat in paper.agents[1:]:
        paper.floor.seats.take_break(seat, reason=None)
    paper.add_targets(1)
    paper.wait(1.0)
    seat = paper.agents[0]
    assert seat.state is AgentState.RESERVED
    called = LegArrived(
        account=ACCOUNT,
        at=paper.context.unix(),
        leg=uuid4(),
        number="*10",
        caller=seat.endpoint,
        trunk=seat.endpoint,
    )
    paper.floor.callers.arrived(called, "sim")
    assert not seat.leg_up
    return paper


@pytest.mark.feature("CAM-05")
@pytest.mark.parametrize("in_time", [True, False])
def test_an_agent_who_changes_the_phone_gets_the_customer_or_the_next_one(in_time: bool) -> None:
    paper = kept()
    seat = paper.agents[0]
    (customer,) = paper.customers("dialing")
    line = paper.state.lines[customer]

    paper.answers(customer)
    assert paper.state.waiting == [line]
    if not in_time:
        paper.gone(customer, EndedBy.FAR_END)
        assert line.disposition is Disposition.ABANDONED
    assert seat.leg is not None
    paper.answers(seat.leg)
    paper.settle()

    if in_time:
        assert (seat.state, seat.line) == (AgentState.TALKING, line)
        assert line.state is AttemptState.CONNECTED
    else:
        assert (seat.state, seat.line) == (AgentState.AVAILABLE, None)
