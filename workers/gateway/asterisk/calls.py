"""The life of a leg: placed or arrived, ringing, answered, analysed, failed or ended."""

import logging

from domain.telephony.errors import SwitchUnavailable
from domain.telephony.events import (
    EndCause,
    EndedBy,
    Failure,
    LegAnalysed,
    LegAnswered,
    LegEarlyMedia,
    LegEnded,
    LegFailed,
    LegRinging,
    Verdict,
)
from domain.telephony.port import HangUp, PlaceLeg
from workers.gateway.asterisk import outcomes
from workers.gateway.asterisk.digits import Digits
from workers.gateway.asterisk.exchange import Exchange, Leg
from workers.gateway.asterisk.facts import (
    INBOUND,
    Analysed,
    Appeared,
    BeepHeard,
    Channel,
    ChannelState,
    EarlyMedia,
    Gone,
    HangupAsked,
    OriginateEnded,
    StateChanged,
    parse_uuid,
)
from workers.gateway.asterisk.placing import dial_string, originate
from workers.gateway.asterisk.recordings import Recordings
from workers.gateway.asterisk.rooms import Rooms
from workers.gateway.asterisk.session import AmiRefused
from workers.gateway.asterisk.sounds import Sounds

log = logging.getLogger(__name__)

ORIGINATE_GRACE_S = 1.0  # a hang-up and the Originate's end come in either order, close together


