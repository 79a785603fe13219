"""What an agent hears before the customer answers: a ringing tone, or what the network plays.

In agent-first dialing the agent is there before the customer, and would wonder at silence.
"""

from math import ceil
from uuid import UUID, uuid5

from domain.campaigns.rules import DialMode
from domain.floor.context import FloorContext
from domain.floor.state import Line, Run
from domain.telephony.port import RINGING_TONE_S, EarlyMediaOf, Play, StopPlaying, Tone


class Ringback:
    """Plays it in the agent's room, where nobody else is yet."""

    def __init__(self, context: FloorContext) -> None:
        self._context = context

    def begin(self, run: Run, line: Line) -> None:
        """The customer's phone rings. A network that lets us hear it needs no tone of ours."""
        if line.seat is None or line.heard or not _is_heard(run, line):
            return
        times = ceil(run.settings.ring_limit_s / RINGING_TONE_S)
        self._context.send(
            line.node,
            Play(
                playback=_playback_of(line),
                room=line.seat.agent_id,
                media=(Tone(name="ringing"),) * times,
            ),
        )

    def overhear(self, run: Run, line: Line) -> None:
        """The network plays something, as its own ringing or what became of the number."""
        if line.seat is None or not _is_heard(run, line):
            return
        self.end(run, line)
        self._context.send(
            line.node,
            Play(
                playback=uuid5(line.id, "early media"),
                room=line.seat.agent_id,
                media=(EarlyMediaOf(leg=line.id),),
            ),
        )

    def end(self, run: Run, line: Line) -> None:
        """It rings no more."""
        if _is_heard(run, line) and line.ringing_at is not None:
            self._context.send(line.node, StopPlaying(playback=_playback_of(line)))


def _is_heard(run: Run, line: Line) -> bool:
    return line.by_hand or run.settings.mode is DialMode.AGENT_FIRST


def _playback_of(line: Line) -> UUID:
    """The same for every owner of the floor, so that the next one can end it."""
    return uuid5(line.id, "ringback")
