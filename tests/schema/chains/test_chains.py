"""Linking, drawing and sharing through the API."""

import asyncio
import itertools
from contextvars import copy_context
from datetime import timedelta
from typing import Any

import pytest
from tortoise.transactions import in_transaction

from domain.access.models import Account, AuditEntry
from domain.access.principal import Principal
from domain.campaigns.commands import CampaignChanged
from domain.campaigns.models import Campaign, CampaignAgent, CampaignTeam
from domain.campaigns.rules import CampaignState, DialMode
from domain.campaigns.schedule import start_and_stop
from domain.chains.drawing import draw
from domain.chains.models import CampaignSource, Chain
from domain.floor.journal.statements import FENCE
from domain.floor.models import FloorLease
from domain.targets.models import Target
from tests import rows
from tests.fakes import FakePorts
from tests.locks import waits_for_a_lock
from tests.queries import at_most
from tests.schema.asking import ask

LINK = """
mutation ($id: UUID!, $after: UUID!, $name: String) {
  campaignLink(id: $id, afterId: $after, chainName: $name) {
    __typename
    ... on CampaignLinked { campaign {
      state mode settingsHeldByMain comesAfter { id } waitsFor { name }
      chain { name sharedSettings main { id } campaigns { id } }
    } }
    ... on Refusal { code message }
    ... on ChainCircle { names }
    ... on ChainedElsewhere { chain }
  }
}
"""
UNLINK = """
mutation ($id: UUID!) {
  campaignUnlink(id: $id) {
    ... on CampaignUnlinked { campaign { state chain { name } comesAfter { id } } }
    ... on Refusal { code }
  }
}
"""
DRAW = """
mutation ($id: UUID!, $source: UUID!, $input: CampaignDrawInput!) {
  campaignDraw(id: $id, sourceId: $source, input: $input) {
    __typename
    ... on CampaignDraws { source {
      id include closedReasons dispositions wrapUpCodes delayMinutes drawn readsEarlier
      campaign { id } source { id drawnBy { id } }
    } }
    ... on Refusal { code message }
    ... on InvalidInput { problems { path } }
    ... on ChainCircle { names }
  }
}
"""
DRAW_END = """
mutation ($id: UUID!, $source: UUID!) {
  campaignDrawEnd(id: $id, sourceId: $source) {
    ... on CampaignDrawEnded { campaign { sources { id } } }
  }
}
"""
DRAWS = """
query ($id: UUID!, $results: [DrawResult!]) {
  targetDraws(sourceId: $id, results: $results) {
    nodes { result fromTarget { id number } target { id campaignId } }
  }
}
"""
WAY = """
query ($id: UUID!) {
  target(id: $id) { drawnFrom { id customerStatus attempts } drawnInto { id campaignId } }
}
"""
CHANGE = """
mutation ($id: UUID!, $input: CampaignChangeInput!) {
  campaignChange(id: $id, input: $input) {
    __typename
    ... on CampaignChanged { campaign { mode name } }
    ... on Refusal { code message }
    ... on SettingShared { settings mainCampaignId mainCampaign }
  }
}
"""
ASSIGN = """
mutation ($id: UUID!, $teams: [AssignedInput!]) {
  campaignAssign(id: $id, teams: $teams) {
    ... on CampaignChanged { campaign { teams { team { id } level } } }
    ... on Refusal { code }
    ... on SettingShared { settings }
  }
}
"""
START = """
mutation ($id: UUID!) {
  campaignStart(id: $id) {
    ... on CampaignStarted { campaign { state waitsFor { id } } }
    ... on Refusal { code }
  }
}
"""
STOP = """
mutation ($id: UUID!) {
  campaignStop(id: $id) { ... on CampaignStopped { campaign { state waitsFor { id } } } }
}
"""
CLOSE = """
mutation ($id: UUID!) {
  campaignClose(id: $id) { ... on CampaignClosed { campaign { state chain { main { id } } } } }
}
"""
EXPLAIN = """
query ($id: UUID!) {
  campaignExplain(id: $id) { blockedBy { code inputs { name value } } waiting dialable summary }
}
"""


