"""Explain says "dialable now" if and only if the selector takes the target."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tortoise import connections

from domain.access.models import Account
from domain.calls.models import Attempt
from domain.calls.rules import Disposition
from domain.campaigns.models import Campaign
from domain.campaigns.pacing import pacing_settings
from domain.campaigns.rules import CampaignState, DialMode
from domain.core.ids import new_id
from domain.eligibility.calendars import holiday_of
from domain.eligibility.explain import explain_campaign, explain_target
from domain.eligibility.models import DialingPolicy
from domain.eligibility.openings import Openings
from domain.eligibility.terms import terms_of
from domain.floor.calls.screening import Screening
from domain.floor.context import FloorContext
from domain.floor.journal.writer import Journal
from domain.floor.ledger import Ledger
from domain.floor.runs.hoppers import Hoppers
from domain.floor.settings import settings_of
from domain.floor.state import FloorState, Run
from domain.pacing import policy_for
from domain.suppression.models import Suppression
from domain.suppression.rules import SuppressionSource
from domain.targets.contact_numbers import ContactNumber, ContactNumbers, NumberWindow
from domain.targets.models import Contact, Target
from domain.targets.rules import ClosedReason, TargetState
from tests import rows
from tests.fakes import FakePorts

NUMBERS = ("+12125550123", "+13055550123", "+442079460018", "+33142685300", "+79161234567")
ZONES = (None, None, "Pacific/Auckland", "America/Los_Angeles")
WINDOWS: tuple[list[dict[str, Any]], ...] = (
    [],
    [{"days": ["monday", "tuesday", "friday"], "from": "09:00", "until": "18:00"}],
    [{"days": ["sunday"], "from": "00:00", "until": "24:00"}],
)
OTHERS = ("+12125550124", "+442079460019", "+81312345678")
OWN_WINDOWS: tuple[tuple[NumberWindow, ...], ...] = (
    (),
    (NumberWindow(("monday", "wednesday"), "08:00", "12:00"),),
    (NumberWindow(("tuesday", "saturday", "sunday"), "00:00", "24:00"),),
)
PACKS: tuple[list[str] | None, ...] = (None, [], ["*"], ["us", "fr", "ru"])
CAPS: tuple[list[dict[str, int]], ...] = ([], [{"calls": 1, "hours": 24}])


def _about(subject: str, operator: str, *values: str, name: str = "", kind: str = "text") -> Any:
    row = {"subject": subject, "operator": operator, "name": name, "kind": kind}
    return {"test": {**row, "values": list(values)}}


_GOLD = _about("variable", "is", "gold", name="Plan")
_OWES = _about("variable", "more", "100", name="Debt", kind="number")  # of some it is no number
_NIGHT = _about("local_time", "between", "18:00", "09:00")
_TRIED = {"any": [_about("attempts", "more", "0"), _about("last_disposition", "is", "busy")]}
FILTERS: tuple[dict[str, Any] | None, ...] = (None, None, {"not": _GOLD}, _OWES)
RULES = st.lists(
    st.builds(
        lambda when, then, moment: {"moment": moment, "when": when, "then": [then]},
        st.sampled_from([_GOLD, _OWES, _NIGHT, _TRIED, {"all": [_GOLD, {"not": _NIGHT}]}]),
        st.sampled_from(
            [
                {"kind": "skip"},
                {"kind": "skip", "until": "2026-03-05T00:00:00+00:00"},
                {"kind": "reschedule", "after_s": 7200, "at": None},
                {"kind": "reschedule", "after_s": 0, "at": "10:00"},
                {"kind": "suppress"},
                {"kind": "set_priority", "number": 9},
                {"kind": "preview"},
            ]
        ),
        st.sampled_from(["before_call", "before_call", "wrap_up"]),
    ),
    max_size=2,
).map(lambda found: [{**rule, "name": f"R{n}"} for n, rule in enumerate(found)])
PEOPLE: tuple[dict[str, str], ...] = (
    {},
    {"Plan": "Gold"},
    {"Debt": "250,5"},
    {"Plan": "free", "Debt": "a lot"},
)

TARGETS = st.lists(
    st.fixed_dictionaries(
        {
            "zone": st.sampled_from(ZONES),
            "state": st.sampled_from([*TargetState, TargetState.NEW, TargetState.RETRY]),
            "due_minutes": st.integers(-3000, 3000),
            "calls": st.lists(st.tuples(st.integers(1, 5000), st.booleans()), max_size=3),
            "listed_hours": st.sampled_from([None, None, None, 0, -1, 5]),
            "variables": st.sampled_from(PEOPLE),
            "others": st.lists(
                st.fixed_dictionaries(
                    {
                        "number": st.sampled_from(OTHERS),
                        "windows": st.sampled_from(OWN_WINDOWS),
                        "due_minutes": st.sampled_from([None, None, -60, 60, 3000]),
                        "given_up": st.booleans(),
                        "listed_hours": st.sampled_from([None, None, None, 0, 5]),
                    }
                ),
                max_size=2,
                unique_by=lambda each: each["number"],
            ),
        }
    ),
    min_size=len(NUMBERS),
    max_size=len(NUMBERS),
)


@pytest.mark.feature("CAM-22")
@settings(
    max_examples=60,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
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
    target_filter=st.sampled_from(FILTERS),
    rules=RULES,
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
    target_filter: dict[str, Any] | None,
    rules: list[dict[str, Any]],
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
        target_filter=target_filter,
        rules=rules,
    )
    for number, wanted in zip(NUMBERS, targets, strict=True):
        await _a_target(campaign, number, wanted, now)

    explained = await _explained(campaign, fakes)
    counts = await explain_campaign(rows.an_admin(account), campaign.id, ports=fakes.ports)
    taken = await _taken(campaign, fakes)
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


async def _taken(campaign: Campaign, fakes: FakePorts) -> set[UUID]:
    """The targets that a floor's hopper holds after a refill, if the campaign dials at all."""
    clock = fakes.clock
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
        policy=policy_for(DialMode.PROGRESSIVE, pacing_settings(campaign)),
        ledger=ledger,
        openings=Openings(terms, holiday_of),
    )
    context.state.runs[campaign.id] = run
    Hoppers(context, Screening(context), spawn).refill(run)
    await asyncio.gather(*work)
    await journal.flush()
    for target in run.hopper:
        answer = await explain_target(
            rows.an_admin(await Account.get(id=campaign.account_id)), target.id, ports=fakes.ports
        )
        assert answer.number == target.number  # the one that is explained is the one dialed
    return {target.id for target in run.hopper}


