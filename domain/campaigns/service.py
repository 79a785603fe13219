"""Campaigns: find, make, set, start, stop, close. Who works on them is in assignments.py."""

import secrets
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from logging import getLogger
from typing import Any
from uuid import UUID

import msgspec
from tortoise.queryset import QuerySet

from domain.access import audit
from domain.access.permissions import Permission
from domain.access.principal import Principal
from domain.access.service import access_account
from domain.callerids.owned import numbers_shown, refuse_foreign
from domain.campaigns.commands import CampaignChanged
from domain.campaigns.errors import CampaignClosed, NoAgentsAssigned
from domain.campaigns.events import CampaignRowChanged, campaign_topic
from domain.campaigns.models import Campaign, CampaignAgent, CampaignTeam
from domain.campaigns.rules import (
    DEFAULT_RETRY_DELAYS_S,
    ON_PORTS,
    CampaignState,
    DialMode,
    is_started,
)
from domain.campaigns.settings import (
    PUBLIC_NAMES,
    RULE_COLUMNS,
    CampaignSettings,
    checked_settings,
    refuse_dates_apart,
    refuse_incomplete,
)
from domain.chains.models import CampaignSource
from domain.chains.shared import (
    begins_after,
    hold_chain_of,
    others_to_share,
    shared_of,
    started_with,
)
from domain.conditions.parts import ActionKind
from domain.core.bus import Notice
from domain.core.errors import NotFound, Unavailable
from domain.core.floors import tell_of_rows
from domain.core.ports import Ports
from domain.core.problems import Problems
from domain.core.unit_of_work import UnitOfWork, unit_of_work
from domain.targets.jobs import OrderTargets

logger = getLogger(__name__)

NEWEST_FIRST = ("-serial", "-id")

# Without characters that people mistake for each other.
_API_CODE_LETTERS = "23456789abcdefghjkmnpqrstuvwxyz"


@dataclass(frozen=True, slots=True)
class Stopped:
    """A campaign that dials no more. No new call can be committed since its row says so.

    `settled`: the floor has confirmed that none is on its way to a switch either. False: no floor
    answered; there may be none, or it is overloaded. Stopping again asks it again.
    """

    campaign: Campaign
    settled: bool


async def access_campaign(
    principal: Principal,
    id: UUID,
    need: Permission = Permission.CAMPAIGN_VIEW,
    *,
    lock: bool = False,
) -> Campaign:
    """A campaign of the account: the only way from an id to a row. Raises NotAllowed, NotFound."""
    query = visible_campaigns(principal, need).filter(id=id)
    campaign = await (query.select_for_update() if lock else query).first()
    if campaign is None:
        raise NotFound("campaign", id)
    return campaign


async def require_campaign(principal: Principal, id: UUID, need: Permission) -> None:
    """Return if `access_campaign` would. Raises NotAllowed, NotFound.

    For lists that need nothing of its sixty columns.
    """
    if not await visible_campaigns(principal, need).filter(id=id).exists():
        raise NotFound("campaign", id)


async def sensitive_variables(ids: Collection[UUID]) -> dict[UUID, frozenset[str]]:
    """The sensitive variables of each of these campaigns. One query."""
    rows = await Campaign.filter(id__in=list(ids)).values_list("id", "sensitive_variables")
    return {id: frozenset(names) for id, names in rows}


def visible_campaigns(
    principal: Principal,
    need: Permission = Permission.CAMPAIGN_VIEW,
    *,
    finished: bool | None = None,
    archived: bool = True,
    states: Collection[CampaignState] = (),
    modes: Collection[DialMode] = (),
) -> QuerySet[Campaign]:
    """Campaigns of the account. NEWEST_FIRST.

    `finished` picks the closed ones, or all others; without `archived` those are left out.
    """
    principal.require(need)
    query = Campaign.filter(account_id=principal.account_id)
    if finished is not None:
        query = query.filter(state=CampaignState.CLOSED) if finished else query
        query = query if finished else query.exclude(state=CampaignState.CLOSED)
    if not archived:
        query = query.filter(archived_at=None)
    if states:
        query = query.filter(state__in=list(states))
    if modes:
        query = query.filter(mode__in=list(modes))
    return query