async def three(fakes: FakePorts) -> tuple[Account, Principal, list[Campaign]]:
    """An account with three campaigns in a chain; an agent works on the first."""
    account = await rows.an_account()
    who = rows.an_admin(account)
    found = [await rows.a_campaign(account, serial=serial) for serial in (1, 2, 3)]
    await CampaignAgent.create(campaign=found[0], agent=await rows.an_agent(account))
    for earlier, later in itertools.pairwise(found):
        await ask(LINK, who, fakes, id=str(later.id), after=str(earlier.id))
    fakes.forget()
    return account, who, found


async def actions() -> list[str]:
    return [entry.action for entry in await AuditEntry.all().order_by("id")]


async def state_of(*campaigns: Campaign) -> list[str]:
    for campaign in campaigns:
        await campaign.refresh_from_db()
    return [campaign.state.name for campaign in campaigns]


@pytest.mark.feature("CAM-18")
async def test_a_linked_campaign_takes_over_the_shared_settings_and_people(
    database: str, fakes: FakePorts
) -> None:
    account = await rows.an_account()
    who, team = rows.an_admin(account), await rows.a_team(account)
    main = await rows.a_campaign(account, mode=DialMode.PREVIEW, skip_holidays=True)
    await CampaignTeam.create(campaign=main, team=team, level=4)
    linked = await rows.a_campaign(account, max_attempts=9)
    await CampaignTeam.create(campaign=linked, team=await rows.a_team(account))

    answer = await ask(LINK, who, fakes, id=str(linked.id), after=str(main.id), name="Autumn")

    shared = [
        "mode",
        "announcement",
        "ivrPorts",
        "callingWindows",
        "skipHolidays",
        "startsAt",
        "stopsAt",
        "teams",
        "agents",
    ]
    assert answer["campaign"] == {
        "state": "STOPPED",
        "mode": "PREVIEW",
        "settingsHeldByMain": shared,
        "comesAfter": {"id": str(main.id)},
        "waitsFor": None,
        "chain": {
            "name": "Autumn",
            "sharedSettings": shared,
            "main": {"id": str(main.id)},
            "campaigns": [{"id": str(main.id)}, {"id": str(linked.id)}],
        },
    }
    await linked.refresh_from_db()
    assert (linked.skip_holidays, linked.max_attempts) == (True, 9)
    assert [(row.team_id, row.level) for row in await CampaignTeam.filter(campaign=linked)] == [
        (team.id, 4)
    ]
    assert fakes.floors.told == [(account.id, CampaignChanged(campaign=linked.id))]
    assert await actions() == ["campaignLink", "campaignChange"]


@pytest.mark.feature("CAM-18")
async def test_a_shared_setting_is_changed_on_the_main_campaign_for_all(
    database: str, fakes: FakePorts
) -> None:
    _account, who, (first, second, third) = await three(fakes)

    answer = await ask(CHANGE, who, fakes, id=str(first.id), input={"mode": "PREDICTIVE"})
    own = await ask(CHANGE, who, fakes, id=str(third.id), input={"name": "Mine"})

    assert answer["campaign"]["mode"] == "PREDICTIVE"
    for campaign in (second, third):
        await campaign.refresh_from_db()
        assert campaign.mode is DialMode.PREDICTIVE
    told = [command for _, command in fakes.floors.told]
    changed_ids = [first.id, *sorted([second.id, third.id]), third.id]
    assert told == [CampaignChanged(campaign=id) for id in changed_ids]
    assert own["campaign"]["name"] == "Mine"


@pytest.mark.feature("CAM-18")
async def test_a_shared_setting_of_a_linked_campaign_is_refused_with_where_to_change_it(
    database: str, fakes: FakePorts
) -> None:
    account, who, (first, second, _) = await three(fakes)
    before = await AuditEntry.all().count()

    changed = await ask(
        CHANGE, who, fakes, id=str(second.id), input={"mode": "PREVIEW", "name": "New"}
    )
    team = await rows.a_team(account)
    assigned = await ask(ASSIGN, who, fakes, id=str(second.id), teams=[{"id": str(team.id)}])

    assert changed["code"] == "SETTING_SHARED"
    assert (changed["settings"], changed["mainCampaignId"]) == (["mode"], str(first.id))
    assert repr(first.name) in changed["message"]
    assert (assigned["code"], assigned["settings"]) == ("SETTING_SHARED", ["teams"])
    await second.refresh_from_db()
    assert (second.mode, second.name) == (DialMode.PROGRESSIVE, "Campaign 2")
    assert await CampaignTeam.all().count() == 0
    assert await AuditEntry.all().count() == before
    fakes.assert_untouched()


