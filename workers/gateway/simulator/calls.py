"""The life of a leg: dialed, ringing, answered, analysed, ended."""

import math
from pathlib import Path
from random import Random
from uuid import UUID

from domain.telephony.events import (
    EndCause,
    EndedBy,
    Failure,
    LegAnalysed,
    LegAnswered,
    LegArrived,
    LegEarlyMedia,
    LegEnded,
    LegFailed,
    LegRinging,
    Verdict,
)
from domain.telephony.port import PlaceLeg
from workers.gateway.simulator.exchange import Exchange, Leg, LegStatus, Room
from workers.gateway.simulator.farends import FarEnds
from workers.gateway.simulator.profile import Behaviour, Nature
from workers.gateway.simulator.recordings import Recordings
from workers.gateway.simulator.rooms import Rooms
from workers.gateway.simulator.sounds import Sounds

REFUSED = {
    Nature.BUSY: Failure.BUSY,
    Nature.INVALID: Failure.INVALID,
    Nature.CONGESTION: Failure.CONGESTION,
    Nature.REJECTED: Failure.REJECTED,
    Nature.DEAD: Failure.UNREACHABLE,
}
VERDICTS = {Nature.LIVE: Verdict.LIVE, Nature.MACHINE: Verdict.MACHINE, Nature.FAX: Verdict.FAX}


