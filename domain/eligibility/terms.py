"""From a campaign's row and its account's policy to the terms that the rules judge by."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from domain.campaigns.models import Campaign
from domain.campaigns.rules import DialMode
from domain.conditions.reading import filter_of, rules_of
from domain.eligibility import packs
from domain.eligibility.hours import Hours
from domain.eligibility.models import DialingPolicy
from domain.eligibility.parts import Cap, Terms
from domain.eligibility.weeks import ALL_DAY, week_of


def terms_of(campaign: Campaign, policy: DialingPolicy | None) -> Terms:
    """What holds for calls of a campaign. Rows are valid: they were checked when written."""
    chosen = campaign.regulation_packs
    if chosen is None:
        chosen = policy.packs if policy is not None else []
    return Terms(
        campaign_id=campaign.id,
        state=campaign.state,
        waits_for=campaign.waits_for_id,
        started_at=campaign.started_at,
        starts_at=campaign.starts_at,
        stops_at=campaign.stops_at,
        guaranteed=campaign.mode in (DialMode.AGENT_FIRST, DialMode.PREVIEW)
        or (campaign.mode is DialMode.PROGRESSIVE and campaign.lines_per_agent < 2),
        windows=_windows(campaign.calling_windows, skip_holidays=campaign.skip_holidays),
        caps=(
            *_caps(campaign.number_caps, "the campaign", whole_account=False),
            *_caps(policy.number_caps if policy else (), "the account", whole_account=True),
        ),
        packs=packs.chosen(chosen),
        filter=filter_of(campaign.target_filter),
        rules=rules_of(campaign.rules),
    )


def judged_by(terms: Terms) -> Terms:
    """What targets are judged by: the terms without what concerns the campaign as a whole."""
    return replace(
        terms, state="running", waits_for=None, started_at=None, starts_at=None, stops_at=None
    )


def _windows(rows: Sequence[Mapping[str, Any]], *, skip_holidays: bool) -> Hours | None:
    if not rows and not skip_holidays:
        return None
    return Hours(
        "campaign",
        "the campaign's calling window",
        week_of((row["days"], row["from"], row["until"]) for row in rows)
        if rows
        else (ALL_DAY,) * 7,
        () if skip_holidays else None,
    )


def _caps(
    rows: Sequence[Mapping[str, int]], origin: str, *, whole_account: bool
) -> tuple[Cap, ...]:
    return tuple(Cap(row["calls"], row["hours"], origin, whole_account) for row in rows)
