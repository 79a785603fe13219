"""The digits that come back, and their collection."""

import asyncio
from dataclasses import dataclass, field
from uuid import UUID

from domain.telephony.events import Digit, DigitsCollected
from domain.telephony.port import Collect
from workers.gateway.asterisk.exchange import Exchange, Leg
from workers.gateway.asterisk.facts import Pressed
from workers.gateway.asterisk.sounds import Sounds


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
    that comes earlier, or interrupts one, counts.
    """

    exchange: Exchange
    sounds: Sounds
    _collecting: dict[UUID, Collecting] = field(default_factory=dict)

    async def collect(self, command: Collect) -> None:
        """Collect digits from a leg that is up; dropped while another collection runs there."""
        leg = self.exchange.up(command.leg)
        if leg is None or leg.id in self._collecting:
            return
        self._collecting[leg.id] = Collecting(command)
        if leg.ready:
            await self.sounds.keep_alive(leg)
        self.wait(leg)

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
            return
        if done:
            self._collected(leg)
        elif collecting.timer is not None:
            collecting.stop_timer()
            self.wait(leg)

    def forget(self, leg: Leg) -> None:
        """A leg is gone, and with it who would press keys."""
        if collecting := self._collecting.pop(leg.id, None):
            collecting.stop_timer()

    def _collected(self, leg: Leg) -> None:
        collecting = self._collecting.pop(leg.id, None)
        if collecting is not None:
            collecting.stop_timer()
            self.exchange.tell(DigitsCollected, leg.account, leg=leg.id, digits=collecting.digits)
