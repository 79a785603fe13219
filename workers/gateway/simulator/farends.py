"""What customers do of their own accord: wait, talk, press keys, hang up when they had enough."""

import math
from collections.abc import Callable
from random import Random

from domain.telephony.events import EndCause, EndedBy, LegTalking
from workers.gateway.simulator.exchange import Exchange, Leg, Mood

PRESSES_AFTER_S = 1.0
BETWEEN_PRESSES_S = 0.3
MISSES_TURN_S = 0.4  # silence between two turns of the same speaker

End = Callable[[Leg, EndCause, EndedBy], None]
Press = Callable[[Leg, str], None]


class FarEnds:
    """The parties at the far ends of the legs.

    A customer has patience for hearing nobody, patience for music on hold, and something to talk
    about. Each of the three runs down only while it applies; company renews the first.
    """

    def __init__(self, exchange: Exchange, end: End, press: Press, rng: Random) -> None:
        self._exchange = exchange
        self._end = end
        self._press = press
        self._rng = rng

    def notice(self, leg: Leg) -> None:
        """Let the far end notice what he hears now."""
        if not leg.behaviour.is_customer or not leg.is_up:
            return
        mood = self._mood(leg)
        if mood is leg.mood:
            return
        timeline = self._exchange.timeline
        if leg.mood_timer is not None:
            leg.mood_timer.cancel()
            leg.mood_timer = None
        if leg.mood is not Mood.IDLE:
            leg.left[leg.mood] = max(0.0, leg.left[leg.mood] - (timeline.now - leg.mood_since))
        if mood is Mood.TALKING and leg.room is not None:
            leg.left[Mood.WAITING] = leg.behaviour.patience_s
            leg.left[Mood.HELD] = leg.behaviour.hold_patience_s
        leg.mood = mood
        leg.mood_since = timeline.now
        if leg.left[mood] < math.inf:
            leg.mood_timer = timeline.after(leg.left[mood], self.hang_up, leg)
        if mood is Mood.TALKING and self._exchange.profile.turn_s and not leg.talking:
            leg.timers.append(timeline.after(MISSES_TURN_S, self._speak, leg))

    def _mood(self, leg: Leg) -> Mood:
        if leg.held:
            return Mood.HELD
        if leg.plays or leg.collecting is not None:
            return Mood.TALKING
        room = leg.room
        if room is not None and len(room.legs) > 1 and room.voices() > 1:
            return Mood.TALKING
        return Mood.WAITING

    def hang_up(self, leg: Leg) -> None:
        """Let the far end end the call, or his line drop."""
        cause = EndCause.NETWORK if leg.behaviour.drops else EndCause.NORMAL
        self._end(leg, cause, EndedBy.FAR_END)

    def is_asked(self, leg: Leg) -> None:
        """Let the far end press what he would press when asked for digits."""
        for place, digit in enumerate(leg.behaviour.digits):
            delay_s = PRESSES_AFTER_S + place * BETWEEN_PRESSES_S
            leg.timers.append(self._exchange.timeline.after(delay_s, self._press, leg, digit))

    def _speak(self, leg: Leg) -> None:
        if leg.mood is not Mood.TALKING or leg.room is None or leg.talking:
            return
        self._say_talking(leg, True)
        turn_s = self._rng.expovariate(1 / self._exchange.profile.turn_s)
        leg.timers = [timer for timer in leg.timers if timer.call is not None]
        leg.timers.append(self._exchange.timeline.after(turn_s, self._pause, leg))

    def _pause(self, leg: Leg) -> None:
        if not leg.talking or leg.room is None:
            return
        self._say_talking(leg, False)
        pause_s = MISSES_TURN_S + self._rng.expovariate(1 / self._exchange.profile.turn_s)
        leg.timers.append(self._exchange.timeline.after(pause_s, self._speak, leg))

    def _say_talking(self, leg: Leg, talking: bool) -> None:
        leg.talking = talking
        room = leg.room
        if room is not None:
            at = self._exchange.timeline.unix()
            self._exchange.emit(
                LegTalking(account=leg.account, at=at, leg=leg.id, room=room.id, talking=talking)
            )
