"""Which way calls leave, and whom the customer sees, through the API on the real PBX."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from tests.domain.targets.files import xlsx
from tests.e2e.callcentre import CallCentre
from tests.e2e.desk import GO_AVAILABLE, Desk
from tests.pbx.bed.phone import Call, Manner, Phones
from tests.pbx.bed.servers import Bed
from tests.pbx.ears import eventually
from tests.pbx.system import agent_at, agents_of, trunk
from tests.pbx.test_campaign import IMPORT

CAMPAIGN_TRUNKS = """
mutation ($id: UUID!, $trunks: [UUID!]!) {
  campaignTrunks(id: $id, trunkIds: $trunks) { __typename ... on Refusal { code message } }
}
"""
BEGUN = """
query ($campaign: UUID!) { attempts(campaignId: $campaign, first: 100) { nodes { createdAt } } }
"""


def _numbers(count: int) -> list[str]:
    """Numbers of people who answer, whichever of the bed's carriers brings the call."""
    return [f"+121255501{n}" for n in range(40, 40 + count)]


def _calls(phones: Phones, numbers: Sequence[str]) -> list[Call]:
    """What came to these numbers through the trunk `wire`, in the order of its coming."""
    users = {number.removeprefix("+") for number in numbers}
    return [call for call in phones.calls.values() if call.user in users and not call.placed]


async def _desks(centre: CallCentre, count: int) -> list[Desk]:
    desks = []
    for code in await agents_of(centre, count):
        desk = await centre.desk(code)
        desk.listen()
        await desk.until_state("BREAK")
        await desk.do(GO_AVAILABLE)
        await desk.until_state("AVAILABLE")
        desks.append(desk)
    return desks


async def _leave(desks: Sequence[Desk]) -> None:
    for desk in desks:
        await desk.cut_off()


async def _campaign(
    centre: CallCentre, trunks: Sequence[str], mode: str = "PROGRESSIVE", **settings: Any
) -> str:
    settings = {"analysis": False, "wrapUpSeconds": 0, "linesPerAgent": 1, **settings}
    campaign = await centre.campaign(mode, **settings)
    if trunks:
        done = await centre.admin.ask(CAMPAIGN_TRUNKS, id=campaign, trunks=trunks)
        assert done["__typename"] == "CampaignTrunksSaved", done
    return campaign


@pytest.mark.feature("CAM-21")
async def test_calls_beyond_a_trunks_channels_leave_by_the_next(
    centre: CallCentre, phones: Phones
) -> None:
    numbers = _numbers(5)
    second = await trunk(centre, "carrier", position=1)
    first = await trunk(centre, "wire", position=2, channels=2)
    desks = await _desks(centre, 5)
    campaign = await _campaign(centre, [first, second])
    await centre.add(campaign, numbers)

    await centre.start(campaign)
    for desk in desks:
        await desk.until_state("TALKING")

    assert len(_calls(phones, numbers)) == 2  # the other three left through SIPp
    assert len(await centre.attempts(campaign)) == 5
    await _leave(desks)


@pytest.mark.feature("CAM-21")
async def test_a_trunk_begins_no_more_calls_in_a_second_than_it_may(
    centre: CallCentre, phones: Phones
) -> None:
    numbers = _numbers(4)
    only = await trunk(centre, "wire", callsPerSecond=1)
    desks = await _desks(centre, 4)
    campaign = await _campaign(centre, [only])
    await centre.add(campaign, numbers)

    await centre.start(campaign)
    for desk in desks:
        await desk.until_state("TALKING")

    assert len(_calls(phones, numbers)) == 4
    begun = (await centre.admin.ask(BEGUN, campaign=campaign))["nodes"]
    instants = sorted(datetime.fromisoformat(each["createdAt"]) for each in begun)
    # At one a second: 3 s; all at once: none.
    assert instants[3] - instants[0] > timedelta(seconds=2)
    await _leave(desks)


@pytest.mark.feature("CAM-21")
@pytest.mark.parametrize(
    ("failing", "mode", "ended"),
    [
        ("dead", "PROGRESSIVE", "UNREACHABLE"),  # says nothing until the ring limit
        ("gone", "PROGRESSIVE", "UNREACHABLE"),  # and the PBX has noticed it
        ("dead", "AGENT_FIRST", "UNREACHABLE"),
    ],
)
async def test_a_contact_whom_a_dead_carrier_failed_is_reached_by_the_next_trunk(
    centre: CallCentre, phones: Phones, bed: Bed, failing: str, mode: str, ended: str
) -> None:
    (number,) = _numbers(1)
    await eventually(lambda: "Unavail" in bed.cli("pjsip show aor gone"), seconds=20)
    first = await trunk(centre, failing)
    second = await trunk(centre, "wire")
    desks = await _desks(centre, 1)
    campaign = await _campaign(
        centre,
        [first, second],
        mode,
        ringLimitSeconds=5,
        maxAttempts=1,
        retryDelays=[{"disposition": ended, "seconds": 86_400}],
    )
    phones.manners[number.removeprefix("+")] = Manner(stays_s=1.0)
    await centre.add(campaign, [number])

    await centre.start(campaign)
    (target,) = await centre.until_closed(campaign)

    assert (target["closedReason"], target["attempts"]) == ("CONNECTED", 1)
    attempts = sorted(await centre.attempts(campaign), key=lambda each: each["ordinal"])
    assert [(each["disposition"], each["failedOver"]) for each in attempts] == [
        (ended, True),
        ("CONNECTED", False),
    ]
    assert len({each["agentId"] for each in attempts}) == 1
    assert len(_calls(phones, [number])) == 1  # one attempt on each trunk, placed once
    await _leave(desks)