@pytest.mark.feature("CAM-18")
async def test_people_of_the_main_campaign_work_on_all(database: str, fakes: FakePorts) -> None:
    account, who, (first, second, third) = await three(fakes)
    team = await rows.a_team(account)

    await ask(ASSIGN, who, fakes, id=str(first.id), teams=[{"id": str(team.id), "level": 3}])

    for campaign in (second, third):
        (row,) = await CampaignTeam.filter(campaign=campaign)
        assert (row.team_id, row.level) == (team.id, 3)
        assert await CampaignAgent.filter(campaign=campaign).count() == 1


@pytest.mark.feature("CAM-18")
async def test_a_circle_is_refused_with_its_names_in_order(database: str, fakes: FakePorts) -> None:
    _, who, (first, second, third) = await three(fakes)

    around = await ask(LINK, who, fakes, id=str(first.id), after=str(third.id))
    itself = await ask(LINK, who, fakes, id=str(second.id), after=str(second.id))

    assert around["code"] == "CHAIN_CIRCLE"
    assert around["names"] == ["Campaign 1", "Campaign 3", "Campaign 2", "Campaign 1"]
    assert "'Campaign 1' after 'Campaign 3' after 'Campaign 2'" in around["message"]
    assert itself["names"] == ["Campaign 2", "Campaign 2"]
    await first.refresh_from_db()
    assert first.after_id is None
    fakes.assert_untouched()


async def test_a_campaign_of_another_chain_is_refused(database: str, fakes: FakePorts) -> None:
    account, who, (_, second, _) = await three(fakes)
    elsewhere = await rows.a_campaign(account)

    answer = await ask(LINK, who, fakes, id=str(second.id), after=str(elsewhere.id))

    assert (answer["code"], answer["chain"]) == ("CHAINED_ELSEWHERE", "Campaign 1")
    assert await Chain.all().count() == 1
    fakes.assert_untouched()


@pytest.mark.parametrize("which", ["linked", "before"])
async def test_a_closed_campaign_is_not_linked(which: str, database: str, fakes: FakePorts) -> None:
    account = await rows.an_account()
    closed = await rows.a_campaign(account, state=CampaignState.CLOSED)
    other = await rows.a_campaign(account)
    pair = (closed, other) if which == "linked" else (other, closed)

    answer = await ask(
        LINK, rows.an_admin(account), fakes, id=str(pair[0].id), after=str(pair[1].id)
    )

    assert answer["code"] == "CAMPAIGN_CLOSED"
    assert await Chain.all().count() == 0
    fakes.assert_untouched()


@pytest.mark.feature("CAM-18")
async def test_starting_the_main_campaign_lets_the_others_wait(
    database: str, fakes: FakePorts
) -> None:
    _account, who, (first, second, third) = await three(fakes)

    answer = await ask(START, who, fakes, id=str(first.id))

    assert answer["campaign"] == {"state": "RUNNING", "waitsFor": None}
    assert await state_of(first, second, third) == ["RUNNING", "WAITING", "WAITING"]
    assert {second.waits_for_id, third.waits_for_id} == {first.id}
    assert len(fakes.floors.told) == 3
    assert len(fakes.bus.published) == 3


@pytest.mark.feature("CAM-18")
async def test_a_linked_campaign_that_is_started_alone_waits_and_is_stopped_by_a_person(
    database: str, fakes: FakePorts
) -> None:
    _, who, (first, second, third) = await three(fakes)

    started = await ask(START, who, fakes, id=str(second.id))
    again = await ask(START, who, fakes, id=str(second.id))
    stopped = await ask(STOP, who, fakes, id=str(second.id))

    assert started["campaign"] == {"state": "WAITING", "waitsFor": {"id": str(first.id)}}
    assert again == started
    assert stopped["campaign"] == {"state": "STOPPED", "waitsFor": None}
    assert await state_of(first, second, third) == ["STOPPED", "STOPPED", "STOPPED"]
    assert second.stopped_at is not None


