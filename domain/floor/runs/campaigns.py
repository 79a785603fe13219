"""Which campaigns a floor runs, with which settings, and what is in their hoppers."""

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from logging import getLogger
from typing import Any
from uuid import UUID

import msgspec
from tortoise import connections

from domain.campaigns import schedule
from domain.campaigns.events import CampaignRowChanged, campaign_topic
from domain.campaigns.models import Campaign
from domain.campaigns.pacing import pacing_settings
from domain.campaigns.rules import CampaignState, DialMode
from domain.core.bus import Notice
from domain.core.outages import DATABASE_AWAY
from domain.eligibility.calendars import holiday_of
from domain.eligibility.models import DialingPolicy
from domain.eligibility.openings import Openings
from domain.eligibility.terms import judged_by, terms_of
from domain.floor import rows
from domain.floor.agents.seats import Seats
from domain.floor.context import FloorContext
from domain.floor.journal.tapes import Tapes
from domain.floor.ledger import Ledger, Tally
from domain.floor.runs.changes import Changes
from domain.floor.runs.hoppers import Hoppers
from domain.floor.runs.paced import Paced
from domain.floor.runs.windows import Windows
from domain.floor.settings import settings_of
from domain.floor.state import Run, RunHook, Seat
from domain.hooks.rules import HookSettings
from domain.ledgers.rules import pacing_target
from domain.pacing.interface import PacingPolicy
from domain.pacing.tape import Header
from domain.targets.hopper import count_left

logger = getLogger(__name__)

SCHEDULE_EVERY_S = 5.0  # a start date is met within it; a stop date at the instant
TAKEN_OVER_WITHIN = timedelta(seconds=10)  # new rules, by a floor that was there


