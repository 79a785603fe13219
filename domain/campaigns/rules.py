"""Modes, states and limits of a campaign. Pure."""

from enum import StrEnum

from domain.calls.rules import Disposition


class DialMode(StrEnum):
    """How a campaign places its calls."""

    AGENT_FIRST = "agent_first"  # the agent is on the line before the customer is called
    PREVIEW = "preview"  # the agent sees the contact and decides
    PROGRESSIVE = "progressive"  # a fixed number of lines per free agent
    PREDICTIVE = "predictive"  # lines vary to hold the abandon target
    IVR_PROGRESSIVE = "ivr_progressive"  # no agent: a fixed number of lines per free port
    IVR_PREDICTIVE = "ivr_predictive"  # no agent: lines vary, ports stand for agents


# Modes in which a port of ours, and no agent, takes whoever answers.
ON_PORTS = frozenset({DialMode.IVR_PROGRESSIVE, DialMode.IVR_PREDICTIVE})


# Whom an agent of several serves first: a campaign has its priority, 1 to 10, unless the agent's
# team ranks it otherwise; callers come before all that is not ranked above them (CAM-19).
RANK_OF_CALLERS = 11
HIGHEST_RANK = 20


class CampaignState(StrEnum):
    """Whether a campaign dials. A closed one never does again."""

    STOPPED = "stopped"
    RUNNING = "running"
    WAITING = "waiting"  # started, and another campaign of its chain is to dial first
    CLOSED = "closed"


def is_started(state: CampaignState) -> bool:
    """Whether somebody started it and nobody stopped it: it dials, or waits for its turn."""
    return state in (CampaignState.RUNNING, CampaignState.WAITING)


class MachineAction(StrEnum):
    """What is done with an answering machine."""

    HANG_UP = "hang_up"
    CONNECT = "connect"  # an agent gets it as if it were a person
    MESSAGE = "message"  # a message is left after the beep
    PLAY = "play"  # the message is played at once, over the greeting


# What needs a message to say.
SPEAKING = frozenset({MachineAction.MESSAGE, MachineAction.PLAY})


class UnsureAction(StrEnum):
    """Who is taken to have answered when the analysis could not tell."""

    CONNECT = "connect"  # a person: hanging up on one is worse than an agent greeting a machine
    AS_MACHINE = "as_machine"


class AgentLogin(StrEnum):
    """How agents come to take a campaign's calls. Agents whom nobody assigned never do."""

    PERMANENT = "permanent"  # whenever they are at work
    MANUAL = "manual"  # from when they log into it until they log out of it or sign out


class AbandonWindow(StrEnum):
    """Over what the abandon target is measured."""

    ROLLING_24H = "rolling_24h"  # the 24 hours before each instant; Ofcom 2010, per campaign
    SUCCESSIVE_30_DAYS = "successive_30_days"  # one period after the other; 16 CFR 310.4(b)(4)(i)


class AbandonAction(StrEnum):
    """What a live customer meets for whom no agent came in time. Each counts as abandoned."""

    HANG_UP = "hang_up"
    MESSAGE = "message"  # who called, and a key never to be called again


# No ringing call is given up sooner: 16 CFR 310.4(b)(4)(ii).
MINIMUM_RING_S = 15.0

# Seconds until the next try, by how the last attempt ended. A disposition that is not here closes
# the target. Congestion and unreachable say nothing about the number, so they are tried soon.
DEFAULT_RETRY_DELAYS_S: dict[Disposition, int] = {
    Disposition.BUSY: 5 * 60,
    Disposition.NO_ANSWER: 60 * 60,
    Disposition.HUNG_UP: 60 * 60,
    Disposition.MACHINE: 4 * 60 * 60,
    Disposition.CONGESTION: 60,
    Disposition.UNREACHABLE: 5 * 60,
    Disposition.REJECTED: 24 * 60 * 60,
    Disposition.FAILED: 10 * 60,
    Disposition.CANCELED: 30 * 60,
    Disposition.ABANDONED: 72 * 60 * 60,  # not without a guaranteed agent within 72 h (CAM-20)
    Disposition.NOT_PLACED: 0,
}