@pytest.mark.feature("CAM-18")
async def test_when_the_main_campaign_closes_the_next_one_holds_the_settings(
    database: str, fakes: FakePorts
) -> None:
    _, who, (first, second, third) = await three(fakes)

    closed = await ask(CLOSE, who, fakes, id=str(first.id))
    changed = await ask(CHANGE, who, fakes, id=str(second.id), input={"mode": "PREVIEW"})
    started = await ask(START, who, fakes, id=str(second.id))

    assert closed["campaign"]["chain"] == {"main": {"id": str(second.id)}}
    assert changed["campaign"]["mode"] == "PREVIEW"
    assert started["campaign"] == {"state": "RUNNING", "waitsFor": None}
    assert await state_of(third) == ["WAITING"]
    await first.refresh_from_db()
    await third.refresh_from_db()
    assert (first.mode, third.mode) == (DialMode.PROGRESSIVE, DialMode.PREVIEW)


@pytest.mark.feature("CAM-18")
async def test_those_after_an_unlinked_campaign_come_after_the_one_before(
    database: str, fakes: FakePorts
) -> None:
    _account, who, (first, second, third) = await three(fakes)
    await ask(START, who, fakes, id=str(first.id))

    middle = await ask(UNLINK, who, fakes, id=str(second.id))
    again = await ask(UNLINK, who, fakes, id=str(second.id))
    await third.refresh_from_db()
    after_middle = third.after_id
    main = await ask(UNLINK, who, fakes, id=str(first.id))

    assert middle["campaign"] == {"state": "STOPPED", "chain": None, "comesAfter": None}
    assert again == middle
    assert after_middle == first.id
    assert main["campaign"]["state"] == "RUNNING"
    await third.refresh_from_db()
    assert (third.after_id, third.chain_id is None) == (None, False)
    await ask(UNLINK, who, fakes, id=str(third.id))
    assert await Chain.all().count() == 0


async def test_a_start_date_that_has_come_does_not_start_who_is_linked_after_it(
    database: str, fakes: FakePorts
) -> None:
    account = await rows.an_account()
    now = fakes.clock.now()
    main = await rows.a_campaign(account, starts_at=now - timedelta(days=1), started_at=now)
    linked = await rows.a_campaign(account)
    await CampaignAgent.create(campaign=main, agent=await rows.an_agent(account))

    await ask(LINK, rows.an_admin(account), fakes, id=str(linked.id), after=str(main.id))
    started = await start_and_stop(account.id, now=now + timedelta(seconds=5))

    assert started == []
    assert await state_of(linked) == ["STOPPED"]


@pytest.mark.feature("CAM-07")
async def test_a_start_and_a_stop_date_hold_for_the_whole_chain(
    database: str, fakes: FakePorts
) -> None:
    account, who, chain = await three(fakes)
    now = fakes.clock.now()
    dates = {
        "startsAt": (now + timedelta(hours=1)).isoformat(),
        "stopsAt": (now + timedelta(hours=2)).isoformat(),
    }
    await ask(CHANGE, who, fakes, id=str(chain[0].id), input=dates)

    await start_and_stop(account.id, now=now + timedelta(hours=1))
    started = await state_of(*chain)
    await start_and_stop(account.id, now=now + timedelta(hours=2))

    assert started == ["RUNNING", "WAITING", "WAITING"]
    assert await state_of(*chain) == ["STOPPED"] * 3
    assert {campaign.waits_for_id for campaign in chain} == {None}


@pytest.mark.feature("CAM-22")
async def test_a_waiting_campaign_explains_what_it_waits_for_and_whom_it_would_call(
    database: str, fakes: FakePorts
) -> None:
    _account, who, (first, second, _) = await three(fakes)
    await rows.a_target(second)
    await rows.a_target(
        second, state="retry", next_at=fakes.clock.now().replace(year=2027), attempts=1
    )
    await ask(START, who, fakes, id=str(first.id))

    answer = await ask(EXPLAIN, who, fakes, id=str(second.id))

    assert answer["blockedBy"]["code"] == "CAMPAIGN_WAITING"
    assert answer["blockedBy"]["inputs"] == [{"name": "waitsForCampaignId", "value": str(first.id)}]
    assert (answer["waiting"], answer["dialable"]) == (2, 1)
    assert answer["summary"] == "1 of 2 would be skipped: 1 retry not due."
    board = await ask(BOARD, who, fakes, id=str(second.id))
    assert board["why"] == f"waits for campaign {first.name!r}"