async def _a_target(campaign: Campaign, number: str, wanted: dict[str, Any], now: datetime) -> None:
    contact = await Contact.create(
        account_id=campaign.account_id,
        name="Cleo",
        timezone=wanted["zone"],
        variables=wanted["variables"],
    )
    state: TargetState = wanted["state"]
    target = await Target.create(
        account_id=campaign.account_id,
        campaign=campaign,
        contact=contact,
        number=number,
        numbers=_numbers(number, wanted["others"], now),
        max_attempts=9,
        attempts=len(wanted["calls"]),
        last_disposition=Disposition.BUSY if wanted["calls"] else None,
        last_attempt_at=now - timedelta(minutes=min(ago for ago, _ in wanted["calls"]))
        if wanted["calls"]
        else None,
        created_at=now - timedelta(days=4),
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
    for listed, hours in (
        (number, wanted["listed_hours"]),
        *((other["number"], other["listed_hours"]) for other in wanted["others"]),
    ):
        if hours is not None:
            await Suppression.get_or_create(
                {
                    "account_id": campaign.account_id,
                    "source": SuppressionSource.MANUAL,
                    "expires_at": now + timedelta(hours=hours) if hours else None,
                },
                scope_id=campaign.id,
                pattern=listed,
            )


def _numbers(first: str, others: list[dict[str, Any]], now: datetime) -> object:
    if not others:
        return None
    entries = [ContactNumber(first, next_at=now - timedelta(minutes=5))]
    for other in others:
        due = other["due_minutes"]
        entries.append(
            ContactNumber(
                other["number"],
                windows=other["windows"],
                next_at=now + timedelta(minutes=due) if due is not None else None,
                given_up=other["given_up"],
            )
        )
    return orjson.loads(ContactNumbers(tuple(entries), others[0]["number"]).stored())
