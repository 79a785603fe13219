"""Calls that nobody took become targets by themselves."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from domain.access.models import Account
from domain.calls.models import Attempt, Call
from domain.calls.rules import CallDirection, Disposition
from domain.campaigns.models import Campaign
from domain.campaigns.rules import CampaignState, DialMode
from domain.floor.director import Floor
from domain.numbers.models import InboundNumber, NumberPurpose
from domain.suppression.models import Suppression
from domain.suppression.rules import SuppressionSource
from domain.targets.models import Contact, Target
from domain.targets.rules import ClosedReason, TargetState
from domain.telephony.port import HangUp
from tests.domain.floor.rig import Rig

OURS = "+12025558000"
CALLER = "+12025552222"


async def a_line(rig: Rig, campaign: Campaign | None, **given: Any) -> InboundNumber:
    return await InboundNumber.create(
        account=rig.row,
        number=OURS,
        name="Sales line",
        purpose=NumberPurpose.TEAM,
        team=rig.team,
        call_back_campaign=campaign,
        **given,
    )


async def gives_up(rig: Rig, caller: str | None, *, name: str = "") -> None:
    """Somebody calls, waits, and hangs up before anybody took the call."""
    before = await _missed(rig)
    leg = rig.dial_in(OURS, caller, name=name)
    await rig.until(lambda: _waits(leg))
    rig.carrier_of().hang_up_far_end(leg)
    await rig.until(lambda: _has_missed(rig, before + 1))


async def _missed(rig: Rig) -> int:
    return await Call.filter(
        account=rig.row, direction=CallDirection.INBOUND, ended_at__isnull=False
    ).count()


async def _has_missed(rig: Rig, count: int) -> bool:
    return await _missed(rig) >= count


async def _waits(leg: UUID) -> bool:
    return await Call.filter(id=leg).exists()


@pytest.mark.feature("TGT-06")
async def test_a_missed_call_becomes_a_target_once_and_is_dialed_when_it_is_due(rig: Rig) -> None:
    campaign = await rig.campaign(DialMode.PROGRESSIVE, max_attempts=2)
    await a_line(rig, campaign, call_back_delay_s=30, call_back_priority=9)
    (agent,) = await rig.agents(1)
    await rig.carrier()
    await rig.floor()

    await gives_up(rig, CALLER, name="Cleo")
    await gives_up(rig, CALLER)

    target = await Target.get(campaign=campaign).prefetch_related("contact")
    call = await Call.filter(account=rig.row).order_by("ended_at").first()
    assert call is not None
    assert (target.number, target.contact.name) == (CALLER, "Cleo")
    assert (target.state, target.priority, target.max_attempts) == (TargetState.RETRY, 9, 2)
    assert (target.call_back_at, target.next_at) == (
        call.ended_at,
        call.ended_at and call.ended_at + timedelta(seconds=30),
    )
    await rig.at_work(agent)
    await rig.until(lambda: rig.ended(1))
    attempt = await Attempt.get(account=rig.row)
    assert attempt.number == CALLER
    assert target.next_at is not None
    assert attempt.created_at >= target.next_at


@pytest.mark.feature("TGT-06")
async def test_a_call_that_was_taken_or_missed_where_it_is_switched_off_becomes_none(
    rig: Rig,
) -> None:
    campaign = await rig.campaign(DialMode.PROGRESSIVE, state=CampaignState.STOPPED)
    line = await a_line(rig, None)
    (agent,) = await rig.agents(1)
    await rig.carrier()
    floor = await rig.floor()
    await gives_up(rig, CALLER)
    line.call_back_campaign_id = campaign.id
    await line.save()
    await floor.callers.load()
    await rig.at_work(agent)

    leg = rig.dial_in(OURS, CALLER)
    await rig.until(lambda: _talks(leg))
    rig.carrier_of().hang_up_far_end(leg)
    await rig.until(lambda: _has_missed(rig, 2))

    assert await Target.all().count() == 0


async def _talks(leg: UUID) -> bool:
    return await Call.filter(id=leg, connected_at__isnull=False).exists()


@pytest.mark.feature("TGT-06")
@pytest.mark.parametrize("caller", [None, "1001", "+1202555"])
async def test_a_number_that_cannot_be_called_becomes_none(rig: Rig, caller: str | None) -> None:
    campaign = await rig.campaign(DialMode.PROGRESSIVE)
    await a_line(rig, campaign)
    await rig.carrier()
    await rig.floor()

    await gives_up(rig, caller)

    assert await Target.all().count() == 0


@pytest.mark.feature("TGT-06")
async def test_a_caller_with_a_national_number_is_called_in_the_accounts_country(rig: Rig) -> None:
    campaign = await rig.campaign(DialMode.PROGRESSIVE)
    await a_line(rig, campaign)
    await rig.carrier()
    await rig.floor()

    await gives_up(rig, "(202) 555-2222")

    assert (await Target.get(campaign=campaign)).number == CALLER


@pytest.mark.feature("TGT-06")
@pytest.mark.parametrize("of_campaign", [True, False])
async def test_a_number_on_a_do_not_call_list_becomes_none(rig: Rig, of_campaign: bool) -> None:
    campaign = await rig.campaign(DialMode.PROGRESSIVE)
    await a_line(rig, campaign)
    await Suppression.create(
        account=rig.row,
        scope_id=campaign.id if of_campaign else rig.row.id,
        pattern=CALLER,
        source=SuppressionSource.CUSTOMER,
    )
    await rig.carrier()
    await rig.floor()

    await gives_up(rig, CALLER)

    assert await Target.all().count() == 0


@pytest.mark.feature("TGT-06")
async def test_an_account_that_is_full_or_a_closed_campaign_gets_none(rig: Rig) -> None:
    campaign = await rig.campaign(DialMode.PROGRESSIVE)
    await rig.targets(campaign, "+12025550013")
    await Account.filter(id=rig.row.id).update(target_limit=1)
    await a_line(rig, campaign)
    await rig.carrier()
    await rig.floor()

    await gives_up(rig, CALLER)
    await Account.filter(id=rig.row.id).update(target_limit=None)
    await Campaign.filter(id=campaign.id).update(state=CampaignState.CLOSED)
    await gives_up(rig, CALLER)

    assert await Target.all().count() == 1
    assert await Contact.all().count() == 1


@pytest.mark.feature("TGT-06")
async def test_a_caller_who_is_on_the_list_is_brought_forward_or_opened_again(rig: Rig) -> None:
    campaign = await rig.campaign(DialMode.PROGRESSIVE)
    (waiting,) = await rig.targets(campaign, CALLER)
    (closed,) = await rig.targets(
        campaign,
        "+12025552223",
        state=TargetState.CLOSED,
        closed_reason=ClosedReason.ATTEMPTS_EXHAUSTED,
        attempts=3,
        last_ordinal=3,
    )
    (dialing,) = await rig.targets(
        campaign, "+12025552224", state=TargetState.DIALING, attempts=1, last_ordinal=1
    )
    await a_line(rig, campaign, call_back_delay_s=600)
    await rig.carrier()
    await rig.floor()

    for target in (waiting, closed, dialing):
        await gives_up(rig, target.number)

    rows = {row.id: row for row in await Target.all()}
    for target in (waiting, closed):
        row = rows[target.id]
        assert (row.state, row.attempts, row.priority) == (TargetState.RETRY, 0, 10)
        assert row.closed_reason is None
        assert row.call_back_at is not None
        assert row.next_at == row.call_back_at + timedelta(seconds=600)
    assert rows[closed.id].last_ordinal == 3
    assert (rows[dialing.id].state, rows[dialing.id].call_back_at) == (TargetState.DIALING, None)
    assert len(rows) == 3


@pytest.mark.feature("TGT-06")
async def test_a_caller_whose_number_was_given_up_is_called_at_it_again(rig: Rig) -> None:
    campaign = await rig.campaign(DialMode.PROGRESSIVE, state=CampaignState.STOPPED)
    (target,) = await rig.targets(
        campaign,
        CALLER,
        state=TargetState.CLOSED,
        closed_reason=ClosedReason.FINAL,
        attempts=2,
        last_ordinal=2,
        numbers={
            "list": [
                {"number": CALLER, "attempts": 1, "given_up": True},
                {"number": "+12025552229", "attempts": 1, "given_up": True},
            ],
            "next": "+12025552229",
        },
    )
    await a_line(rig, campaign)
    await rig.carrier()
    await rig.floor()

    await gives_up(rig, CALLER)

    await target.refresh_from_db()
    assert (target.state, target.attempts) == (TargetState.RETRY, 0)
    assert target.numbers == {
        "list": [
            {"number": CALLER},
            {"number": "+12025552229", "attempts": 1, "given_up": True},
        ],
        "next": CALLER,
    }
    assert await Target.all().count() == 1


@pytest.mark.feature("TGT-06")
@pytest.mark.parametrize("switched_on", [True, False])
async def test_an_abandoned_call_is_called_back_where_that_is_switched_on(
    rig: Rig, switched_on: bool
) -> None:
    campaign = await rig.campaign(
        DialMode.PROGRESSIVE,
        lines_per_agent=3.0,
        patience_s=2.0,
        max_attempts=1,
        call_back=switched_on,
        call_back_delay_s=60,
    )
    await rig.targets(campaign, "+12025550010", "+12025560010", "+12025570010")
    (agent,) = await rig.agents(1)
    await rig.carrier()
    await rig.floor()

    await rig.at_work(agent)
    await rig.until(lambda: rig.ended(2))

    for attempt in await Attempt.filter(account=rig.row, disposition=Disposition.ABANDONED):
        target = await Target.get(id=attempt.target_id)
        assert target.attempts == 1
        if switched_on:
            assert (target.state, target.call_back_at) == (TargetState.RETRY, attempt.ended_at)
            assert target.priority == 10
            assert target.closed_reason is None
        else:
            assert (target.state, target.closed_reason, target.call_back_at) == (
                TargetState.CLOSED,
                ClosedReason.ATTEMPTS_EXHAUSTED,
                None,
            )


@pytest.mark.feature("TGT-06")
@pytest.mark.feature("CAM-20")
async def test_an_abandoned_customer_is_not_called_back_within_72_hours_without_an_agent(
    rig: Rig,
) -> None:
    campaign = await rig.campaign(
        DialMode.PROGRESSIVE, lines_per_agent=2.0, patience_s=2.0, call_back=True
    )
    await rig.targets(campaign, "+12025550010", "+12025560010")
    (agent,) = await rig.agents(1)
    await rig.carrier()
    await rig.floor()

    await rig.at_work(agent)
    await rig.until(lambda: _held(campaign))

    target = await Target.get(campaign=campaign, held_by__isnull=False)
    assert target.held_by == "abandoned_lately"
    assert target.call_back_at is not None
    assert target.next_at is not None
    assert target.next_at >= target.call_back_at + timedelta(hours=71, minutes=59)
    assert await Attempt.filter(target_id=target.id).count() == 1


async def _held(campaign: Campaign) -> bool:
    return await Target.filter(campaign=campaign, held_by__isnull=False).exists()


@pytest.mark.feature("TGT-06")
async def test_a_caller_who_gives_up_while_nobody_owns_the_floor_becomes_a_target(
    rig: Rig,
) -> None:
    campaign = await rig.campaign(DialMode.PROGRESSIVE)
    await a_line(rig, campaign)
    await rig.carrier()
    first = await rig.floor()
    leg = await _calls_and_waits(rig, CALLER)

    await rig.die(first)
    rig.carrier_of().hang_up_far_end(leg)
    await rig.floor()
    await rig.until(lambda: _has_missed(rig, 1))

    assert (await Target.get(campaign=campaign)).number == CALLER


@pytest.mark.feature("TGT-06")
async def test_a_caller_who_waits_is_adopted_by_the_next_owner(rig: Rig) -> None:
    campaign = await rig.campaign(DialMode.PROGRESSIVE)
    await a_line(rig, campaign)
    (agent,) = await rig.agents(1)
    await rig.carrier()
    first = await rig.floor()
    leg = await _calls_and_waits(rig, CALLER)

    await rig.die(first)
    second = await rig.floor()
    await rig.until(lambda: _settled(second))
    await rig.at_work(agent)
    await rig.until(lambda: _talks(leg))

    assert leg not in {command.leg for command in rig.commands(HangUp)}
    assert await Target.all().count() == 0


@pytest.mark.feature("TGT-06")
async def test_a_caller_whose_end_nobody_told_of_becomes_a_target(rig: Rig) -> None:
    campaign = await rig.campaign(DialMode.PROGRESSIVE)
    await a_line(rig, campaign)
    await rig.carrier()
    first = await rig.floor()
    await _calls_and_waits(rig, CALLER)

    await rig.die(first)
    await rig.kill_gateway()  # and with it the leg
    await rig.pass_time(5)
    await rig.carrier()
    await rig.floor()
    await rig.until(lambda: _has_missed(rig, 1))

    assert (await Target.get(campaign=campaign)).number == CALLER


async def _calls_and_waits(rig: Rig, caller: str) -> UUID:
    leg = rig.dial_in(OURS, caller)
    await rig.until(lambda: _waits(leg))
    return leg


async def _settled(floor: Floor) -> bool:
    return len(floor.state.waiting) == 1
