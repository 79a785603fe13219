"""How full the switches are, and which of them takes the next legs.

An agent's phone is called at the emptiest one, and customers are called where their agents are:
who is on one switch can't be joined with who is on another.
"""

from collections import Counter
from collections.abc import Iterable

from domain.agents.errors import NoLineFree
from domain.calls.rules import AttemptState
from domain.floor.context import FloorContext
from domain.floor.state import ON_THE_JOB, Run, Seat

# A switch that refused a call is asked for no customer's so long: until its heartbeat, a second or
# two old, tells that it is full. Else its agents' contacts would be tried five times a second.
REFUSED_S = 2.0

MET_NOBODY = (
    AttemptState.COMMITTED,
    AttemptState.PLACED,
    AttemptState.RINGING,
    AttemptState.ANSWERED,
    AttemptState.WAITING,
)


def room_left(context: FloorContext) -> dict[str, int]:
    """How many more legs each living switch takes; one that is full is not in the result.

    Nor is one that refused a call a moment ago.
    """
    return {name: legs for name, legs in _told(context).items() if not refuses(context, name)}


def refuses(context: FloorContext, name: str) -> bool:
    """Whether a switch refused a call a moment ago."""
    refused = context.refused.get(name)
    return refused is not None and context.clock.monotonic() - refused < REFUSED_S


def refuse_if_full(context: FloorContext, name: str) -> None:
    """Raise NoLineFree if a switch is away, or has no room for another leg in a call there."""
    if name not in room_left(context):
        raise NoLineFree("the switch that holds the call is away or full")


def _told(context: FloorContext) -> dict[str, int]:
    """How many more legs each switch takes by its heartbeat; one that is full is not in the result.

    A heartbeat is a second or two old, so this floor's own legs count as soon as it decides them.
    """
    own = Counter(line.node for line in context.state.lines.values())
    own.update(seat.node for seat in context.state.seats.values() if seat.node and seat.leg)
    left = {
        node.node: node.capacity - max(node.legs, own[node.node])
        for node in context.nodes.values()
        if node.up
    }
    return {name: legs for name, legs in left.items() if legs > 0}


def node_for_phone(context: FloorContext, seat: Seat) -> str | None:
    """Where an agent is called: where a customer waits for such an agent, else at the emptiest.

    The emptiest is the one with the most room for its size. One that refused a call is the last
    choice: phones wait between their calls anyway. None: no switch has any room.
    """
    left = _told(context)
    waited_at = {line.node for line in context.state.waiting if seat.serves(line.campaign_id)}
    return min(
        left,
        key=lambda name: (
            refuses(context, name),
            name not in waited_at,
            -left[name] / context.nodes[name].capacity,
        ),
        default=None,
    )


def spread(context: FloorContext, run: Run, free: Iterable[Seat], count: int) -> Counter[str]:
    """At which switches so many calls of a run leave; fewer, when there is no room for all.

    One goes where most free agents have no call coming yet. When each has one, it goes where the
    fewest lines are for each agent at work. Where no agent takes the calls, or none is at work, it
    goes to the emptiest switch.
    """
    left, chosen = room_left(context), Counter[str]()
    idle = Counter(seat.node for seat in free if seat.node is not None)
    at_work = Counter(
        seat.node
        for seat in context.state.crew(run.campaign_id)
        if seat.leg_up and seat.node is not None and seat.state in ON_THE_JOB
    )
    lines = [line for line in run.lines.values() if not line.handed_over]
    all_lines = Counter(line.node for line in lines)
    coming = Counter(line.node for line in lines if line.state in MET_NOBODY)
    for _ in range(count):
        open_to = [name for name in left if at_work[name]]
        if not at_work and run.settings.on_ports:
            open_to = list(left)
        if not open_to:
            break
        name = min(
            open_to,
            key=lambda name: (
                -max(0, idle[name] - coming[name]),
                all_lines[name] / at_work[name] if at_work else 0.0,
                -left[name] / context.nodes[name].capacity,
            ),
        )
        for counted in (chosen, all_lines, coming):
            counted[name] += 1
        left[name] -= 1
        if not left[name]:
            del left[name]
    return chosen


def out_of_reach(context: FloorContext, run: Run) -> Counter[str]:
    """How many customers of a run wait at each switch where none of its agents is at work."""
    reached = {
        seat.node
        for seat in context.state.crew(run.campaign_id)
        if seat.leg_up and seat.state in ON_THE_JOB
    }
    return Counter(
        line.node
        for line in context.state.waiting
        if line.campaign_id == run.campaign_id and line.node not in reached
    )