class Calls:
    """Begins and ends legs."""

    def __init__(
        self,
        exchange: Exchange,
        *,
        rooms: Rooms,
        sounds: Sounds,
        digits: Digits,
        recordings: Recordings,
    ) -> None:
        self._exchange = exchange
        self._rooms = rooms
        self._sounds = sounds
        self._digits = digits
        self._recordings = recordings

    async def place(self, command: PlaceLeg) -> None:
        """Dial, unless it is too late, was done before, or can't be."""
        exchange = self._exchange
        if command.leg in exchange.legs or not exchange.spent.take(command.leg):
            return
        if exchange.now() > command.not_after:
            self._refuse(command, Failure.STALE, "")
            return
        if len(exchange.legs) >= exchange.settings.capacity:
            self._refuse(command, Failure.STALE, "capacity")
            return
        try:
            dial = dial_string(command, exchange.settings)
        except ValueError as exc:
            self._refuse(command, Failure.INVALID, str(exc))
            return
        except LookupError as exc:  # says nothing about the number, which stays in use
            self._refuse(command, Failure.FAILED, str(exc))
            return
        if not exchange.session.up:
            self._refuse(command, Failure.STALE, "the link to the switch is down")
            return
        now = exchange.now()
        leg = Leg(command.leg, command.account, str(command.leg), "dialing", now, dialed_at=now)
        leg.analysis, leg.role = command.analysis, command.role
        leg.not_after = command.not_after
        exchange.add(leg)
        try:
            await exchange.session.request(self._originate(command, leg, dial))
        except AmiRefused as exc:
            self._fail(leg, Failure.FAILED, exc.reason)
        except ValueError as exc:
            self._fail(leg, Failure.FAILED, str(exc))
        except SwitchUnavailable:
            # It may have been done or not. Never again: a new link shows whether the leg exists.
            exchange.session.cut()

    def _originate(self, command: PlaceLeg, leg: Leg, dial: str) -> dict[str, str | list[str]]:
        way_in = ("outdial-leg", "idle" if command.analysis is None else "analyse")
        if command.join is not None:
            leg.heading = command.join
            if command.analysis is None:
                way_in = self._rooms.way_in(leg, command.join, command.role)
        return originate(command, dial, way_in)

    def _refuse(self, command: PlaceLeg, failure: Failure, detail: str) -> None:
        self._exchange.tell(
            LegFailed, command.account, leg=command.leg, failure=failure, detail=detail
        )

    async def hang_up(self, command: HangUp) -> None:
        """End a leg, whatever it does."""
        leg = self._exchange.legs.get(command.leg)
        if leg is not None:
            await self.end(leg, outcomes.HANGUP_CAUSES.get(command.cause, 16))

    async def end(self, leg: Leg, cause: int = 16) -> None:
        """Ask Asterisk to hang a leg up; its events tell when it is done."""
        leg.canceled = True
        if leg.channel:
            await self._exchange.ask(
                {"Action": "Hangup", "Channel": leg.uniqueid, "Cause": str(cause)}
            )

    def on_appeared(self, fact: Appeared) -> None:
        channel = fact.channel
        leg = self._exchange.by_uniqueid.get(channel.uniqueid)
        if leg is not None:
            self.appear(leg, channel)
        elif channel.state is ChannelState.DOWN and self._was_ours(channel):
            # An Originate that a broken link delivered late. Its leg was declared failed.
            self._exchange.spawn(self._kill(channel))

    def appear(self, leg: Leg, channel: Channel) -> None:
        """A placed leg has its channel, which is hung up if it is not wanted any more."""
        new, leg.channel = not leg.channel, channel.name
        if new and self._exchange.now() > leg.not_after:
            leg.stale = True
        if leg.stale or (new and leg.canceled):
            self._exchange.spawn(self.end(leg))

    def _was_ours(self, channel: Channel) -> bool:
        """Whether this gateway, or one before it, asked for the channel. Others may use the PBX."""
        id = parse_uuid(channel.uniqueid)
        return id is not None and (id in self._exchange.spent or channel.context == INBOUND)

    async def _kill(self, channel: Channel) -> None:
        log.warning("leg %s appeared after it had been given up; hanging up", channel.leg)
        await self._exchange.ask({"Action": "Hangup", "Channel": channel.uniqueid})

    def on_state(self, fact: StateChanged) -> None:
        leg = self._exchange.by_uniqueid.get(fact.channel.uniqueid)
        if leg is None:
            return
        leg.channel = fact.channel.name
        if leg.stale:
            return  # it is being hung up, however far it came
        if fact.channel.state is ChannelState.RINGING and leg.status == "dialing":
            leg.status, leg.since, leg.rang = "ringing", self._exchange.now(), True
            self._exchange.tell(LegRinging, leg.account, leg=leg.id)
        elif fact.channel.state is ChannelState.UP and not leg.is_up:
            leg.status, leg.since = "up", self._exchange.now()
            self._sounds.heard_out(leg)
            self._exchange.tell(LegAnswered, leg.account, leg=leg.id)
            if leg.analysis is not None and leg.analysis.record:
                self._exchange.spawn(self._recordings.record_leg(leg.id, leg))

    def on_early_media(self, fact: EarlyMedia) -> None:
        leg = self._exchange.by_uniqueid.get(fact.uniqueid)
        if leg is not None and not leg.early and not leg.is_up and not leg.stale:
            leg.early = True
            self._exchange.tell(LegEarlyMedia, leg.account, leg=leg.id)

    def on_analysed(self, fact: Analysed) -> None:
        leg = self._exchange.by_uniqueid.get(fact.uniqueid)
        if leg is None or leg.stale:
            return
        leg.begun = True
        unsure = fact.verdict is Verdict.UNSURE
        beeps = leg.analysis is not None and leg.analysis.beep_if_unsure
        leg.greeting = fact.verdict is Verdict.MACHINE or (unsure and beeps)
        self._exchange.tell(LegAnalysed, leg.account, leg=leg.id, verdict=fact.verdict)
        # A gateway that was started anew does not know that it is recorded.
        self._exchange.spawn(self._recordings.stop_id(leg.id))
        if leg.heading is not None:
            self._exchange.spawn(self._rooms.send(leg, leg.heading, leg.role))

    def on_beep(self, fact: BeepHeard) -> None:
        leg = self._exchange.by_uniqueid.get(fact.uniqueid)
        if leg is not None:
            leg.greeting = False
            self._exchange.tell(
                LegAnalysed,
                leg.account,
                leg=leg.id,
                verdict=Verdict.MACHINE,
                beep_at=self._exchange.now(),
            )

    def on_hangup_asked(self, fact: HangupAsked) -> None:
        leg = self._exchange.by_uniqueid.get(fact.uniqueid)
        if leg is not None and not leg.canceled:
            leg.far_end_hung_up = True

    def on_originate_ended(self, fact: OriginateEnded) -> None:
        leg = self._exchange.legs.get(fact.leg)
        if leg is None or leg.is_up:
            return
        leg.originate_reason = fact.reason
        if not fact.success and (leg.gone is not None or not leg.channel):
            self._settle_failed(leg)

    def on_gone(self, fact: Gone) -> None:
        leg = self._exchange.by_uniqueid.get(fact.uniqueid)
        if leg is None:
            return
        leg.gone = fact
        if leg.is_up or not leg.placed:
            cause, by = outcomes.end_of(fact, by_us=leg.canceled, by_far_end=leg.far_end_hung_up)
            self.close(leg, cause, by)
        elif leg.originate_reason is not None or leg.canceled:
            self._settle_failed(leg)
        else:
            self._exchange.spawn(self._settle_later(leg))

    async def _settle_later(self, leg: Leg) -> None:
        await self._exchange.clock.sleep(ORIGINATE_GRACE_S)
        if leg.id in self._exchange.legs:
            self._settle_failed(leg)

    def _settle_failed(self, leg: Leg) -> None:
        if leg.stale:
            self._fail(leg, Failure.STALE, "delivered too late by a broken link, and hung up")
            return
        failure = outcomes.failure_of(
            leg.gone,
            reason=leg.originate_reason or 0,
            rang=leg.rang or leg.early,
            canceled=leg.canceled,
            s=self._exchange.now() - leg.dialed_at,
        )
        self._fail(leg, failure, outcomes.detail_of(leg.gone))

    def _fail(self, leg: Leg, failure: Failure, detail: str) -> None:
        self._sounds.heard_out(leg)
        self._exchange.remove(leg)
        self._exchange.tell(LegFailed, leg.account, leg=leg.id, failure=failure, detail=detail)

    def close(self, leg: Leg, cause: EndCause, by: EndedBy) -> None:
        """A leg is gone; say what ends with it first, `LegEnded` last."""
        self._sounds.silence(leg)
        self._digits.forget(leg)
        self._recordings.leg_gone(leg)
        self._rooms.forget(leg)
        self._exchange.remove(leg)
        self._exchange.tell(LegEnded, leg.account, leg=leg.id, cause=cause, by=by)

    def vanish(self, leg: Leg, cause: EndCause) -> None:
        """A leg ended while nobody looked."""
        if leg.is_up or not leg.placed:
            self.close(leg, cause, EndedBy.SWITCH)
        else:
            self._fail(leg, Failure.FAILED, "ended while the link to the switch was down")
