"""A campaign's abandon rate over both windows, as the product says it."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from domain.access.permissions import Permission
from domain.access.principal import Principal
from domain.campaigns.models import Campaign
from domain.campaigns.rules import AbandonWindow
from domain.campaigns.service import access_campaign
from domain.core.problems import Problems
from domain.ledgers.answers import counts_of, pool_of
from domain.ledgers.rules import Counts, Window, abandon_rate, upper_rate, window_at

USUAL_CONFIDENCE = 0.95


@dataclass(frozen=True, slots=True)
class WindowFigures:
    """What one window holds, and what it comes to."""

    window: Window
    counts: Counts
    rate: float  # corrected; see rules.py
    upper_rate: float  # not exceeded with the confidence asked for
    kept: bool  # the rate is at or under the target


@dataclass(frozen=True, slots=True)
class Ledger:
    """The proof of one campaign, or of its pool."""

    campaign_ids: list[UUID]  # counted together
    pool: str
    target: float
    held: AbandonWindow  # the window that the floor holds
    false_positive_rate: float
    confidence: float
    at: datetime
    rolling: WindowFigures
    period: WindowFigures


async def ledger_of(
    principal: Principal, campaign_id: UUID, *, at: datetime, confidence: float = USUAL_CONFIDENCE
) -> Ledger:
    """The ledger's figures as of an instant. Raises NotFound, InvalidInput."""
    campaign = await access_campaign(principal, campaign_id, Permission.CAMPAIGN_VIEW)
    problems = Problems()
    problems.between("confidence", confidence, 0.5, 0.9999)
    problems.refuse_any()
    return await figures_of(campaign, at=at, confidence=confidence)


async def figures_of(
    campaign: Campaign, *, at: datetime, confidence: float = USUAL_CONFIDENCE
) -> Ledger:
    """The same for a campaign that was reached already."""
    members, anchor = await pool_of(campaign.id)

    async def over(kind: AbandonWindow) -> WindowFigures:
        window = window_at(kind, anchor, at)
        counts = await counts_of(members, window)
        lost = campaign.false_positive_rate
        rate = abandon_rate(counts, false_positives=lost)
        upper = upper_rate(counts, confidence, false_positives=lost)
        return WindowFigures(window, counts, rate, upper, rate <= campaign.abandon_target)

    return Ledger(
        campaign_ids=members,
        pool=campaign.abandon_pool,
        target=campaign.abandon_target,
        held=campaign.abandon_window,
        false_positive_rate=campaign.false_positive_rate,
        confidence=confidence,
        at=at,
        rolling=await over(AbandonWindow.ROLLING_24H),
        period=await over(AbandonWindow.SUCCESSIVE_30_DAYS),
    )
