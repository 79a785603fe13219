"""Explain says "dialable now" if and only if the selector takes the target."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tortoise import connections

from domain.calls.models import Attempt
from domain.calls.rules import Disposition
from domain.campaigns.models import Campaign
from domain.campaigns.rules import CampaignState, DialMode
from domain.core.ids import new_id
from domain.eligibility.calendars import holiday_of
from domain.eligibility.explain import explain_campaign, explain_target
from domain.eligibility.models import DialingPolicy
from domain.eligibility.rules import Openings
from domain.eligibility.terms import terms_of
from domain.floor.context import FloorContext
from domain.floor.hoppers import Hoppers
from domain.floor.journal import Journal
from domain.floor.ledger import Ledger
from domain.floor.rows import pacing_of, settings_of
from domain.floor.screening import Screening
from domain.floor.state import FloorState, Run
from domain.pacing import policy_for
from domain.suppression.models import Suppression
from domain.suppression.rules import SuppressionSource
from domain.targets.models import Contact, Target
from domain.targets.rules import ClosedReason, TargetState
from tests import rows
from tests.fakes import FakePorts, FixedClock

NUMBERS = ("+12125550123", "+13055550123", "+442079460018", "+33142685300", "+79161234567")
ZONES = (None, None, "Pacific/Auckland", "America/Los_Angeles")
WINDOWS: tuple[list[dict[str, Any]], ...] = (
    [],
    [{"days": ["monday", "tuesday", "friday"], "from": "09:00", "until": "18:00"}],
    [{"days": ["sunday"], "from": "00:00", "until": "24:00"}],
)
PACKS: tuple[list[str] | None, ...] = (None, [], ["*"], ["us", "fr", "ru"])
CAPS: tuple[list[dict[str, int]], ...] = ([], [{"calls": 1, "hours": 24}])

TARGETS = st.lists(
    st.fixed_dictionaries(
        {
            "zone": st.sampled_from(ZONES),
            "state": st.sampled_from([*TargetState, TargetState.NEW, TargetState.RETRY]),
            "due_minutes": st.integers(-3000, 3000),
            "calls": st.lists(st.tuples(st.integers(1, 5000), st.booleans()), max_size=3),
            "listed_hours": st.sampled_from([None, None, None, 0, -1, 5]),
        }
    ),
    min_size=len(NUMBERS),
    max_size=len(NUMBERS),
)


@pytest.mark.feature("CAM-22")
@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    minutes=st.integers(0, 14 * 24 * 60),
    targets=TARGETS,
    windows=st.sampled_from(WINDOWS),
    packs=st.sampled_from(PACKS),
    account_packs=st.sampled_from([[], ["*"]]),
    caps=st.sampled_from(CAPS),
    skip_holidays=st.booleans(),
    state=st.sampled_from([CampaignState.RUNNING, CampaignState.RUNNING, CampaignState.STOPPED]),
    lines=st.sampled_from([1.0, 3.0]),
    stops_in=st.sampled_from([None, -60, 60]),
)
async def test_explain_says_dialable_if_and_only_if_the_selector_takes_it(
    connected_database: Callable[[], Awaitable[None]],
    tmp_path: Path,
    minutes: int,
    targets: list[dict[str, Any]],
    windows: list[dict[str, Any]],
    packs: list[str] | None,
    account_packs: list[str],
    caps: list[dict[str, int]],
    skip_holidays: bool,
    state: CampaignState,
    lines: float,
    stops_in: int | None,
) -> None:
    await connected_database()  # each example on empty tables
    fakes = FakePorts(tmp_path / "files")
    fakes.clock.advance(minutes * 60.0)
    now = fakes.clock.now()
    account = await rows.an_account()
    await DialingPolicy.create(
        account=account, packs=account_packs, number_caps=caps, changed_at=now
    )
    campaign = await rows.a_campaign(
        account,
        mode=DialMode.PROGRESSIVE,
        lines_per_agent=lines,
        state=state,
        calling_windows=windows,
        regulation_packs=packs,
        skip_holidays=skip_holidays,
        stops_at=now + timedelta(minutes=stops_in) if stops_in is not None else None,
    )
    for number, wanted in zip(NUMBERS, targets, strict=True):
        await _a_target(campaign, number, wanted, now)

    explained = await _explained(campaign, fakes)
    counts = await explain_campaign(rows.an_admin(account), campaign.id, ports=fakes.ports)
    taken = await _taken(campaign, fakes.clock)
    assert {id for id, free in explained.items() if free} == taken
    if counts.block is None:
        assert counts.dialable == len(taken)
    assert counts.waiting == counts.dialable + sum(each.targets for each in counts.blocked)
    # What the selector has put aside since is explained as before: by the rule, as not free.
    assert await _explained(campaign, fakes) == explained


async def _explained(campaign: Campaign, fakes: FakePorts) -> dict[UUID, bool]:
    account = await campaign.account
    found = {}
    for target in await Target.filter(campaign=campaign):
        answer = await explain_target(rows.an_admin(account), target.id, ports=fakes.ports)
        found[target.id] = answer.block is None
    return found


async def _taken(campaign: Campaign, clock: FixedClock) -> set[UUID]:
    """The targets that a floor's hopper holds after a refill, if the campaign dials at all."""
    policy = await DialingPolicy.filter(account_id=campaign.account_id).first()
    terms = terms_of(campaign, policy)
    work: list[asyncio.Task[None]] = []

    def spawn(coroutine: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        work.append(asyncio.create_task(coroutine))
        return work[-1]

    async def unpublished(notices: object) -> None:
        return None

    journal = Journal(campaign.account_id, 1, unpublished, clock.sleep)
    await connections.get("default").execute_query(
        "INSERT INTO floor (account_id, epoch, inbox_position) VALUES ($1, 1, '0-0')",
        [campaign.account_id],
    )
    context = FloorContext(
        state=FloorState(campaign.account_id, 1),
        journal=journal,
        clock=clock,
        send=lambda node, command: None,
    )
    ledger = Ledger()
    run = Run(
        campaign_id=campaign.id,
        settings=settings_of(campaign),
        policy=policy_for(DialMode.PROGRESSIVE, pacing_of(campaign, ledger, at=0.0)),
        ledger=ledger,
        openings=Openings(terms, holiday_of),
    )
    context.state.runs[campaign.id] = run
    Hoppers(context, Screening(context), spawn).refill(run)
    await asyncio.gather(*work)
    await journal.flush()
    return {target.id for target in run.hopper}


async def _a_target(campaign: Campaign, number: str, wanted: dict[str, Any], now: datetime) -> None:
    contact = await Contact.create(
        account_id=campaign.account_id, name="Cleo", timezone=wanted["zone"]
    )
    state: TargetState = wanted["state"]
    target = await Target.create(
        account_id=campaign.account_id,
        campaign=campaign,
        contact=contact,
        number=number,
        max_attempts=9,
        state=state,
        closed_reason=ClosedReason.FINAL if state is TargetState.CLOSED else None,
        next_at=now + timedelta(minutes=wanted["due_minutes"])
        if state is TargetState.RETRY
        else None,
    )
    for ordinal, (ago, abandoned) in enumerate(wanted["calls"], start=1):
        at = now - timedelta(minutes=ago)
        await Attempt.create(
            id=new_id(),
            account_id=campaign.account_id,
            campaign=campaign,
            target=target,
            ordinal=ordinal,
            number=number,
            node="sim",
            epoch=1,
            state="ended",
            disposition=Disposition.ABANDONED if abandoned else Disposition.BUSY,
            created_at=at,
            ended_at=at,
        )
    if wanted["listed_hours"] is not None:
        hours = wanted["listed_hours"]
        await Suppression.create(
            account_id=campaign.account_id,
            scope_id=campaign.id,
            pattern=number,
            source=SuppressionSource.MANUAL,
            expires_at=now + timedelta(hours=hours) if hours else None,
        )
