"""The digits that come back, and their collection."""

import asyncio
from dataclasses import dataclass, field
from uuid import UUID

from domain.telephony.events import Digit, DigitsCollected
from domain.telephony.port import Collect
from workers.gateway.asterisk.exchange import Exchange, Leg
from workers.gateway.asterisk.facts import Pressed
from workers.gateway.asterisk.sounds import Sounds

AHEAD_S = 3.0  # a digit waits so long for the next question; then nobody means it any more


@dataclass(slots=True, eq=False)
class Collecting:
    """One `Collect` that runs."""

    command: Collect
    digits: str = ""
    timer: asyncio.TimerHandle | None = None

    def count(self, digit: str) -> bool:
        """Take a digit; whether the collection is complete."""
        if digit in self.command.terminators:
            return True
        self.digits += digit
        return len(self.digits) >= self.command.maximum

    def stop_timer(self) -> None:
        if self.timer is not None:
            self.timer.cancel()
            self.timer = None


@dataclass(slots=True, eq=False)
class Digits:
    """Tells each digit, and collects them.

    A collection begins to wait for its first digit when the leg's own playbacks are over; a digit
    that comes earlier, or interrupts one, counts. So does one that is typed ahead: after one
    collection and before the next, by somebody who knows what will be asked.
    """

    exchange: Exchange
    sounds: Sounds
    _collecting: dict[UUID, Collecting] = field(default_factory=dict)
    _ahead: dict[UUID, tuple[float, str]] = field(default_factory=dict)  # newest at, digits

    async def collect(self, command: Collect) -> None:
        """Collect digits from a leg that is up; dropped while another collection runs there."""
        leg = self.exchange.up(command.leg)
        if leg is None or leg.id in self._collecting:
            return
        collecting = self._collecting[leg.id] = Collecting(command)
        if leg.ready:
            await self.sounds.keep_alive(leg)
        if self._typed_ahead(leg, collecting):
            self._collected(leg)
        else:
            self.wait(leg)

    def _typed_ahead(self, leg: Leg, collecting: Collecting) -> bool:
        """Count the digits that were typed ahead; whether they complete the collection."""
        newest, digits = self._ahead.pop(leg.id, (0.0, ""))
        if self.exchange.now() - newest > AHEAD_S:
            return False
        for n, digit in enumerate(digits, start=1):
            if collecting.count(digit):
                self._ahead[leg.id] = (newest, digits[n:])
                return True
        return False

    def wait(self, leg: Leg) -> None:
        """Begin to wait for the next digit, unless something still plays to the leg."""
        collecting = self._collecting.get(leg.id)
        if collecting is None or collecting.timer is not None or self.sounds.plays_to(leg):
            return
        command = collecting.command
        wait_s = command.between_digits_s if collecting.digits else command.first_digit_s
        loop = asyncio.get_running_loop()
        collecting.timer = loop.call_later(wait_s, self._collected, leg)

    def on_pressed(self, fact: Pressed) -> None:
        leg = self.exchange.by_uniqueid.get(fact.uniqueid)
        if leg is None or not leg.is_up:
            return
        self.exchange.tell(Digit, leg.account, leg=leg.id, digit=fact.digit)
        collecting = self._collecting.get(leg.id)
        # The digit counts before the playback's end starts the wait for a first one.
        done = collecting is not None and collecting.count(fact.digit)
        self.sounds.on_pressed(leg, fact.digit)
        if collecting is None:
            self._keep_ahead(leg, fact.digit)
            return
        if done:
            self._collected(leg)
        elif collecting.timer is not None:
            collecting.stop_timer()
            self.wait(leg)

    def _keep_ahead(self, leg: Leg, digit: str) -> None:
        newest, digits = self._ahead.pop(leg.id, (0.0, ""))
        now = self.exchange.now()
        if now - newest <= AHEAD_S and leg.room is None and leg.heading is None:
            self._ahead[leg.id] = (now, digits + digit)

    def forget(self, leg: Leg) -> None:
        """A leg is gone, and with it who would press keys."""
        self._ahead.pop(leg.id, None)
        if collecting := self._collecting.pop(leg.id, None):
            collecting.stop_timer()

    def _collected(self, leg: Leg) -> None:
        collecting = self._collecting.pop(leg.id, None)
        if collecting is not None:
            collecting.stop_timer()
            self._ahead[leg.id] = (self.exchange.now(), self._ahead.pop(leg.id, (0.0, ""))[1])
            self.exchange.tell(DigitsCollected, leg.account, leg=leg.id, digits=collecting.digits)
