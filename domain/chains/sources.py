"""From whom a campaign draws: set, taken away, listed."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from tortoise.queryset import QuerySet

from domain.access import audit
from domain.access.permissions import Permission
from domain.access.principal import Principal
from domain.calls.rules import Disposition
from domain.campaigns.commands import CampaignChanged
from domain.campaigns.errors import CampaignClosed
from domain.campaigns.models import Campaign
from domain.campaigns.rules import CampaignState
from domain.campaigns.service import access_campaign
from domain.chains.errors import ChainCircle
from domain.chains.models import CampaignSource, TargetDraw
from domain.chains.rules import DrawResult, Include, circle
from domain.chains.shared import hold_links
from domain.core.errors import NotFound
from domain.core.floors import tell_of_rows
from domain.core.ids import new_id
from domain.core.ports import Ports
from domain.core.problems import Problems
from domain.core.unit_of_work import unit_of_work
from domain.targets.models import TargetBatch
from domain.targets.rules import ClosedReason

MOST_STATUSES = 100
LONGEST_DELAY_MINUTES = 90 * 24 * 60
FROM_THE_START = UUID(int=0)


@dataclass(frozen=True, slots=True)
class SourceSettings:
    """Which finished targets are drawn, and how long after."""

    include: Include = Include.MATCHING
    closed_reasons: Sequence[ClosedReason] = ()
    dispositions: Sequence[Disposition] = ()
    wrap_up_codes: Sequence[str] = ()
    delay_minutes: int = 0


async def set_source(
    principal: Principal, id: UUID, source_id: UUID, settings: SourceSettings, *, ports: Ports
) -> CampaignSource:
    """Let a campaign draw what another finishes, and what it finished before; or change how.

    What was drawn stays. Raises NotFound, InvalidInput, CampaignClosed, ChainCircle.
    """
    principal.require(Permission.CAMPAIGN_MANAGE)
    values = _checked(settings)
    async with unit_of_work(ports) as work:
        await hold_links(principal.account_id)  # a circle is found, whoever closes it
        source = await access_campaign(principal, source_id, Permission.CAMPAIGN_MANAGE)
        campaign = await access_campaign(principal, id, Permission.CAMPAIGN_MANAGE)
        if campaign.state is CampaignState.CLOSED:
            raise CampaignClosed(campaign.id)
        await _refuse_circle(campaign, source)
        row = (
            await CampaignSource.filter(campaign_id=id, source_id=source_id)
            .select_for_update()
            .first()
        )
        before = {} if row is None or row.removed_at else {n: getattr(row, n) for n in values}
        if before == values:
            assert row is not None
            return row
        if row is None:
            batch = await TargetBatch.create(
                campaign_id=id,
                name=f"From {source.name}"[:100],
                created_at=ports.clock.now(),
                using_db=work.connection,
            )
            row = CampaignSource(
                id=new_id(),
                account_id=campaign.account_id,
                campaign_id=id,
                source_id=source_id,
                batch_id=batch.id,
                created_at=ports.clock.now(),
            )
        # Read it all again: what was passed over may be wanted now. Nothing is drawn twice.
        row.update_from_dict(
            {**values, "removed_at": None, "read_after": FROM_THE_START, "read_horizon": None}
        )
        await row.save()
        await audit.record(
            principal,
            "campaignDraw",
            subject_type="campaign",
            subject_id=campaign.id,
            difference=audit.difference(
                before and {"sourceId": source_id, **before}, {"sourceId": source_id, **values}
            ),
            at=ports.clock.now(),
        )
    await _tell(campaign, ports)
    return row


async def remove_source(
    principal: Principal, id: UUID, source_id: UUID, *, ports: Ports
) -> Campaign:
    """Let a campaign draw no more from another; what was drawn stays. Gives the campaign.

    Removing what is removed changes nothing. Raises NotFound.
    """
    principal.require(Permission.CAMPAIGN_MANAGE)
    async with unit_of_work(ports):
        await hold_links(principal.account_id)
        await access_campaign(principal, source_id, Permission.CAMPAIGN_MANAGE)
        campaign = await access_campaign(principal, id, Permission.CAMPAIGN_MANAGE)
        row = await CampaignSource.filter(
            campaign_id=id, source_id=source_id, removed_at=None
        ).first()
        if row is None:
            return campaign
        row.removed_at = ports.clock.now()
        await row.save(update_fields=["removed_at"])
        await audit.record(
            principal,
            "campaignDrawEnd",
            subject_type="campaign",
            subject_id=campaign.id,
            difference={"sourceId": [str(source_id), None]},
            at=ports.clock.now(),
        )
    await _tell(campaign, ports)
    return campaign


async def access_source(principal: Principal, id: UUID) -> CampaignSource:
    """One link between two campaigns of the account. Raises NotAllowed, NotFound."""
    principal.require(Permission.CAMPAIGN_VIEW)
    row = await CampaignSource.filter(id=id, account_id=principal.account_id).first()
    if row is None:
        raise NotFound("draw", id)
    return row


async def visible_draws(
    principal: Principal, id: UUID, *, results: Sequence[DrawResult] = ()
) -> QuerySet[TargetDraw]:
    """What became of the finished targets of a link. Page them by `("id",)`. Raises NotFound."""
    principal.require(Permission.TARGET_VIEW)
    source = await access_source(principal, id)
    query = TargetDraw.filter(campaign_source_id=source.id)
    return query.filter(result__in=list(results)) if results else query


def _checked(settings: SourceSettings) -> dict[str, object]:
    problems = Problems()
    problems.between("delayMinutes", settings.delay_minutes, 0, LONGEST_DELAY_MINUTES)
    codes = [
        problems.text(f"wrapUpCodes.{index}", code, longest=64)
        for index, code in enumerate(settings.wrap_up_codes)
    ]
    problems.unless(len(codes) <= MOST_STATUSES, "wrapUpCodes", f"must be at most {MOST_STATUSES}")
    values = {
        "include": settings.include,
        "closed_reasons": sorted({str(each) for each in settings.closed_reasons}),
        "dispositions": sorted({str(each) for each in settings.dispositions}),
        "wrap_up_codes": sorted(set(codes)),
        "delay_s": settings.delay_minutes * 60,
    }
    problems.unless(
        bool(values["closed_reasons"] or values["dispositions"] or codes),
        "closedReasons",
        "must name one, or `dispositions` or `wrapUpCodes` must",
    )
    problems.refuse_any()
    return values


async def _refuse_circle(campaign: Campaign, source: Campaign) -> None:
    links = await CampaignSource.filter(
        account_id=campaign.account_id, removed_at=None
    ).values_list("campaign_id", "source_id")
    edges: dict[UUID, list[UUID]] = {}
    for taker, giver in (*links, (campaign.id, source.id)):
        edges.setdefault(taker, []).append(giver)
    if way := circle(edges, campaign.id):
        rows = await Campaign.filter(account_id=campaign.account_id, id__in=way)
        names = {row.id: row.name for row in rows}
        raise ChainCircle([(each, names[each]) for each in way], "from")


async def _tell(campaign: Campaign, ports: Ports) -> None:
    await tell_of_rows(ports.floors, campaign.account_id, CampaignChanged(campaign=campaign.id))
