"""Campaigns that work together: draws, and whose turn it is, looked at once a second."""

import asyncio
from collections import Counter
from collections.abc import Callable, Coroutine
from logging import getLogger
from typing import Any
from uuid import UUID

import msgspec

from domain.calls.rules import AttemptState
from domain.campaigns.events import CampaignRowChanged, campaign_topic
from domain.chains.drawing import draw
from domain.chains.turns import Taken, take_turns
from domain.core.bus import Notice
from domain.core.outages import DATABASE_AWAY
from domain.floor.context import FloorContext
from domain.floor.runs.campaigns import Campaigns

logger = getLogger(__name__)

LOOK_EVERY_S = 1.0
LOOK_LATER_S = 5.0  # where no campaign draws or is chained
BLOCKS = 10  # of draws, until turns are looked at again

_MET_SOMEBODY = (AttemptState.CONNECTED, AttemptState.ENDED)


class Chains:
    """Draws for the account's campaigns, and gives the chained ones their turns."""

    def __init__(
        self,
        context: FloorContext,
        campaigns: Campaigns,
        spawn: Callable[[Coroutine[Any, Any, None]], asyncio.Task[None]],
    ) -> None:
        self._context = context
        self._state = context.state
        self._campaigns = campaigns
        self._spawn = spawn
        self._resting: object | None = None  # while nothing is to be done: until the next look
        campaigns.was_changed = self._look_soon

    def watch(self) -> None:
        """Look from now on."""
        self._look_in(0.0)

    def _look_in(self, seconds: float) -> None:
        planned = self._resting = object() if seconds == LOOK_LATER_S else None

        def look() -> None:
            if self._resting is planned:
                self._resting = None
                self._spawn(self._look())

        self._context.timers.at(self._context.clock.monotonic() + seconds, look)

    def _look_soon(self) -> None:
        """A campaign changed: it may draw now, or be chained."""
        if self._resting is not None:
            self._look_in(0.0)

    async def _look(self) -> None:
        try:
            at_work = await self._draw()
            at_work = await self._turn() or at_work
        except DATABASE_AWAY:
            at_work = True  # everything is in the rows, and read again
        except Exception:
            logger.exception("chains not looked at")  # again later; what is due stays due
            at_work = False
        self._look_in(LOOK_EVERY_S if at_work else LOOK_LATER_S)

    async def _draw(self) -> bool:
        """Whether any campaign draws."""
        for _ in range(BLOCKS):
            drawn = await draw(self._state.account_id, now=self._context.clock.now())
            for campaign_id, count in drawn.targets.items():
                self._campaigns.hoppers.more(campaign_id, count)
                self._announce(campaign_id)
            if not drawn.more:
                break
        return drawn.draws

    async def _turn(self) -> bool:
        """Whether any campaign is chained."""
        before = self._calling()
        written = asyncio.Event()
        self._context.journal.after(written.set)  # what became of calls that are over
        await written.wait()
        result = await take_turns(
            self._state.account_id,
            now=self._context.clock.now(),
            calling=lambda: before + self._calling(),
        )
        for taken in result.taken:
            await self._campaigns.changed(taken.turn.id)
            self._say(taken)
            self._announce(taken.turn.id)
        return result.chained

    def _say(self, taken: Taken) -> None:
        run = self._state.runs.get(taken.turn.id)
        if run is not None and taken.waits_for is not None:
            run.why = f"waits for campaign {taken.waits_for!r}"

    def _calling(self) -> Counter[UUID]:
        """Calls that met nobody yet, by campaign; a retry may follow them."""
        return Counter(
            line.campaign_id
            for line in self._state.lines.values()
            if line.state not in _MET_SOMEBODY
        )

    def _announce(self, campaign_id: UUID) -> None:
        changed = CampaignRowChanged(campaign=campaign_id)
        topic = campaign_topic(self._state.account_id)
        self._context.journal.publish(Notice(topic, msgspec.json.encode(changed)))
