"""Calls that somebody places to one of our numbers."""

import logging
from collections.abc import Callable
from uuid import UUID

from domain.telephony.events import LegArrived
from domain.telephony.port import Answer
from workers.gateway.asterisk.exchange import Exchange, Leg
from workers.gateway.asterisk.facts import Channel
from workers.gateway.asterisk.sounds import Sounds

log = logging.getLogger(__name__)


class Arrivals:
    """Takes what comes in, for the account that owns the number."""

    def __init__(
        self,
        exchange: Exchange,
        sounds: Sounds,
        account_of: Callable[[str], UUID | None],
    ) -> None:
        self._exchange = exchange
        self._sounds = sounds
        self._account_of = account_of

    async def answer(self, command: Answer) -> None:
        """Answer a leg that arrived."""
        leg = self._exchange.legs.get(command.leg)
        if leg is not None and leg.status == "arrived":
            leg.answering = True
            await self._exchange.ask(
                {
                    "Action": "AGI",
                    "Channel": leg.uniqueid,
                    "Command": "ANSWER",
                    "CommandID": f"answer/{leg.id}",
                }
            )
            await self._sounds.keep_alive(leg)

    def on_arrived(self, channel: Channel) -> None:
        """A call came in and waits in AsyncAGI for our word."""
        number = channel.exten if channel.exten[:1] in "+*" else f"+{channel.exten}"
        # A code like *10 belongs to whom the phone belongs to.
        owner = (channel.trunk or number) if number[:1] == "*" else number
        account = channel.account or self._account_of(owner)
        if account is None:
            log.warning("a call to a number of nobody was refused")
            # Q.850: unallocated number
            self._exchange.spawn(self._reject(channel, 1))
            return
        leg = Leg(channel.leg, account, channel.uniqueid, "arrived", self._exchange.now())
        leg.placed, leg.channel, leg.ready = False, channel.name, True
        self._exchange.add(leg)
        self._exchange.spent.take(leg.id)
        self._exchange.spawn(self._stamp(leg))
        self._exchange.tell(
            LegArrived,
            account,
            leg=leg.id,
            number=number,
            caller=channel.caller,
            caller_name=channel.caller_name,
            trunk=channel.trunk,
        )

    async def _reject(self, channel: Channel, cause: int) -> None:
        await self._exchange.ask(
            {"Action": "Hangup", "Channel": channel.uniqueid, "Cause": str(cause)}
        )

    async def _stamp(self, leg: Leg) -> None:
        """Let the channel itself say whose it is, for whoever adopts it after a restart."""
        await self._exchange.ask(
            {
                "Action": "Setvar",
                "Channel": leg.uniqueid,
                "Variable": "CHANNEL(accountcode)",
                "Value": str(leg.account),
            }
        )