async def create(principal: Principal, settings: CampaignSettings, *, ports: Ports) -> Campaign:
    """A new campaign, stopped, with the next serial. Name and mode must be given.

    Raises InvalidInput with every problem.
    """
    principal.require(Permission.CAMPAIGN_MANAGE)
    problems = Problems()
    for field in ("name", "mode"):
        problems.unless(field in settings, field, "must be given")
    problems.refuse_any()
    values = checked_settings(settings)
    refuse_incomplete(values)
    values.setdefault("retry_delays_s", {str(d): s for d, s in DEFAULT_RETRY_DELAYS_S.items()})
    async with unit_of_work(ports) as work:
        await refuse_foreign(principal.account_id, numbers_shown(values))
        campaign = await add(principal, work, values, ports=ports)
        await record(principal, "campaignCreate", campaign, {}, values, ports)
    return campaign


async def add(
    principal: Principal, work: UnitOfWork, values: dict[str, Any], *, ports: Ports
) -> Campaign:
    """A new row with these columns, the next serial and an API code of its own."""
    # The account's row is the queue for serials: two campaigns made at once get two.
    await access_account(principal, lock=True)
    newest = await Campaign.filter(account_id=principal.account_id).order_by("-serial").first()
    campaign = await Campaign.create(
        account_id=principal.account_id,
        serial=newest.serial + 1 if newest else 1,
        api_code="".join(secrets.choice(_API_CODE_LETTERS) for _ in range(12)),
        created_at=ports.clock.now(),
        **values,
    )
    announce(work, campaign)
    return campaign


async def change(
    principal: Principal, id: UUID, settings: CampaignSettings, *, ports: Ports
) -> Campaign:
    """The campaign with what was given changed, at any time; a running one goes on with it.

    `max_attempts` holds for targets added from now on: each carries the number it came with.
    Raises NotFound, InvalidInput, CampaignClosed.
    """
    principal.require(Permission.CAMPAIGN_MANAGE)
    values = checked_settings(settings)
    async with unit_of_work(ports) as work:
        await hold_chain_of(id)
        campaign = await access_campaign(principal, id, Permission.CAMPAIGN_MANAGE, lock=True)
        if campaign.state is CampaignState.CLOSED:
            raise CampaignClosed(campaign.id)
        before = {column: getattr(campaign, column) for column in values}
        changed = {column: value for column, value in values.items() if before[column] != value}
        if not changed:
            return campaign
        await refuse_foreign(principal.account_id, numbers_shown(changed))
        refuse_dates_apart(
            changed.get("starts_at", campaign.starts_at), changed.get("stops_at", campaign.stops_at)
        )
        others = await others_to_share(campaign, changed)
        if RULE_COLUMNS & changed.keys():
            changed["rules_changed_at"] = ports.clock.now()
        written = {"target_order", "rules"} & changed.keys()
        if written and (_orders(before) or _orders(changed)):
            changed["order_due"] = True
            work.enqueue(OrderTargets(campaign.id), job_id=f"OrderTargets:{campaign.id}")
        campaign.update_from_dict(changed)
        refuse_incomplete(vars(campaign))
        await campaign.save(update_fields=list(changed))
        await record(principal, "campaignChange", campaign, before, values, ports)
        announce(work, campaign)
        for other in others:
            await take_over(principal, work, other, shared_of(campaign), ports)
    for each in (campaign, *others):
        await _tell(each, ports)
    return campaign


async def take_over(
    principal: Principal,
    work: UnitOfWork,
    campaign: Campaign,
    settings: dict[str, Any],
    ports: Ports,
) -> None:
    """Give a campaign these settings, which were checked on another one of its chain.

    Raises InvalidInput when they don't go with its own.
    """
    before = {column: getattr(campaign, column) for column in settings}
    changed = {column: value for column, value in settings.items() if before[column] != value}
    if changed:
        after = dict(changed)
        if RULE_COLUMNS & changed.keys():
            changed["rules_changed_at"] = ports.clock.now()
        campaign.update_from_dict(changed)
        refuse_incomplete(vars(campaign))
        await campaign.save(update_fields=list(changed))
        await record(
            principal, "campaignChange", campaign, {c: before[c] for c in after}, after, ports
        )
    announce(work, campaign)


async def start(principal: Principal, id: UUID, *, ports: Ports) -> Campaign:
    """Dial, or go on dialing. Starting a running campaign only tells the floor again.

    One that comes after others waits until they have nothing left. The main campaign of a chain
    starts the others of it, too, and they wait. Raises NotFound, CampaignClosed, NoAgentsAssigned.
    """
    principal.require(Permission.CAMPAIGN_RUN)
    async with unit_of_work(ports) as work:
        await hold_chain_of(id)
        campaign = await access_campaign(principal, id, Permission.CAMPAIGN_RUN, lock=True)
        if campaign.state is CampaignState.CLOSED:
            raise CampaignClosed(campaign.id)
        started = [] if is_started(campaign.state) else [campaign, *await started_with(campaign)]
        if started and campaign.mode not in ON_PORTS and not await has_agents(campaign.id):
            raise NoAgentsAssigned(campaign.id)
        for each in started:
            before = {"state": each.state}
            each.waits_for_id = await begins_after(each)
            each.state = (
                CampaignState.RUNNING if each.waits_for_id is None else CampaignState.WAITING
            )
            each.started_at = ports.clock.now()
            await each.save(update_fields=["state", "started_at", "waits_for_id"])
            await record(principal, "campaignStart", each, before, {"state": each.state}, ports)
            announce(work, each)
    for each in started or [campaign]:
        await _tell(each, ports)
    return campaign


