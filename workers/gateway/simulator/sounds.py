"""What is played to legs and rooms, and the digits that come back."""

from uuid import UUID

from domain.telephony.events import Digit, DigitsCollected, PlaybackFinished
from domain.telephony.port import (
    RINGING_TONE_S,
    Collect,
    EarlyMediaOf,
    File,
    Media,
    Play,
    Say,
    SayDigits,
)
from workers.gateway.simulator.exchange import Collecting, Exchange, Leg, Playback, Room
from workers.gateway.simulator.farends import FarEnds

TONE_S = 0.15
UNTIL_ANSWERED_S = 3600.0  # no call rings for so long


class Sounds:
    """Plays one after another on each leg and room, and collects digits.

    A collection begins to wait for its first digit when the leg's own playbacks are over; a digit
    that comes earlier, or interrupts one, counts.
    """

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange
        self._playbacks: dict[UUID, Playback] = {}
        self.far_ends: FarEnds

    def _seconds(self, media: Media) -> float:
        profile = self._exchange.profile
        if isinstance(media, File):
            return profile.sounds.get(media.name, profile.file_s)
        if isinstance(media, Say):
            return len(media.text) / profile.letters_a_second
        if isinstance(media, SayDigits):
            return len(media.digits) * profile.digit_s
        if isinstance(media, EarlyMediaOf):
            leg = self._exchange.legs.get(media.leg)
            return UNTIL_ANSWERED_S if leg is not None and not leg.is_up else 0.0
        return RINGING_TONE_S if media.name == "ringing" else TONE_S

    def play(self, command: Play) -> None:
        """Play to a leg that is up or to a room; after what is already playing there."""
        leg = self._exchange.up(command.leg)
        room = self._exchange.rooms.get(command.room) if command.room is not None else None
        target = leg or room
        if target is None or not self._exchange.spent.take(command.playback):
            return
        seconds = sum(map(self._seconds, command.media))
        playback = Playback(command, target.account, seconds, leg, None if leg else room)
        self._playbacks[command.playback] = playback
        target.plays.append(playback)
        if len(target.plays) == 1:
            self._begin(playback)
        if leg is not None:
            self.far_ends.notice(leg)
            if command.interruptible and leg.collecting is None:
                self.far_ends.is_asked(leg)

    def _begin(self, playback: Playback) -> None:
        timeline = self._exchange.timeline
        playback.timer = timeline.after(playback.seconds, self._finish, playback)

    def stop(self, id: UUID) -> None:
        """End a playback early, or before its turn."""
        playback = self._playbacks.get(id)
        if playback is not None:
            self._finish(playback)

    def heard_out(self, leg: Leg) -> None:
        """What its network played before the answer is over."""
        for playback in list(self._playbacks.values()):
            if EarlyMediaOf(leg=leg.id) in playback.command.media:
                self._finish(playback)

    def _finish(self, playback: Playback, interrupted_by: str | None = None) -> None:
        target = playback.leg or playback.room
        assert target is not None  # made with one of them
        target.plays.remove(playback)
        self._forget(playback, interrupted_by)
        if target.plays:
            if target.plays[0].timer is None:
                self._begin(target.plays[0])
        elif playback.leg is not None and playback.leg.is_up:
            self._wait_for_digits(playback.leg)
            self.far_ends.notice(playback.leg)

    def silence(self, target: Leg | Room) -> None:
        """End all that is played to a leg or room that goes away."""
        plays, target.plays = target.plays, []
        for playback in plays:
            self._forget(playback, None)

    def _forget(self, playback: Playback, interrupted_by: str | None) -> None:
        del self._playbacks[playback.command.playback]
        if playback.timer is not None:
            playback.timer.cancel()
        self._exchange.emit(
            PlaybackFinished(
                account=playback.account,
                at=self._exchange.timeline.unix(),
                playback=playback.command.playback,
                interrupted_by=interrupted_by,
            )
        )

    def collect(self, command: Collect) -> None:
        """Collect digits from a leg that is up; dropped while another collection runs there."""
        leg = self._exchange.up(command.leg)
        if leg is None or leg.collecting is not None:
            return
        leg.collecting = Collecting(command)
        if not leg.plays:
            self._wait_for_digits(leg)
        self.far_ends.notice(leg)

    def _wait_for_digits(self, leg: Leg) -> None:
        collecting = leg.collecting
        if collecting is None or collecting.timer is not None:
            return
        command = collecting.command
        wait_s = command.between_digits_s if collecting.digits else command.first_digit_s
        collecting.timer = self._exchange.timeline.after(wait_s, self._collected, leg)
        if not collecting.digits:
            self.far_ends.is_asked(leg)

    def press(self, leg: Leg, digit: str) -> None:
        """The far end presses a key."""
        if not leg.is_up:
            return
        at = self._exchange.timeline.unix()
        self._exchange.emit(Digit(account=leg.account, at=at, leg=leg.id, digit=digit))
        collecting = leg.collecting
        # The digit counts before the playback's end starts the wait for a first one.
        done = collecting is not None and self._count_digit(collecting, digit)
        for playback in (*leg.plays, *(leg.room.plays if leg.room is not None else ())):
            if playback.command.interruptible and playback.timer is not None:
                self._finish(playback, digit)
        if collecting is None or leg.collecting is not collecting:
            return
        if done:
            self._collected(leg)
        elif collecting.timer is not None:
            collecting.timer.cancel()
            collecting.timer = None
            self._wait_for_digits(leg)

    def _count_digit(self, collecting: Collecting, digit: str) -> bool:
        if digit in collecting.command.terminators:
            return True
        collecting.digits += digit
        return len(collecting.digits) >= collecting.command.maximum

    def _collected(self, leg: Leg) -> None:
        collecting = leg.collecting
        if collecting is None:
            return
        leg.collecting = None
        if collecting.timer is not None:
            collecting.timer.cancel()
        self._exchange.emit(
            DigitsCollected(
                account=leg.account,
                at=self._exchange.timeline.unix(),
                leg=leg.id,
                digits=collecting.digits,
            )
        )
        self.far_ends.notice(leg)
