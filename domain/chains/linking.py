"""Chains: campaigns that dial one after the other. Their settings are shared by shared.py."""

from uuid import UUID

from domain.access import audit
from domain.access.permissions import Permission
from domain.access.principal import Principal
from domain.access.service import access_account
from domain.campaigns.commands import CampaignChanged
from domain.campaigns.errors import CampaignClosed
from domain.campaigns.models import Campaign
from domain.campaigns.rules import CampaignState, is_started
from domain.campaigns.service import access_campaign, announce, take_over
from domain.chains.errors import ChainCircle, ChainedElsewhere
from domain.chains.models import Chain
from domain.chains.rules import circle, main_of
from domain.chains.shared import member_of, members_of, share_people, shared_of
from domain.core.floors import tell_of_rows
from domain.core.ports import Ports
from domain.core.problems import Problems
from domain.core.unit_of_work import unit_of_work

LINK_COLUMNS = ["chain_id", "after_id", "waits_for_id", "state"]


async def link(
    principal: Principal,
    id: UUID,
    after_id: UUID,
    *,
    chain_name: str | None = None,
    ports: Ports,
) -> Campaign:
    """Let a campaign dial when another has nothing left; it takes over the shared settings.

    It joins the other's chain; where there is none, one is made, named `chain_name` or as the
    other, whose main campaign the other is. In the same chain it is moved. A running campaign
    waits until its turn is looked at, a second at most. Raises NotFound, InvalidInput,
    CampaignClosed, ChainCircle, ChainedElsewhere.
    """
    principal.require(Permission.CAMPAIGN_MANAGE)
    problems = Problems()
    if chain_name is not None:
        chain_name = problems.text("chainName", chain_name, longest=100)
    problems.refuse_any()
    async with unit_of_work(ports) as work:
        # The account's row is the queue for links: a circle is found whoever closes it.
        await access_account(principal, lock=True)
        after = await access_campaign(principal, after_id, Permission.CAMPAIGN_MANAGE)
        campaign = await access_campaign(principal, id, Permission.CAMPAIGN_MANAGE)
        chain = await _chain_for(campaign, after, chain_name, ports)
        rows = {row.id: row for row in await members_of(chain.id, lock=True)}
        campaign = rows.get(id) or await access_campaign(
            principal, id, Permission.CAMPAIGN_MANAGE, lock=True
        )
        rows[id] = campaign
        for each in (campaign, rows[after_id]):
            if each.state is CampaignState.CLOSED:
                raise CampaignClosed(each.id)
        _refuse_circle(rows, id, after_id)
        if (campaign.chain_id, campaign.after_id) == (chain.id, after_id):
            return campaign
        before = {"after": campaign.after_id}
        campaign.chain_id, campaign.after_id = chain.id, after_id
        if is_started(campaign.state):
            campaign.state, campaign.waits_for_id = CampaignState.WAITING, after_id
        await campaign.save(update_fields=LINK_COLUMNS)
        await _record(principal, "campaignLink", campaign, before, ports)
        main = rows[main_of(member_of(row) for row in rows.values()) or id]
        if main.id != id:
            await take_over(principal, work, campaign, shared_of(main), ports)
            await share_people(main.id, [id])
            await _let_date_pass(campaign, ports)
        announce(work, rows[after_id])
    await _tell(campaign, ports)
    return campaign


async def unlink(principal: Principal, id: UUID, *, ports: Ports) -> Campaign:
    """Take a campaign out of its chain; it keeps its settings, and stops if it waited.

    Those after it come after the one before it. Where it was the first, the first of those after
    it takes its place. Raises NotFound.
    """
    principal.require(Permission.CAMPAIGN_MANAGE)
    async with unit_of_work(ports) as work:
        await access_account(principal, lock=True)
        campaign = await access_campaign(principal, id, Permission.CAMPAIGN_MANAGE)
        if campaign.chain_id is None:
            return campaign
        await Chain.filter(id=campaign.chain_id).select_for_update()
        rows = await members_of(campaign.chain_id, lock=True)
        campaign = next(row for row in rows if row.id == id)
        chain_id, before = campaign.chain_id, {"after": campaign.after_id}
        others = sorted((row for row in rows if row.id != id), key=lambda row: row.serial)
        followers = [row for row in others if row.after_id == id]
        heir = campaign.after_id
        for row in followers:
            row.after_id = heir
            heir = heir or row.id
            await row.save(update_fields=["after_id"])
            announce(work, row)
        campaign.chain_id = campaign.after_id = campaign.waits_for_id = None
        if campaign.state is CampaignState.WAITING:
            campaign.state, campaign.stopped_at = CampaignState.STOPPED, ports.clock.now()
        await campaign.save(update_fields=[*LINK_COLUMNS, "stopped_at"])
        if not others:
            await Chain.filter(id=chain_id).delete()
        await _record(principal, "campaignUnlink", campaign, before, ports)
        announce(work, campaign)
    for row in (campaign, *followers):
        await _tell(row, ports)
    return campaign


async def _let_date_pass(campaign: Campaign, ports: Ports) -> None:
    """A start date that has come, and was taken over just now, starts nobody."""
    now = ports.clock.now()
    if (
        campaign.state is CampaignState.STOPPED
        and campaign.starts_at is not None
        and campaign.starts_at <= now
    ):
        campaign.stopped_at = now
        await campaign.save(update_fields=["stopped_at"])


async def _chain_for(campaign: Campaign, after: Campaign, name: str | None, ports: Ports) -> Chain:
    """The locked chain that a campaign is to join."""
    if campaign.chain_id is not None and campaign.chain_id != after.chain_id:
        chain = await Chain.filter(id=campaign.chain_id).get()
        if await Campaign.filter(chain_id=chain.id).count() > 1:
            raise ChainedElsewhere(campaign.id, chain.name)
        await chain.delete()  # it was alone there
    if after.chain_id is not None:
        return await Chain.filter(id=after.chain_id).select_for_update().get()
    chain = await Chain.create(
        account_id=after.account_id, name=name or after.name, created_at=ports.clock.now()
    )
    after.chain_id = chain.id
    await Campaign.filter(id=after.id).update(chain_id=chain.id)
    return chain


def _refuse_circle(rows: dict[UUID, Campaign], id: UUID, after_id: UUID) -> None:
    edges = {row.id: [row.after_id] for row in rows.values() if row.after_id is not None}
    edges[id] = [after_id]
    way = circle(edges, id)
    if way:
        raise ChainCircle([(each, rows[each].name) for each in way], "after")


async def _record(
    principal: Principal,
    action: str,
    campaign: Campaign,
    before: dict[str, UUID | None],
    ports: Ports,
) -> None:
    await audit.record(
        principal,
        action,
        subject_type="campaign",
        subject_id=campaign.id,
        difference=audit.difference(before, {"after": campaign.after_id}),
        at=ports.clock.now(),
    )


async def _tell(campaign: Campaign, ports: Ports) -> None:
    await tell_of_rows(ports.floors, campaign.account_id, CampaignChanged(campaign=campaign.id))
