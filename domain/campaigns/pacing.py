"""What a campaign's pacer is told."""

from domain.campaigns.models import Campaign
from domain.campaigns.rules import MINIMUM_RING_S
from domain.pacing import DEFAULT_PORTS
from domain.pacing.interface import PacingSettings


def pacing_settings(
    campaign: Campaign, *, live_answers: int = 0, abandoned: int = 0
) -> PacingSettings:
    """The campaign's parameters, and what it counted before towards its abandon target."""
    return PacingSettings(
        lines_per_agent=campaign.lines_per_agent,
        max_lines_per_agent=campaign.max_lines_per_agent,
        abandon_target=campaign.abandon_target,
        correction_pace=campaign.correction_pace,
        gain=campaign.gain,
        ring_limit=campaign.ring_limit_s,
        minimum_ring=min(MINIMUM_RING_S, campaign.ring_limit_s),
        minimum_agents=campaign.minimum_agents,
        patience=campaign.patience_s,
        live_answers_before=live_answers,
        abandoned_before=abandoned,
        ports=campaign.ivr_ports or DEFAULT_PORTS,
    )
