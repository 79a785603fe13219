"""The windows over which abandon targets are held, shared by the campaigns of a pool.

They are read from the rows when a campaign is taken up or is counted in another way, and counted
on in memory; a new owner reads them again.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from uuid import UUID

from domain.campaigns.models import Campaign
from domain.campaigns.rules import AbandonWindow
from domain.ledgers.answers import members_of, minutes_of, pool_of
from domain.ledgers.rules import DAY, PERIOD, window_at
from domain.pacing.counting import PeriodCount, RollingCount
from domain.pacing.interface import Counted

_POOL = "pool "
SPENDS_FOR_S = 10.0  # a campaign that decided so recently spends from its pool


@dataclass(slots=True)
class Window:
    """What one pool, or one campaign by itself, counts in one way."""

    count: RollingCount | PeriodCount
    decided: dict[UUID, float] = field(default_factory=dict)  # campaign → Unix second

    def seen_by(self, campaign_id: UUID, at: float) -> Counted:
        """What a campaign that decides now must go by."""
        self.decided[campaign_id] = at
        sharers = sum(at - last <= SPENDS_FOR_S for last in self.decided.values())
        live, abandoned = self.count.totals(at)
        return Counted(live, abandoned, sharers)


@dataclass(slots=True)
class Waiting:
    """Live answers of a campaign that were counted and have met nobody yet."""

    count: int = 0


@dataclass(slots=True)
class Held:
    """One campaign's window; counts in all windows of its pool go on through it."""

    campaign_id: UUID
    window: Window
    of_pool: Callable[[], Iterable[Window]]  # this one, and those that count in another way
    waiting: Waiting

    def presented(self, at: float) -> None:
        """Count a live answer at a Unix second."""
        self.waiting.count += 1
        self._add(at, live=1)

    def met(self, at: float, *, abandoned: bool) -> None:
        """Say what became of a live answer; one that a former owner counted is counted now.

        Its row did not say yet that it was live when the window was read.
        """
        if self.waiting.count:
            self.waiting.count -= 1
        else:
            self._add(at, live=1)
        if abandoned:
            self._add(at, abandoned=1)

    def _add(self, at: float, *, live: int = 0, abandoned: int = 0) -> None:
        for window in self.of_pool():
            window.count.add(at, live=live, abandoned=abandoned)

    def seen(self, at: float) -> Counted:
        """What this campaign must go by at a Unix second."""
        return self.window.seen_by(self.campaign_id, at)


class Windows:
    """All windows of one floor."""

    def __init__(self, unix: Callable[[], float]) -> None:
        self._unix = unix
        self._windows: dict[tuple[str, AbandonWindow], Window] = {}
        self._key_of: dict[UUID, str] = {}
        self._waiting: dict[UUID, Waiting] = {}

    async def read(self, campaigns: list[Campaign]) -> None:
        """Get the windows of these campaigns; those of pools again where members came or went."""
        pools = [each for each in self._windows if each[0].startswith(_POOL)]
        changed = False
        for campaign in campaigns:
            key = f"{_POOL}{campaign.abandon_pool}" if campaign.abandon_pool else str(campaign.id)
            changed = changed or self._key_of.get(campaign.id) != key
            self._key_of[campaign.id] = key
            if (key, campaign.abandon_window) not in self._windows:
                members, anchor = await pool_of(campaign.id)
                count = await self._counted(members, anchor, campaign.abandon_window)
                self._windows[key, campaign.abandon_window] = Window(count)
        for key, kind in pools if changed else ():
            found = await members_of(campaigns[0].account_id, key.removeprefix(_POOL))
            if found is not None:
                self._windows[key, kind].count = await self._counted(*found, kind)

    def held_by(self, campaign: Campaign) -> Held:
        """The window that this campaign must hold; it was read before."""
        key = self._key_of[campaign.id]

        def of_pool() -> list[Window]:
            return [window for (name, _), window in self._windows.items() if name == key]

        waiting = self._waiting.setdefault(campaign.id, Waiting())
        return Held(campaign.id, self._windows[key, campaign.abandon_window], of_pool, waiting)

    async def _counted(
        self, members: list[UUID], anchor: datetime, kind: AbandonWindow
    ) -> RollingCount | PeriodCount:
        now = datetime.fromtimestamp(self._unix(), UTC)
        minutes = await minutes_of(members, window_at(kind, anchor, now).begins, now)
        if kind is AbandonWindow.ROLLING_24H:
            return RollingCount(int(DAY.total_seconds()), minutes)
        return PeriodCount(int(PERIOD.total_seconds()), anchor.timestamp(), minutes)