BOARD = "query ($id: UUID!) { campaignBoard(id: $id) { why } }"
INPUT: dict[str, Any] = {"closedReasons": ["ATTEMPTS_EXHAUSTED"], "dispositions": ["BUSY"]}


@pytest.mark.feature("CAM-17")
async def test_a_campaign_draws_from_another_and_its_draws_and_their_way_are_listed(
    database: str, fakes: FakePorts
) -> None:
    account = await rows.an_account()
    who = rows.an_admin(account)
    source, taker = await rows.a_campaign(account), await rows.a_campaign(account)
    reached = await rows.a_target(source, attempts=3, last_disposition="busy")
    twice = await rows.a_target(source, "+12025550123")
    await rows.a_target(taker, "+12025550123")

    answer = await ask(
        DRAW,
        who,
        fakes,
        id=str(taker.id),
        source=str(source.id),
        input={**INPUT, "wrapUpCodes": ["later"], "delayMinutes": 15},
    )
    await Target.filter(campaign=source).update(state="closed", closed_reason="attempts_exhausted")
    while (await draw(account.id, now=fakes.clock.now())).more:
        pass
    link = answer["source"]
    listed = await ask(DRAWS, who, fakes, id=link["id"])
    duplicates = await ask(DRAWS, who, fakes, id=link["id"], results=["DUPLICATE"])

    assert link == {
        "id": link["id"],
        "include": "MATCHING",
        "closedReasons": ["ATTEMPTS_EXHAUSTED"],
        "dispositions": ["BUSY"],
        "wrapUpCodes": ["later"],
        "delayMinutes": 15,
        "drawn": 0,
        "readsEarlier": True,
        "campaign": {"id": str(taker.id)},
        "source": {"id": str(source.id), "drawnBy": [{"id": str(taker.id)}]},
    }
    by_number = {node["fromTarget"]["number"]: node for node in listed["nodes"]}
    drawn = by_number[reached.number]
    assert (drawn["result"], drawn["target"]["campaignId"]) == ("DRAWN", str(taker.id))
    assert [node["fromTarget"]["id"] for node in duplicates["nodes"]] == [str(twice.id)]
    way = await ask(WAY, who, fakes, id=drawn["target"]["id"])
    assert way["drawnFrom"] == {
        "id": str(reached.id),
        "customerStatus": "BUSY",
        "attempts": 3,
    }
    back = await ask(WAY, who, fakes, id=str(reached.id))
    assert back["drawnInto"] == [{"id": drawn["target"]["id"], "campaignId": str(taker.id)}]
    assert fakes.floors.told == [(account.id, CampaignChanged(campaign=taker.id))]
    assert (await AuditEntry.get()).action == "campaignDraw"


@pytest.mark.feature("CAM-17")
async def test_a_circle_of_draws_is_refused_with_its_names_in_order(
    database: str, fakes: FakePorts
) -> None:
    account = await rows.an_account()
    who = rows.an_admin(account)
    first, second, third = [await rows.a_campaign(account, serial=n) for n in (1, 2, 3)]
    for taker, source in ((second, first), (third, second)):
        await ask(DRAW, who, fakes, id=str(taker.id), source=str(source.id), input=INPUT)
    fakes.forget()

    answer = await ask(DRAW, who, fakes, id=str(first.id), source=str(third.id), input=INPUT)

    assert answer["code"] == "CHAIN_CIRCLE"
    assert answer["names"] == ["Campaign 1", "Campaign 3", "Campaign 2", "Campaign 1"]
    assert await CampaignSource.all().count() == 2
    fakes.assert_untouched()


