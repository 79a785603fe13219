import io

import phonenumbers
import pytest
from openpyxl import load_workbook

from domain.access.models import Account, User
from domain.access.sign_in import sign_in_user
from domain.agents.models import Agent
from domain.calls.models import CallEvent
from domain.campaigns.models import CampaignTeam
from domain.campaigns.rules import CampaignState, DialMode
from domain.demo import people, service
from domain.demo.errors import DemoNotAllowed
from tests import rows
from tests.fakes import FakePorts


async def test_a_server_that_is_no_demo_makes_none(database: str, fakes: FakePorts) -> None:
    with pytest.raises(DemoNotAllowed, match="passwords are"):
        await service.ensure_demo(allowed=False, ports=fakes.ports)

    assert await Account.all().count() == 0
    fakes.assert_untouched()


async def test_the_demo_has_agents_teams_users_and_two_stopped_campaigns(
    database: str, fakes: FakePorts
) -> None:
    demo = await service.ensure_demo(allowed=True, ports=fakes.ports)

    assert demo.made
    assert [agent.code for agent in demo.agents] == [str(code) for code in range(1001, 1021)]
    assert [(c.mode, c.state) for c in demo.campaigns] == [
        (DialMode.PROGRESSIVE, CampaignState.STOPPED),
        (DialMode.PREDICTIVE, CampaignState.STOPPED),
    ]
    assert await CampaignTeam.all().count() == 2
    assert await User.filter(account_id=demo.account.id).count() == 3
    signed_in = await sign_in_user(
        "demo",
        "supervisor@demo.example",
        "demo-outdial",
        address="192.0.2.1",
        clock=fakes.clock,
        throttle=fakes.throttle,
        demo=True,
    )
    assert signed_in.principal.account_id == demo.account.id


async def test_a_second_start_finds_the_same_demo(database: str, fakes: FakePorts) -> None:
    first = await service.ensure_demo(allowed=True, ports=fakes.ports)
    second = await service.ensure_demo(allowed=True, ports=fakes.ports)

    assert not second.made
    assert [a.id for a in second.agents] == [a.id for a in first.agents]


async def test_a_demo_that_was_left_half_made_is_made_again(
    database: str, fakes: FakePorts
) -> None:
    first = await service.ensure_demo(allowed=True, ports=fakes.ports)
    await Agent.filter(account_id=first.account.id, code="1020").delete()

    second = await service.ensure_demo(allowed=True, ports=fakes.ports)

    assert second.made
    assert len(second.agents) == 20


async def test_removing_the_demo_leaves_other_accounts_alone(
    database: str, fakes: FakePorts
) -> None:
    demo = await service.ensure_demo(allowed=True, ports=fakes.ports)
    target = await rows.a_target(demo.campaigns[0])
    attempt = await rows.an_attempt(target, fakes.clock.now())
    await CallEvent.create(
        call_id=attempt.id, account_id=demo.account.id, at=fakes.clock.now(), kind="ringing"
    )
    other = await rows.an_account("demo-company")

    assert await service.remove_demo(ports=fakes.ports)
    assert not await service.remove_demo(ports=fakes.ports)
    assert [account.id for account in await Account.all()] == [other.id]
    assert await CallEvent.all().count() == 0


def test_two_thousand_people_have_valid_numbers_and_none_twice() -> None:
    numbers = [row[0] for row in people.people(2000)]

    assert len(set(numbers)) == 2000
    assert all(phonenumbers.is_valid_number(phonenumbers.parse(number)) for number in numbers)


def test_no_person_has_a_number_with_a_fixed_fate() -> None:
    assert min(int(row[0][-4:]) for row in people.people(people.MOST_PEOPLE)) == 21


def test_the_same_seed_gives_the_same_people() -> None:
    assert list(people.people(50, seed=7)) == list(people.people(50, seed=7))
    assert list(people.people(50, seed=7)) != list(people.people(50, seed=8))


def test_more_people_than_numbers_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="0 to 4895"):
        list(people.people(people.MOST_PEOPLE + 1))


def test_the_workbook_has_one_row_per_person() -> None:
    sheet = load_workbook(io.BytesIO(people.people_xlsx(2000)), read_only=True)["Targets"]
    found = list(sheet.iter_rows(values_only=True))

    assert found[0] == people.HEADERS
    assert len(found) == 2001
