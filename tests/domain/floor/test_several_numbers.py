"""A contact with several numbers is dialed at one after the other, until somebody is reached."""

from datetime import timedelta
from typing import Any

import orjson
import pytest

from domain.agents.commands import AgentEndWrapUp
from domain.calls.models import Attempt
from domain.calls.rules import Disposition
from domain.campaigns.models import Campaign
from domain.campaigns.rules import DialMode
from domain.eligibility.parts import BlockCode
from domain.floor.director import Floor
from domain.suppression.models import Suppression
from domain.suppression.rules import SuppressionSource
from domain.targets.contact_numbers import ContactNumber, ContactNumbers, NumberWindow
from domain.targets.models import Target
from domain.targets.rules import ClosedReason, TargetState
from domain.telephony.port import PlaceLeg, ToNumber
from tests.domain.floor.rig import Rig

# How the simulated carrier answers, by the last digits.
PERSON, BUSY, SILENT, INVALID = "+12025550013", "+12025550002", "+12025550003", "+12025550004"
PERSON_TOO = "+12025560013"


async def a_contact(
    rig: Rig, campaign: Campaign, *numbers: str | ContactNumber, **columns: Any
) -> Target:
    entries = tuple(ContactNumber(each) if isinstance(each, str) else each for each in numbers)
    [target] = await rig.targets(
        campaign,
        entries[0].number,
        numbers=orjson.loads(ContactNumbers(entries).stored()),
        **columns,
    )
    return target


async def dialed(rig: Rig) -> list[str]:
    return [row.number for row in await Attempt.filter(account=rig.row).order_by("created_at")]


async def working(rig: Rig, count: int = 1) -> Floor:
    agents = await rig.agents(count)
    await rig.carrier()
    floor = await rig.floor()
    await rig.at_work(*agents)
    return floor


@pytest.mark.feature("TGT-12")
async def test_the_next_number_is_dialed_until_one_reaches_the_contact(rig: Rig) -> None:
    campaign = await rig.campaign(DialMode.PROGRESSIVE, max_attempts=9)
    target = await a_contact(rig, campaign, BUSY, INVALID, PERSON, PERSON_TOO)
    await working(rig)

    await rig.until(lambda: rig.ended(3))
    await rig.pass_time(5)

    assert await dialed(rig) == [BUSY, INVALID, PERSON]
    await target.refresh_from_db()
    assert (target.state, target.closed_reason) == (TargetState.CLOSED, ClosedReason.CONNECTED)
    assert (target.attempts, target.number) == (3, BUSY)
    assert target.numbers is not None
    assert [each.get("last_disposition") for each in target.numbers["list"]] == [
        *("busy", "invalid", "connected", None),
    ]
    placed = [command.to for command in rig.commands(PlaceLeg)]
    assert [to.number for to in placed if isinstance(to, ToNumber)] == [BUSY, INVALID, PERSON]


@pytest.mark.feature("TGT-12")
async def test_attempts_are_those_of_the_contact_and_not_of_a_number(rig: Rig) -> None:
    campaign = await rig.campaign(DialMode.PROGRESSIVE, max_attempts=2)
    target = await a_contact(rig, campaign, BUSY, INVALID, PERSON)
    await working(rig)

    await rig.until(lambda: rig.ended(2))
    await rig.pass_time(5)

    assert await dialed(rig) == [BUSY, INVALID]
    await target.refresh_from_db()
    assert target.closed_reason is ClosedReason.ATTEMPTS_EXHAUSTED


@pytest.mark.feature("TGT-12")
async def test_a_campaign_says_after_what_the_next_number_is_dialed(rig: Rig) -> None:
    campaign = await rig.campaign(
        DialMode.PROGRESSIVE, max_attempts=9, next_number_after=["no_answer"]
    )
    target = await a_contact(rig, campaign, BUSY, PERSON)
    await working(rig)

    await rig.until(lambda: rig.ended(1))
    await rig.pass_time(5)

    assert await dialed(rig) == [BUSY]
    await target.refresh_from_db()
    assert target.next_at is not None
    assert target.next_at - rig.clock.now() > timedelta(minutes=2)


@pytest.mark.feature("TGT-12")
async def test_a_number_that_must_not_be_called_is_passed_over_for_the_next(rig: Rig) -> None:
    campaign = await rig.campaign(DialMode.PROGRESSIVE)
    await _suppress(rig, PERSON)
    target = await a_contact(rig, campaign, PERSON, PERSON_TOO)
    await working(rig)

    await rig.until(lambda: rig.ended(1))

    assert await dialed(rig) == [PERSON_TOO]
    await target.refresh_from_db()
    assert target.closed_reason is ClosedReason.CONNECTED


@pytest.mark.feature("TGT-12")
async def test_a_contact_none_of_whose_numbers_may_be_called_is_closed(rig: Rig) -> None:
    campaign = await rig.campaign(DialMode.PROGRESSIVE)
    await _suppress(rig, PERSON)
    await _suppress(rig, PERSON_TOO)
    target = await a_contact(rig, campaign, PERSON, PERSON_TOO)
    await working(rig)

    await rig.until(lambda: _closed(target))

    await target.refresh_from_db()
    assert target.closed_reason is ClosedReason.SUPPRESSED
    assert await dialed(rig) == []