async def test_a_draw_without_a_status_or_with_a_wrong_delay_is_refused(
    database: str, fakes: FakePorts
) -> None:
    account = await rows.an_account()
    source, taker = await rows.a_campaign(account), await rows.a_campaign(account)

    answer = await ask(
        DRAW,
        rows.an_admin(account),
        fakes,
        id=str(taker.id),
        source=str(source.id),
        input={"delayMinutes": -1},
    )

    assert {each["path"] for each in answer["problems"]} == {"delayMinutes", "closedReasons"}
    assert await CampaignSource.all().count() == 0
    fakes.assert_untouched()


async def test_a_draw_is_changed_ended_and_begun_again(database: str, fakes: FakePorts) -> None:
    account = await rows.an_account()
    who = rows.an_admin(account)
    source, taker = await rows.a_campaign(account), await rows.a_campaign(account)
    asked = {"id": str(taker.id), "source": str(source.id)}

    first = await ask(DRAW, who, fakes, **asked, input=INPUT)
    same = await ask(DRAW, who, fakes, **asked, input=INPUT)
    changed = await ask(DRAW, who, fakes, **asked, input={**INPUT, "include": "NOT_MATCHING"})
    ended = await ask(DRAW_END, who, fakes, **asked)
    await ask(DRAW_END, who, fakes, **asked)
    begun = await ask(DRAW, who, fakes, **asked, input=INPUT)

    assert same == first
    assert changed["source"]["include"] == "NOT_MATCHING"
    assert ended["campaign"]["sources"] == []
    assert begun["source"]["id"] == first["source"]["id"]
    assert await actions() == ["campaignDraw", "campaignDraw", "campaignDrawEnd", "campaignDraw"]


async def test_a_campaign_that_closes_draws_no_more(database: str, fakes: FakePorts) -> None:
    account = await rows.an_account()
    who = rows.an_admin(account)
    source, taker = await rows.a_campaign(account), await rows.a_campaign(account)
    asked = {"id": str(taker.id), "source": str(source.id)}
    await ask(DRAW, who, fakes, **asked, input=INPUT)

    await ask(CLOSE, who, fakes, id=str(taker.id))
    again = await ask(DRAW, who, fakes, **asked, input=INPUT)

    assert again["code"] == "CAMPAIGN_CLOSED"
    assert (await CampaignSource.get()).removed_at is not None


LIST = """
query { campaigns { nodes {
  chain { name main { id } campaigns { id } } comesAfter { id } waitsFor { id }
  settingsHeldByMain sources { drawn source { id } } drawnBy { id }
} } }
"""


@pytest.mark.parametrize("count", [2, 12])
async def test_a_page_of_chained_campaigns_costs_the_same_whatever_its_length(
    count: int, database: str, fakes: FakePorts
) -> None:
    account = await rows.an_account()
    who = rows.an_admin(account)
    before = None
    for serial in range(count):
        campaign = await rows.a_campaign(account, serial=serial + 1)
        if before is not None:
            asked = {"id": str(campaign.id)}
            await ask(LINK, who, fakes, **asked, after=str(before.id))
            await ask(DRAW, who, fakes, **asked, source=str(before.id), input=INPUT)
        before = campaign

    with at_most(7):  # the page, chains, members, sources, takers, and named campaigns
        page = await ask(LIST, who, fakes)

    assert len(page["nodes"]) == count


async def test_a_change_of_a_whole_chain_waits_for_a_floor_that_launches(
    database: str, fakes: FakePorts
) -> None:
    account, who, (first, second, _) = await three(fakes)
    await FloorLease.create(account=account, epoch=1)
    outside = copy_context()  # of the transaction: on connections of their own
    change = ask(CHANGE, who, fakes, id=str(first.id), input={"mode": "PREDICTIVE"})

    async with in_transaction() as launch:
        await launch.execute_query(FENCE, [account.id, 1, None])
        await launch.execute_query(LOCKED, [second.id])
        changing = asyncio.create_task(change, context=outside.copy())
        assert await waits_for_a_lock(changing, launch)
        # Had the change taken the first campaign already, each would wait for the other.
        await launch.execute_query(LOCKED, [first.id])

    assert (await changing)["campaign"]["mode"] == "PREDICTIVE"


LOCKED = "SELECT FROM campaign WHERE id = $1 FOR SHARE"