async def has_agents(campaign_id: UUID) -> bool:
    """Whether anybody who still works here is assigned, alone or through a team."""
    alone = CampaignAgent.filter(campaign_id=campaign_id, agent__archived_at=None)
    if await alone.exists():
        return True
    return await CampaignTeam.filter(
        campaign_id=campaign_id, team__agents__id__isnull=False, team__agents__archived_at=None
    ).exists()


async def stop(principal: Principal, id: UUID, *, ports: Ports) -> Stopped:
    """Place no further call; live calls finish. Returns when none can leave (see Stopped).

    Stopping a stopped campaign changes nothing and asks the floor again. Raises NotFound,
    CampaignClosed.
    """
    return await _end(principal, id, CampaignState.STOPPED, "campaignStop", ports)


async def close(principal: Principal, id: UUID, *, ports: Ports) -> Stopped:
    """Stop for good and move to the finished ones. Closing a closed one changes nothing.

    Raises NotFound.
    """
    return await _end(principal, id, CampaignState.CLOSED, "campaignClose", ports)


async def _end(
    principal: Principal, id: UUID, wanted: CampaignState, action: str, ports: Ports
) -> Stopped:
    principal.require(Permission.CAMPAIGN_RUN)
    async with unit_of_work(ports) as work:
        # The floor takes targets under a shared lock of this row while it says `running`. So
        # this waits for a launch that is being committed, and none is committed after it.
        campaign = await access_campaign(principal, id, Permission.CAMPAIGN_RUN, lock=True)
        if campaign.state is CampaignState.CLOSED and wanted is not CampaignState.CLOSED:
            raise CampaignClosed(campaign.id)
        if campaign.state is not wanted:
            before, now = {"state": campaign.state}, ports.clock.now()
            if is_started(campaign.state):
                campaign.stopped_at = now
            if wanted is CampaignState.CLOSED:
                campaign.closed_at = now
                await CampaignSource.filter(campaign_id=id, removed_at=None).update(removed_at=now)
            campaign.state, campaign.waits_for_id = wanted, None
            await campaign.save(update_fields=["state", "stopped_at", "closed_at", "waits_for_id"])
            await record(principal, action, campaign, before, {"state": wanted}, ports)
            announce(work, campaign)
    try:
        await ports.floors.ask(campaign.account_id, CampaignChanged(campaign=campaign.id))
    except Unavailable as error:
        logger.warning("campaign %s stopped, floor not asked: %s", campaign.id, error.code)
        return Stopped(campaign, settled=False)
    return Stopped(campaign, settled=True)


def _orders(columns: Mapping[str, Any]) -> bool:
    """Whether these columns say what comes first."""
    rules = columns.get("rules", ())
    kinds = {action["kind"] for rule in rules for action in rule["then"]}
    return bool(columns.get("target_order")) or ActionKind.SET_PRIORITY in kinds


async def _tell(campaign: Campaign, ports: Ports) -> None:
    command = CampaignChanged(campaign=campaign.id)
    await tell_of_rows(ports.floors, campaign.account_id, command)


def announce(work: UnitOfWork, campaign: Campaign) -> None:
    """Let those who follow the account's campaigns know, after the commit."""
    changed = CampaignRowChanged(campaign=campaign.id)
    work.publish(Notice(campaign_topic(campaign.account_id), msgspec.json.encode(changed)))


async def record(
    principal: Principal,
    action: str,
    campaign: Campaign,
    before: dict[str, Any],
    after: dict[str, Any],
    ports: Ports,
) -> None:
    """Write down what was done to a campaign, by the public names of its settings."""
    await audit.record(
        principal,
        action,
        subject_type="campaign",
        subject_id=campaign.id,
        difference=audit.difference(_public(before), _public(after)),
        at=ports.clock.now(),
    )


def _public(values: dict[str, Any]) -> dict[str, Any]:
    return {PUBLIC_NAMES.get(column, column): value for column, value in values.items()}
