"""Commands that follow `Answer` at once, before Asterisk told that the leg is up."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from uuid import UUID

from domain.telephony.port import Answer, Command, HangUp, PlaceLeg
from workers.gateway.asterisk.exchange import Exchange

AT_ONCE = (Answer, HangUp, PlaceLeg)


@dataclass(slots=True, eq=False)
class AfterAnswer:
    """Keeps them, and does them in their order when the leg is up. They go with the leg."""

    exchange: Exchange
    do: Callable[[Command], Awaitable[None]]
    _kept: dict[UUID, list[Command]] = field(default_factory=dict)

    def keeps(self, command: Command) -> bool:
        """Whether the command has to wait, and was kept."""
        leg = self.exchange.legs.get(getattr(command, "leg", None) or UUID(int=0))
        if leg is None or isinstance(command, AT_ONCE):
            return False
        if leg.id not in self._kept and not (leg.answering and not leg.is_up):
            return False
        self._kept.setdefault(leg.id, []).append(command)
        return True

    def look(self) -> None:
        """Something happened: do what waited for it."""
        for id in list(self._kept):
            leg = self.exchange.legs.get(id)
            if leg is None:
                del self._kept[id]
            elif leg.is_up and leg.answering:
                leg.answering = False
                self.exchange.spawn(self._catch_up(id))

    async def _catch_up(self, id: UUID) -> None:
        # What comes meanwhile is kept behind, so that nothing overtakes.
        while kept := self._kept.get(id):
            await self.do(kept.pop(0))
        self._kept.pop(id, None)