class Campaigns:
    """Reads campaigns, assignments and targets into the floor's state."""

    def __init__(
        self,
        context: FloorContext,
        seats: Seats,
        hoppers: Hoppers,
        spawn: Callable[[Coroutine[Any, Any, None]], asyncio.Task[None]],
    ) -> None:
        self._context = context
        self._state = context.state
        self._seats = seats
        self.hoppers = hoppers
        self._spawn = spawn
        self._bound: DialingPolicy | None = None  # by what the account's calls are
        self._paced: dict[UUID, tuple[object, ...]] = {}  # by what each pacer is
        self.changes = Changes()
        self.was_changed: Callable[[], None] = lambda: None
        self.seats_were_read: Callable[[], None] = lambda: None
        self.windows = Windows(context.unix)
        self._tapes = Tapes(context.clock)
        context.journal.tapes = self._tapes.due

    async def load(self, also: list[UUID]) -> None:
        """Read all running campaigns, and those that have calls under way."""
        account_id = self._state.account_id
        campaigns = {c.id: c for c in await rows.read_campaigns(account_id)}
        missing = [id for id in also if id not in campaigns]
        for campaign in await rows.read_campaigns(account_id, missing):
            campaigns[campaign.id] = campaign
        ledgers = await rows.read_ledgers(list(campaigns), now=self._context.clock.now())
        order = await rows.read_trunk_order(list(campaigns))
        self._bound = await rows.read_policy(account_id)
        hooks = await rows.read_hooks(list(campaigns), now=self._context.clock.now())
        await self.windows.read(list(campaigns.values()))
        for campaign in campaigns.values():
            run = self._add(campaign, ledgers[campaign.id], order.get(campaign.id, ()))
            self._take_hook(run, hooks.get(campaign.id))
            if changed_at := self._rules_changed_at(campaign):
                self.hoppers.let_go(run, changed_at + TAKEN_OVER_WITHIN)
        await self._count(list(campaigns))
        self._recount(list(campaigns))
        self._watch_schedule()

    async def changed(self, campaign_id: UUID) -> None:
        """Take over a campaign's row and assignments as they are now."""
        await self.changes.take_over(campaign_id, lambda: self._changed(campaign_id))

    def look_again(self) -> None:
        """Read everything anew, soon: changes may have been made that nobody could tell."""
        self.changes.missed("all", self._all_changed)

    async def _all_changed(self) -> None:
        account_id = self._state.account_id
        await self._trunks_changed()
        await self._policy_changed()
        seats = await rows.read_seats(account_id)
        for agent_id in {*self._state.seats, *seats}:
            self._take_seat(agent_id, seats.get(agent_id))
        self.seats_were_read()
        known = {run.campaign_id for run in self._state.runs.values() if not run.inbound}
        running = {campaign.id for campaign in await rows.read_campaigns(account_id)}
        for campaign_id in known | running:
            await self._changed(campaign_id)
            await self.targets_changed(campaign_id)

    async def _changed(self, campaign_id: UUID) -> None:
        found = await rows.read_campaigns(self._state.account_id, [campaign_id])
        await rows.assign_anew(self._state.seats, self._state.account_id, campaign_id)
        for seat in self._state.seats.values():
            self._seats.logins.settle(seat)
        order = await rows.read_trunk_order([campaign_id])
        trunks = order.get(campaign_id, ())
        hooks = await rows.read_hooks([campaign_id], now=self._context.clock.now())
        await self.windows.read(found)
        for campaign in found:
            run = self._state.runs.get(campaign_id)
            if run is None and campaign.state is CampaignState.RUNNING:
                ledgers = await rows.read_ledgers([campaign_id], now=self._context.clock.now())
                run = self._add(campaign, ledgers[campaign_id], trunks)
                if self._rules_changed_at(campaign):  # while nobody looked
                    self.hoppers.let_go(run)
                self._recount([campaign_id])
                await self._count([campaign_id])
            elif run is not None:
                self._update(run, campaign, trunks)
        if run := self._state.runs.get(campaign_id):
            self._take_hook(run, hooks.get(campaign_id))
            run.due = True
        self.was_changed()

    async def targets_changed(self, campaign_id: UUID) -> None:
        """Look again what is to be dialed: better targets may have come, others may be gone."""
        if run := self._state.runs.get(campaign_id):
            self.hoppers.empty(run)
            await self._count([campaign_id])

    def has_more(self, campaign_id: UUID) -> None:
        """Look again, in the background: this floor wrote a target itself."""

        async def look() -> None:
            try:
                await self.targets_changed(campaign_id)
            except DATABASE_AWAY:
                return  # it is found when the hopper is filled the next time

        self._spawn(look())

    async def policy_changed(self) -> None:
        """Take over what the account's calls are bound by, as it is now."""
        await self.changes.take_over("policy", self._policy_changed)

    async def _policy_changed(self) -> None:
        self._bound = await rows.read_policy(self._state.account_id)
        ids = [run.campaign_id for run in self._state.runs.values() if not run.inbound]
        for campaign in await rows.read_campaigns(self._state.account_id, ids):
            self._take_rules(self._state.runs[campaign.id], campaign)

    def _watch_schedule(self) -> None:
        def look() -> None:
            self._spawn(self._keep_schedule())
            self._watch_schedule()

        self._context.timers.at(self._context.clock.monotonic() + SCHEDULE_EVERY_S, look)

    async def _keep_schedule(self) -> None:
        """Start and stop campaigns whose date has come; read what could not be read before."""
        now = self._context.clock.now()
        await self.changes.catch_up()
        try:
            changed = await schedule.start_and_stop(self._state.account_id, now=now)
        except DATABASE_AWAY:
            return  # what is due stays due
        for campaign_id in changed:
            notice = Notice(
                campaign_topic(self._state.account_id),
                msgspec.json.encode(CampaignRowChanged(campaign=campaign_id)),
            )
            self._context.journal.publish(notice)
        for campaign_id in changed:
            with suppress(*DATABASE_AWAY):  # it is unread, then
                await self.changed(campaign_id)

    async def trunks_changed(self) -> None:
        """Take over the account's trunks and the campaigns' orders of them as they are now."""
        await self.changes.take_over("trunks", self._trunks_changed)

    async def _trunks_changed(self) -> None:
        self._state.trunks = {
            id: self._state.trunks.get(id, trunk).settings_of(trunk)
            for id, trunk in (await rows.read_trunks(self._state.account_id)).items()
        }
        order = await rows.read_trunk_order(list(self._state.runs))
        for run in self._state.runs.values():
            run.settings.trunks = order.get(run.campaign_id, ())

    async def agent_changed(self, agent_id: UUID) -> None:
        """Take over an agent's row and assignments as they are now."""
        await self.changes.take_over(agent_id, lambda: self._agent_changed(agent_id))

    async def _agent_changed(self, agent_id: UUID) -> None:
        self._take_seat(agent_id, await rows.read_seat(self._state.account_id, agent_id))
        self.seats_were_read()

    def _take_seat(self, agent_id: UUID, fresh: Seat | None) -> None:
        seat = self._state.seats.get(agent_id)
        if fresh is None:
            if seat is not None:
                self._seats.sign_out(seat, reason="archived", force=True)
                del self._state.seats[agent_id]
        elif seat is None:
            self._state.seats[agent_id] = fresh
        else:
            seat.name, seat.caller_id = fresh.name, fresh.caller_id
            seat.levels, seat.ranks, seat.manual = fresh.levels, fresh.ranks, fresh.manual
            self._seats.logins.settle(seat)
            seat.endpoint_kind, seat.endpoint = fresh.endpoint_kind, fresh.endpoint
            seat.record, seat.team_id = fresh.record, fresh.team_id
            seat.dials_for = fresh.dials_for
            self._seats.stir(seat)

    def _add(self, campaign: Campaign, ledger: Ledger, trunks: tuple[UUID, ...]) -> Run:
        run = Run(
            campaign_id=campaign.id,
            settings=settings_of(campaign, trunks),
            policy=self._policy(campaign, ledger),
            ledger=ledger,
            openings=Openings(terms_of(campaign, self._bound), holiday_of),
        )
        self._state.runs[campaign.id] = run
        return run

    def _update(self, run: Run, campaign: Campaign, trunks: tuple[UUID, ...]) -> None:
        before, run.settings = run.settings, settings_of(campaign, trunks)
        started = campaign.state is CampaignState.RUNNING and before.state is not campaign.state
        anew = run.openings is None or run.openings.terms.started_at != campaign.started_at
        if self._paced.get(campaign.id) != _paced_by(campaign):  # else it goes on learning
            run.policy = self._policy(campaign, run.ledger)
        self._take_rules(run, campaign)
        if anew:  # by a person or a date; one whose turn it is again goes on counting
            run.tally = Tally()
        previews = run.settings.mode is DialMode.PREVIEW
        offers_no_more = before.mode is DialMode.PREVIEW and not previews
        if started or not run.dials or offers_no_more:
            self.hoppers.empty(run)
        if not run.dials or offers_no_more:
            for seat in self._offered(run):
                self._seats.withdraw(seat)
        if not run.dials:
            run.why = f"campaign is {run.settings.state}"
            run.hopper.clear()

    def _take_hook(self, run: Run, settings: HookSettings | None) -> None:
        if settings != (run.hook.settings if run.hook else None):
            run.hook = RunHook(settings) if settings is not None else None
            run.notes.pop("hook", None)

    def _take_rules(self, run: Run, campaign: Campaign) -> None:
        terms = terms_of(campaign, self._bound)
        before = run.openings.terms if run.openings is not None else None
        run.openings = Openings(terms, holiday_of)
        run.forbidden = None
        run.notes.pop("rules", None)
        if before is None or judged_by(before) != judged_by(terms):
            self.hoppers.let_go(run)

    def _rules_changed_at(self, campaign: Campaign) -> datetime | None:
        changes = [campaign.rules_changed_at, self._bound.changed_at if self._bound else None]
        return max((at for at in changes if at is not None), default=None)

    def _offered(self, run: Run) -> list[Seat]:
        return [
            seat
            for seat in self._state.seats.values()
            if seat.offer is not None and seat.offer.campaign_id == run.campaign_id
        ]

    def _policy(self, campaign: Campaign, ledger: Ledger) -> PacingPolicy:
        self._paced[campaign.id] = _paced_by(campaign)
        live, abandoned = ledger.totals(self._context.unix())
        settings = pacing_settings(campaign, live_answers=live, abandoned=abandoned)
        target = pacing_target(campaign.abandon_target, campaign.false_positive_rate)
        # Where each call is for one agent nothing is paced; what is seen is counted all the same.
        unpaced = campaign.mode in (DialMode.AGENT_FIRST, DialMode.PREVIEW)
        mode = DialMode.PROGRESSIVE if unpaced else campaign.mode
        header = Header(
            mode.value, replace(settings, abandon_target=target), campaign.id.int & 0x7FFFFFFF
        )
        tape = self._tapes.begin(campaign.id, header)
        return Paced(tape, self.windows.held_by(campaign), self._context.unix)

    def _recount(self, campaign_ids: list[UUID]) -> None:
        """Add what was counted before now, in the background: there may be millions of rows."""
        now = self._context.clock.now()
        begun = {id: self._state.runs[id].tally for id in campaign_ids}

        async def add() -> None:
            try:
                earlier = await rows.read_tallies(campaign_ids, before=now)
            except DATABASE_AWAY:
                return  # these figures begin with this owner, then
            for id, tally in begun.items():
                tally.add(earlier[id])  # nobody's any more, where it was started again meanwhile

        self._spawn(add())

    async def _count(self, campaign_ids: list[UUID]) -> None:
        if not campaign_ids:
            return
        left = await count_left(connections.get("default"), campaign_ids)
        for campaign_id, count in left.items():
            if run := self._state.runs.get(campaign_id):
                run.targets_left = count


def _paced_by(campaign: Campaign) -> tuple[object, ...]:
    """What a pacer is made from, without what it counts itself."""
    window = (campaign.abandon_window, campaign.abandon_pool, campaign.false_positive_rate)
    return (campaign.mode, pacing_settings(campaign), *window)
