"""Which state an agent may go to from which. Pure."""

import re
from enum import StrEnum

LONGEST_CODE = 16
ENDPOINT_WANTED = (
    "must be 1 to 64 letters, digits, dots, dashes or underscores, the first a letter or digit"
)


def names_an_endpoint(text: str) -> bool:
    """Whether a telephone at a switch may have this name."""
    return re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}", text) is not None


class AgentState(StrEnum):
    """What an agent is doing.

    offline: not signed in at a desk or phone. available: on the line, waiting for a call.
    reserved: kept for one contact (preview, or one customer being dialed for this agent).
    ringing: the agent's own phone rings. talking: with a customer. wrap_up: after a call.
    break: signed in, takes no calls.
    """

    OFFLINE = "offline"
    AVAILABLE = "available"
    RESERVED = "reserved"
    RINGING = "ringing"
    TALKING = "talking"
    WRAP_UP = "wrap_up"
    BREAK = "break"


# Who may follow whom. Every state may end in OFFLINE: a phone or a socket can always be lost.
_NEXT: dict[AgentState, frozenset[AgentState]] = {
    AgentState.OFFLINE: frozenset({AgentState.BREAK, AgentState.RINGING}),
    # To reserved: a call that the agent dials by hand.
    AgentState.BREAK: frozenset(
        {AgentState.AVAILABLE, AgentState.RESERVED, AgentState.RINGING, AgentState.OFFLINE}
    ),
    AgentState.RINGING: frozenset({AgentState.AVAILABLE, AgentState.BREAK, AgentState.OFFLINE}),
    AgentState.AVAILABLE: frozenset(
        {
            AgentState.RESERVED,
            AgentState.TALKING,
            AgentState.RINGING,
            AgentState.BREAK,
            AgentState.OFFLINE,
        }
    ),
    AgentState.RESERVED: frozenset(
        {
            AgentState.AVAILABLE,
            AgentState.TALKING,
            AgentState.RINGING,
            AgentState.BREAK,
            AgentState.OFFLINE,
        }
    ),
    AgentState.TALKING: frozenset({AgentState.WRAP_UP, AgentState.OFFLINE}),
    AgentState.WRAP_UP: frozenset(
        {AgentState.AVAILABLE, AgentState.RINGING, AgentState.BREAK, AgentState.OFFLINE}
    ),
}


def may_follow(current: AgentState, wanted: AgentState) -> bool:
    """Whether an agent may go from the one state to the other. Staying is allowed."""
    return wanted == current or wanted in _NEXT[current]