@pytest.mark.feature("CAM-21")
@pytest.mark.parametrize(
    ("status", "ended"),
    [(503, ["CONGESTION", None]), (486, ["BUSY"]), (603, ["REJECTED"]), (404, ["INVALID"])],
)
async def test_a_contact_goes_on_from_a_full_carrier_and_from_no_refusal_of_the_far_end(
    centre: CallCentre, phones: Phones, status: int, ended: list[str | None]
) -> None:
    (number,) = _numbers(1)
    phones.manners[number.removeprefix("+")] = Manner(status=status)
    first = await trunk(centre, "wire")
    second = await trunk(centre, "carrier")  # SIPp, who answers
    desks = await _desks(centre, 1)
    campaign = await _campaign(centre, [first, second], maxAttempts=1)
    await centre.add(campaign, [number])

    await centre.start(campaign)
    if ended[-1] is None:
        await desks[0].until_state("TALKING")
    else:
        await centre.until_closed(campaign)

    attempts = sorted(await centre.attempts(campaign), key=lambda each: each["ordinal"])
    assert [each["disposition"] for each in attempts] == ended
    assert [each["failedOver"] for each in attempts] == [each != ended[-1] for each in ended]
    assert len(_calls(phones, [number])) == 1
    await _leave(desks)


def _ours() -> dict[str, str]:
    """Numbers to show, of this test's account alone: a number belongs to one account."""
    last = 2_300_000 + uuid4().int % 90_000  # what numbering plans allow
    prefixes = {
        "campaign": "+1202",
        "agent": "+1202",
        "near": "+1212",
        "far": "+4420",
        "own": "+1305",
    }
    return {name: f"{prefix}{last + n:07}" for n, (name, prefix) in enumerate(prefixes.items())}


@pytest.mark.feature("CAM-09")
@pytest.mark.parametrize(
    ("settings", "shown"),
    [
        ({}, '"Acme Ltd" <sip:{campaign}@'),
        ({"callerIdStrategy": "AGENT"}, '"Acme Ltd" <sip:{agent}@'),
        ({"callerIdStrategy": "BEST_MATCH", "pool": ["far", "near"]}, '"Acme Ltd" <sip:{near}@'),
        ({"callerIdStrategy": "RANDOM", "pool": ["far"]}, "<sip:{far}@"),
        ({"callerIdStrategy": "WITHHELD"}, '"Anonymous" <sip:anonymous@'),
        ({"record": "own"}, '"Acme Ltd" <sip:{own}@'),
    ],
    ids=["campaign", "agent", "best-match", "random", "withheld", "record"],
)
async def test_the_customer_sees_whom_the_campaign_shows(
    centre: CallCentre, phones: Phones, settings: dict[str, Any], shown: str
) -> None:
    (customer,), ours = _numbers(1), _ours()
    for number in ours.values():
        await centre.number(number)
    given = {name: value for name, value in settings.items() if name.startswith("callerId")}
    if pool := settings.get("pool"):
        given["callerIdPool"] = [ours[name] for name in pool]
    await trunk(centre, "wire")
    await agents_of(centre, 0)
    code = await agent_at(centre, "201", endpoint="agent-1", callerId=ours["agent"])
    campaign = await _campaign(
        centre, [], callerId=ours["campaign"], callerName="Acme Ltd", **given
    )
    if "record" in settings:
        rows = [(customer, "Ada", ours["own"])]
        file = xlsx(rows, header=("Phone", "Customer Name", "Caller ID"))
        begun = await centre.admin.upload(IMPORT, "list.xlsx", file, campaign=campaign)
        assert begun["__typename"] == "TargetImportStarted", begun
    else:
        await centre.add(campaign, [customer])
    desk = await centre.desk(code)
    desk.listen()
    await desk.do(GO_AVAILABLE)

    await centre.start(campaign)
    await eventually(lambda: bool(_calls(phones, [customer])), seconds=20)

    (call,) = _calls(phones, [customer])
    assert shown.format(**ours) in call.headers["from"]
    everything = " ".join(call.headers.values())
    if "anonymous" in shown:
        assert not any(number.removeprefix("+") in everything for number in ours.values())
    await _leave([desk])