@pytest.mark.feature("TGT-12")
async def test_a_number_is_dialed_in_its_own_hours_only(rig: Rig) -> None:
    day = f"{rig.clock.now():%A}".lower()
    tomorrow = f"{rig.clock.now() + timedelta(days=2):%A}".lower()
    shut = NumberWindow((tomorrow,), "00:00", "24:00")
    assert day != tomorrow
    campaign = await rig.campaign(DialMode.PROGRESSIVE)
    asleep = await a_contact(
        rig, campaign, ContactNumber("+12025570013", windows=(shut,)), priority=9
    )
    await a_contact(rig, campaign, ContactNumber(PERSON, windows=(shut,)), PERSON_TOO, priority=1)
    await working(rig)

    await rig.until(lambda: rig.ended(1))

    assert await dialed(rig) == [PERSON_TOO]
    await rig.until(lambda: Target.filter(id=asleep.id, held_by=BlockCode.OUTSIDE_HOURS).exists())


@pytest.mark.feature("TGT-12")
async def test_the_next_owner_of_the_floor_goes_on_with_the_next_number(rig: Rig) -> None:
    campaign = await rig.campaign(DialMode.PROGRESSIVE, max_attempts=9)
    target = await a_contact(rig, campaign, BUSY, SILENT, PERSON)
    floor = await working(rig)
    await rig.until(lambda: _ringing(rig, SILENT))

    await rig.let_go(floor)
    await rig.floor()
    await rig.until(lambda: rig.ended(3))
    await rig.until(lambda: _closed(target))

    assert await dialed(rig) == [BUSY, SILENT, PERSON]
    await target.refresh_from_db()
    assert target.closed_reason is ClosedReason.CONNECTED
    assert target.numbers is not None
    assert [each["attempts"] for each in target.numbers["list"]] == [1, 1, 1]


@pytest.mark.feature("TGT-12")
async def test_numbers_that_a_list_changed_meanwhile_are_those_that_are_dialed_later(
    rig: Rig,
) -> None:
    campaign = await rig.campaign(DialMode.PROGRESSIVE, max_attempts=9)
    target = await a_contact(rig, campaign, BUSY, SILENT)
    [agent] = await rig.agents(1)
    await rig.carrier()
    floor = await rig.floor()
    await rig.until(lambda: _in_hopper(floor, campaign))
    numbers = ContactNumbers((ContactNumber(BUSY), ContactNumber(PERSON)))
    await Target.filter(id=target.id).update(numbers=orjson.loads(numbers.stored()))

    await rig.at_work(agent)
    await rig.until(lambda: rig.ended(2))

    assert await dialed(rig) == [BUSY, PERSON]
    await target.refresh_from_db()
    assert target.closed_reason is ClosedReason.CONNECTED


@pytest.mark.feature("TGT-12")
@pytest.mark.feature("CAM-20")
async def test_a_number_that_its_owner_asked_not_to_call_is_called_by_no_other_contact(
    rig: Rig,
) -> None:
    codes = [{"code": "Never again", "effect": "suppress", "delay_s": 0}]
    campaign = await rig.campaign(DialMode.PROGRESSIVE, wrap_up_s=None, wrap_up_codes=codes)
    [first] = await rig.targets(campaign, PERSON, priority=9)
    other = await a_contact(rig, campaign, PERSON, PERSON_TOO, priority=1, is_first=None)
    [agent] = await rig.agents(1)
    await rig.carrier()
    floor = await rig.floor()
    await rig.until(lambda: _in_hopper(floor, campaign, 2))
    await rig.at_work(agent)
    await rig.until(lambda: rig.ended(1))

    await rig.ask(AgentEndWrapUp(agent=agent.id, code="Never again"))
    await rig.until(lambda: rig.ended(2))

    assert await dialed(rig) == [PERSON, PERSON_TOO]
    await first.refresh_from_db()
    assert first.closed_reason is ClosedReason.SUPPRESSED
    await rig.until(lambda: _closed(other))


@pytest.mark.feature("TGT-12")
@pytest.mark.feature("CAM-20")
async def test_who_was_abandoned_at_one_number_is_called_at_no_other_without_an_agent(
    rig: Rig,
) -> None:
    campaign = await rig.campaign(
        DialMode.PROGRESSIVE, lines_per_agent=3.0, patience_s=2.0, max_attempts=9, call_back=True
    )
    contacts = [
        await a_contact(rig, campaign, f"+120255{n}0002", f"+121255{n}0010", f"+130555{n}0010")
        for n in range(3)
    ]
    await working(rig)

    await rig.until(lambda: Target.filter(held_by=BlockCode.ABANDONED_LATELY).exists())
    await rig.pass_time(5)

    for attempt in await Attempt.filter(account=rig.row, disposition=Disposition.ABANDONED):
        target = await Target.get(id=attempt.target_id)
        assert (target.state, target.held_by) == (TargetState.RETRY, BlockCode.ABANDONED_LATELY)
        assert attempt.number.startswith("+1212")
        assert await Attempt.filter(target_id=target.id).count() == 2
    assert await Target.filter(campaign=campaign).count() == len(contacts)  # nor a target more


async def _in_hopper(floor: Floor, campaign: Campaign, count: int = 1) -> bool:
    run = floor.state.runs.get(campaign.id)
    return run is not None and len(run.hopper) == count


async def _ringing(rig: Rig, number: str) -> bool:
    return await Attempt.filter(account=rig.row, number=number, state="ringing").exists()


async def _closed(target: Target) -> bool:
    return await Target.filter(id=target.id, state="closed").exists()


async def _suppress(rig: Rig, number: str) -> None:
    await Suppression.create(
        account=rig.row, scope_id=rig.row.id, pattern=number, source=SuppressionSource.MANUAL
    )