class Calls:
    """Begins and ends legs; holds the parts that work on them in between."""

    def __init__(self, exchange: Exchange, recordings: Path | None, rng: Random) -> None:
        self._exchange = exchange
        self.recordings = Recordings(exchange, recordings)
        self.sounds = Sounds(exchange)
        self.far_ends = FarEnds(exchange, self.end, self.sounds.press, rng)
        self.sounds.far_ends = self.far_ends
        self.rooms = Rooms(exchange, self.far_ends.notice)
        self.rooms.on_open = self._room_opened
        self.rooms.on_close = self._room_closed

    def _room_opened(self, room: Room) -> None:
        if room.record:
            self.recordings.begin(room.id, room)  # nobody named another id for it

    def _room_closed(self, room: Room) -> None:
        self.sounds.silence(room)
        self.recordings.stop_of(room)

    def place(self, command: PlaceLeg, behaviour: Behaviour) -> None:
        """Dial: the far end does as its behaviour says."""
        leg = Leg(command.leg, command.account, LegStatus.DIALING, behaviour)
        leg.analysis = command.analysis
        leg.join = command.join
        leg.role = command.role
        self._begin(leg)
        refused = REFUSED.get(behaviour.nature)
        after = self._exchange.timeline.after
        if refused is not None and behaviour.refuses_s < command.ring_limit_s:
            leg.timers.append(after(behaviour.refuses_s, self._fail, leg, refused))
            return
        if refused is None:
            leg.timers.append(after(behaviour.set_up_s, self._ring, leg))
            rings_s = behaviour.set_up_s + self._rings_s(behaviour)
            if behaviour.nature is not Nature.NO_ANSWER and rings_s < command.ring_limit_s:
                leg.timers.append(after(rings_s, self._answer, leg))
                return
            limit_s = min(command.ring_limit_s, rings_s)
        else:
            limit_s = command.ring_limit_s
        silent = behaviour.nature is Nature.DEAD
        failure = Failure.UNREACHABLE if silent else Failure.NO_ANSWER
        leg.timers.append(after(limit_s, self._fail, leg, failure))

    def _rings_s(self, behaviour: Behaviour) -> float:
        if behaviour.nature is Nature.NO_ANSWER:
            return self._exchange.profile.network_gives_up_s
        return behaviour.answers_s

    def arrived(self, leg: Leg, event: LegArrived) -> None:
        """Begin a leg that somebody placed to us; he waits for an answer as long as he likes."""
        self._begin(leg)
        self._exchange.emit(event)
        waits_s = leg.behaviour.answers_s
        if waits_s < math.inf:
            leg.timers.append(self._exchange.timeline.after(waits_s, self.far_ends.hang_up, leg))

    def caller(self, rng: Random) -> Behaviour:
        """How somebody who calls us behaves; `answers_s` is how long he lets it ring."""
        profile = self._exchange.profile
        return Behaviour(
            nature=Nature.LIVE,
            answers_s=profile.caller_patience.draw(rng),
            patience_s=profile.patience.draw(rng) * 5,  # he wants something of us
            hold_patience_s=profile.hold_patience.draw(rng),
            talk_s=profile.talk.draw(rng),
            digits=str(rng.randint(1, 9)) if rng.random() < profile.presses else "",
        )

    def _begin(self, leg: Leg) -> None:
        leg.since = self._exchange.timeline.unix()
        self._exchange.legs[leg.id] = leg

    def _ring(self, leg: Leg) -> None:
        at = self._exchange.timeline.unix()
        leg.status, leg.since = LegStatus.RINGING, at
        self._exchange.emit(LegRinging(account=leg.account, at=at, leg=leg.id))
        if leg.behaviour.early_media:
            self._exchange.emit(LegEarlyMedia(account=leg.account, at=at, leg=leg.id))

    def answer_arrived(self, leg_id: UUID) -> None:
        """Answer a leg that arrived and was not answered yet."""
        leg = self._exchange.legs.get(leg_id)
        if leg is not None and leg.status is LegStatus.ARRIVED:
            self._answer(leg)

    def _answer(self, leg: Leg) -> None:
        timeline = self._exchange.timeline
        for timer in leg.timers:
            timer.cancel()
        leg.timers.clear()
        at = timeline.unix()
        leg.status, leg.since = LegStatus.UP, at
        self.sounds.heard_out(leg)
        self._exchange.emit(LegAnswered(account=leg.account, at=at, leg=leg.id))
        behaviour = leg.behaviour
        if behaviour.ends_s < math.inf:
            leg.timers.append(timeline.after(behaviour.ends_s, self.far_ends.hang_up, leg))
        if leg.analysis is not None:
            self._analyse(leg)
        if leg.join is not None:
            self.rooms.put(leg, leg.join, leg.role)
        self.far_ends.notice(leg)

    def _analyse(self, leg: Leg) -> None:
        analysis, behaviour = leg.analysis, leg.behaviour
        assert analysis is not None
        delay_s = behaviour.verdict_s
        if behaviour.verdict is Nature.MACHINE:
            delay_s = max(delay_s, analysis.greeting_s)  # what tells a machine is a long greeting
        elif behaviour.verdict is None:
            delay_s = analysis.total_s
        timeline = self._exchange.timeline
        leg.timers.append(timeline.after(min(delay_s, analysis.total_s), self._judge, leg, None))
        if analysis.record:
            self.recordings.begin(leg.id, leg)
        awaits_beep = behaviour.verdict is Nature.MACHINE or (
            behaviour.verdict is None and analysis.beep_if_unsure
        )
        if behaviour.nature is Nature.MACHINE and awaits_beep:
            beep_s = max(behaviour.greeting_s, delay_s + 0.1)
            leg.timers.append(timeline.after(beep_s, self._judge, leg, beep_s))

    def _judge(self, leg: Leg, beep_s: float | None) -> None:
        at = self._exchange.timeline.unix()
        verdict = leg.behaviour.verdict
        analysis = leg.analysis
        said = VERDICTS.get(verdict, Verdict.UNSURE) if verdict is not None else Verdict.UNSURE
        if beep_s is not None:
            said = Verdict.MACHINE  # nothing else beeps
        elif said is Verdict.FAX and analysis is not None and not analysis.detect_fax:
            said = Verdict.MACHINE
        self._exchange.emit(
            LegAnalysed(
                account=leg.account,
                at=at,
                leg=leg.id,
                verdict=said,
                confidence=leg.behaviour.confidence,
                beep_at=at if beep_s is not None else None,
            )
        )
        if beep_s is None and analysis is not None and analysis.record:
            self.recordings.stop(leg.id)

    def _fail(self, leg: Leg, failure: Failure) -> None:
        self._forget(leg)
        self.sounds.heard_out(leg)
        self._exchange.emit(
            LegFailed(
                account=leg.account,
                at=self._exchange.timeline.unix(),
                leg=leg.id,
                failure=failure,
            )
        )

    def _forget(self, leg: Leg) -> None:
        for timer in leg.timers:
            timer.cancel()
        leg.timers.clear()
        if leg.mood_timer is not None:
            leg.mood_timer.cancel()
        if leg.collecting is not None and leg.collecting.timer is not None:
            leg.collecting.timer.cancel()
        del self._exchange.legs[leg.id]

    def end(self, leg: Leg, cause: EndCause, by: EndedBy) -> None:
        """End a leg, wherever it stands. `LegEnded`, or `LegFailed`, is the last word on it."""
        if leg.id not in self._exchange.legs:
            return
        if leg.placed and not leg.is_up:
            self._fail(leg, Failure.CANCELED if by is EndedBy.US else Failure.FAILED)
            return
        self._forget(leg)
        leg.collecting = None
        self.sounds.silence(leg)
        self.recordings.stop_of(leg)
        self.rooms.take_out(leg)
        self._exchange.emit(
            LegEnded(
                account=leg.account,
                at=self._exchange.timeline.unix(),
                leg=leg.id,
                cause=cause,
                by=by,
            )
        )
