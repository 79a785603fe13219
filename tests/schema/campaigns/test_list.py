from datetime import UTC, datetime, timedelta

import pytest

from domain.access.permissions import Permission
from domain.campaigns.models import CampaignTeam
from domain.campaigns.rules import CampaignState, DialMode
from domain.targets.rules import ClosedReason, TargetState
from tests import rows
from tests.fakes import FakePorts
from tests.queries import at_most
from tests.schema.asking import ask, refusal_code

LIST = """
query ($finished: Boolean! = false, $states: [CampaignState!], $modes: [DialMode!],
       $first: Int! = 50, $after: String) {
  campaigns(finished: $finished, states: $states, modes: $modes, first: $first, after: $after) {
    nodes {
      serial mode name apiCode createdAt state priority
      targets { total left new retry }
      newestTarget { number addedAt }
      teams { level team { name } }
    }
    totalCount
    pageInfo { hasNextPage endCursor }
  }
}
"""
ONE = "query ($id: UUID!) { campaign(id: $id) { name } }"


@pytest.mark.feature("CAM-01")
async def test_a_campaigns_row_says_all_that_a_supervisor_looks_for(
    database: str, fakes: FakePorts
) -> None:
    account = await rows.an_account()
    campaign = await rows.a_campaign(account, serial=7, mode=DialMode.PREDICTIVE, priority=8)
    team = await rows.a_team(account, "North")
    await CampaignTeam.create(campaign=campaign, team=team, level=3)
    await rows.a_target(campaign)
    await rows.a_target(campaign, state=TargetState.RETRY)
    await rows.a_target(campaign, state=TargetState.DIALING)
    await rows.a_target(
        campaign, "+12025550001", state=TargetState.CLOSED, closed_reason=ClosedReason.CONNECTED
    )

    (row,) = (await ask(LIST, rows.an_admin(account), fakes))["nodes"]

    added_at = row["newestTarget"].pop("addedAt")
    assert datetime.now(UTC) - datetime.fromisoformat(added_at) < timedelta(minutes=5)
    assert row == {
        "serial": 7,
        "mode": "PREDICTIVE",
        "name": "Campaign 7",
        "apiCode": "c7",
        "createdAt": campaign.created_at.isoformat(),
        "state": "STOPPED",
        "priority": 8,
        "targets": {"total": 4, "left": 2, "new": 1, "retry": 1},
        "newestTarget": {"number": "+12025550001"},
        "teams": [{"level": 3, "team": {"name": "North"}}],
    }


@pytest.mark.feature("CAM-01")
async def test_finished_campaigns_are_a_list_of_their_own(database: str, fakes: FakePorts) -> None:
    account = await rows.an_account()
    for serial, state in enumerate(CampaignState, start=1):
        await rows.a_campaign(account, serial=serial, state=state)
    who = rows.an_admin(account)

    active = await ask(LIST, who, fakes)
    finished = await ask(LIST, who, fakes, finished=True)

    assert [row["state"] for row in active["nodes"]] == ["WAITING", "RUNNING", "STOPPED"]
    assert [row["state"] for row in finished["nodes"]] == ["CLOSED"]


async def test_campaigns_are_filtered_by_state_and_mode(database: str, fakes: FakePorts) -> None:
    account = await rows.an_account()
    await rows.a_campaign(account, serial=1, mode=DialMode.PREVIEW)
    await rows.a_campaign(account, serial=2, state=CampaignState.RUNNING)
    await rows.a_campaign(account, serial=3, mode=DialMode.PREVIEW, state=CampaignState.RUNNING)
    who = rows.an_admin(account)

    running = await ask(LIST, who, fakes, states=["RUNNING"])
    preview = await ask(LIST, who, fakes, states=["RUNNING"], modes=["PREVIEW"])

    assert [row["serial"] for row in running["nodes"]] == [3, 2]
    assert [row["serial"] for row in preview["nodes"]] == [3]


@pytest.mark.parametrize("count", [1, 20])
async def test_a_page_costs_the_same_statements_whatever_its_length(
    count: int, database: str, fakes: FakePorts
) -> None:
    account = await rows.an_account()
    for serial in range(count):
        campaign = await rows.a_campaign(account, serial=serial)
        await rows.a_target(campaign)

    with at_most(5):  # the page, its count, the targets' counts, the newest targets, the teams
        page = await ask(LIST, rows.an_admin(account), fakes)

    assert len(page["nodes"]) == count


@pytest.mark.parametrize(("first", "counted"), [(2, 2), (3, 0), (50, 0)])
async def test_every_page_says_how_many_there_are_on_all(
    first: int, counted: int, database: str, fakes: FakePorts
) -> None:
    account = await rows.an_account()
    for serial in range(1, 4):
        await rows.a_campaign(account, serial=serial)
    await rows.a_campaign(await rows.an_account("other"))
    who, after, totals = rows.an_admin(account), None, list[int]()

    with at_most(50) as statements:
        more = True
        while more:
            page = await ask(LIST, who, fakes, first=first, after=after)
            totals.append(page["totalCount"])
            more, after = page["pageInfo"]["hasNextPage"], page["pageInfo"]["endCursor"]

    assert totals == [3] * (2 if first == 2 else 1)
    # A page that is the whole list has been counted already.
    assert sum("COUNT(*)" in statement for statement in statements) == counted


async def test_the_pages_together_are_the_list(database: str, fakes: FakePorts) -> None:
    account = await rows.an_account()
    for serial in range(1, 6):
        await rows.a_campaign(account, serial=serial)
    who, seen, after = rows.an_admin(account), [], None

    for expected in (True, True, False):
        page = await ask(LIST, who, fakes, first=2, after=after)
        seen += [row["serial"] for row in page["nodes"]]
        after = page["pageInfo"]["endCursor"]
        assert page["pageInfo"]["hasNextPage"] is expected

    assert seen == [5, 4, 3, 2, 1]


@pytest.mark.parametrize(
    "wrong", [{"first": 0}, {"first": 101}, {"after": "nonsense"}, {"after": "WyJhIl0"}]
)
async def test_a_page_that_is_none_is_refused(
    wrong: dict[str, object], database: str, fakes: FakePorts
) -> None:
    account = await rows.an_account()
    assert await refusal_code(LIST, rows.an_admin(account), fakes, **wrong) == "INVALID_INPUT"


async def test_another_accounts_campaign_looks_like_none(database: str, fakes: FakePorts) -> None:
    account, other = await rows.an_account("acme"), await rows.an_account("other")
    theirs = await rows.a_campaign(other)
    who = rows.somebody(account, Permission.CAMPAIGN_VIEW)

    assert await refusal_code(ONE, who, fakes, id=str(theirs.id)) == "NOT_FOUND"
    assert (await ask(LIST, who, fakes))["totalCount"] == 0
