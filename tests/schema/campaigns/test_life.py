"""Copies, archives, and the list of finished campaigns."""

from datetime import timedelta
from typing import Any

import pytest
from tortoise import Tortoise

from domain.access.models import AuditEntry
from domain.campaigns.life import COPIED, OWN_COLUMNS
from domain.campaigns.models import Campaign, CampaignAgent, CampaignTeam
from domain.campaigns.rules import CampaignState, DialMode
from domain.targets.models import Target
from domain.trunks.models import CampaignTrunk, Trunk
from tests import rows
from tests.fakes import FakePorts
from tests.queries import at_most
from tests.schema.asking import ask

COPY = """
mutation ($id: UUID!, $name: String) {
  campaignCopy(id: $id, name: $name) {
    ... on CampaignCopied { campaign { id serial name apiCode state mode maxAttempts } }
    ... on Refusal { code }
    ... on InvalidInput { problems { path } }
  }
}
"""
ARCHIVE = """
mutation ($id: UUID!) {
  campaignArchive(id: $id) {
    ... on CampaignArchived { campaign { archivedAt } }
    ... on Refusal { code message }
  }
}
"""
UNARCHIVE = """
mutation ($id: UUID!) {
  campaignUnarchive(id: $id) { ... on CampaignUnarchived { campaign { archivedAt } } }
}
"""
LIST = """
query ($archived: Boolean!) {
  campaigns(finished: true, archived: $archived) { nodes { serial } }
}
"""
FINISHED = """
query ($archived: Boolean! = false, $first: Int! = 50, $after: String) {
  finishedCampaigns(archived: $archived, first: $first, after: $after) {
    nodes { serial results { dialed reached answered connected abandoned machines talkSeconds } }
    pageInfo { hasNextPage endCursor }
    totalCount
  }
}
"""

# Rows that belong to a campaign and are none of its settings: its list, its past, other campaigns.
NOT_COPIED = {
    *("Attempt", "Target", "TargetBatch", "TargetExport", "TargetImport"),
    *("Campaign", "CampaignSource", "InboundNumber", "TargetOperation"),
    *("CampaignLogin", "Forecast"),
    "Agent",  # who dials for it by hand goes on doing so
    "PreDialHook",  # its secret is known to one campaign's receiver
}


@pytest.mark.feature("CAM-03")
async def test_a_copy_has_the_settings_people_and_trunks_and_nothing_of_the_past(
    database: str, fakes: FakePorts
) -> None:
    account = await rows.an_account()
    now = fakes.clock.now()
    original = await rows.a_campaign(
        account,
        serial=7,
        mode=DialMode.PREDICTIVE,
        state=CampaignState.CLOSED,
        max_attempts=9,
        wrap_up_codes=[{"code": "sale", "effect": "close", "delay_s": 0}],
        starts_at=now,
        started_at=now,
        closed_at=now,
        archived_at=now,
    )
    team, agent = await rows.a_team(account), await rows.an_agent(account)
    await CampaignTeam.create(campaign=original, team=team, level=2)
    await CampaignAgent.create(campaign=original, agent=agent, level=5)
    trunk = await Trunk.create(account=account, name="alpha")
    await CampaignTrunk.create(campaign=original, trunk=trunk, position=3)
    await rows.a_target(original)

    answer = await ask(COPY, rows.an_admin(account), fakes, id=str(original.id))

    made = answer["campaign"]
    assert (made["serial"], made["name"], made["state"]) == (8, "Copy of Campaign 7", "STOPPED")
    assert (made["mode"], made["maxAttempts"]) == ("PREDICTIVE", 9)
    assert made["apiCode"] != original.api_code
    copy = await Campaign.get(serial=8)
    for column in Campaign._meta.fields_db_projection:
        if column not in OWN_COLUMNS:
            assert getattr(copy, column) == getattr(original, column), column
    assert (copy.starts_at, copy.started_at, copy.closed_at, copy.archived_at) == (None,) * 4
    assert [(r.team_id, r.level) for r in await CampaignTeam.filter(campaign=copy)] == [
        (team.id, 2)
    ]
    assert [(r.agent_id, r.level) for r in await CampaignAgent.filter(campaign=copy)] == [
        (agent.id, 5)
    ]
    assert [(r.trunk_id, r.position) for r in await CampaignTrunk.filter(campaign=copy)] == [
        (trunk.id, 3)
    ]
    assert await Target.filter(campaign=copy).count() == 0
    assert (await AuditEntry.get()).difference["copyOf"] == [None, str(original.id)]


async def test_a_copy_gets_the_name_that_is_given(database: str, fakes: FakePorts) -> None:
    account = await rows.an_account()
    original, who = await rows.a_campaign(account), rows.an_admin(account)

    named = await ask(COPY, who, fakes, id=str(original.id), name="Autumn")
    wrong = await ask(COPY, who, fakes, id=str(original.id), name=" ")

    assert named["campaign"]["name"] == "Autumn"
    assert wrong["problems"] == [{"path": "name"}]
    assert await Campaign.all().count() == 2


def test_every_row_of_a_campaign_is_copied_or_is_none_of_its_settings(database: str) -> None:
    found = set()
    for model in Tortoise.apps["domain"].values():
        for name in (*model._meta.fk_fields, *model._meta.o2o_fields):
            if model._meta.fields_map[name].related_model is Campaign:
                found.add(model.__name__)

    assert found == NOT_COPIED | {model.__name__ for model in COPIED}


@pytest.mark.feature("CAM-03")
async def test_only_a_closed_campaign_is_archived(database: str, fakes: FakePorts) -> None:
    account = await rows.an_account()
    who = rows.an_admin(account)
    stopped = await rows.a_campaign(account)

    answer = await ask(ARCHIVE, who, fakes, id=str(stopped.id))

    assert answer["code"] == "CAMPAIGN_NOT_CLOSED"
    await stopped.refresh_from_db()
    assert stopped.archived_at is None
    fakes.assert_untouched()


@pytest.mark.feature("CAM-01")
async def test_an_archived_campaign_is_left_out_of_lists_and_kept(
    database: str, fakes: FakePorts
) -> None:
    account = await rows.an_account()
    who = rows.an_admin(account)
    closed = await rows.a_campaign(
        account, serial=1, state=CampaignState.CLOSED, closed_at=fakes.clock.now()
    )
    await rows.a_target(closed)

    await ask(ARCHIVE, who, fakes, id=str(closed.id))
    await ask(ARCHIVE, who, fakes, id=str(closed.id))
    shown = await ask(LIST, who, fakes, archived=False)
    everything = await ask(LIST, who, fakes, archived=True)
    finished = await ask(FINISHED, who, fakes)
    put_away = await ask(FINISHED, who, fakes, archived=True)
    back = await ask(UNARCHIVE, who, fakes, id=str(closed.id))

    assert (shown["nodes"], finished["nodes"]) == ([], [])
    assert everything["nodes"] == [{"serial": 1}]
    assert [node["serial"] for node in put_away["nodes"]] == [1]
    assert await Target.all().count() == 1
    assert back["campaign"] == {"archivedAt": None}
    assert len((await ask(FINISHED, who, fakes))["nodes"]) == 1
    assert await AuditEntry.all().count() == 2
    assert len(fakes.bus.published) == 2


@pytest.mark.feature("CAM-01")
async def test_finished_campaigns_are_listed_by_their_end_with_what_came_of_them(
    database: str, fakes: FakePorts
) -> None:
    account = await rows.an_account()
    who, now = rows.an_admin(account), fakes.clock.now()
    for serial in (1, 2, 3):
        ended = now - timedelta(days=serial)
        campaign = await rows.a_campaign(
            account, serial=serial, state=CampaignState.CLOSED, closed_at=ended
        )
        await _with_attempts(campaign, ended)
    await rows.a_campaign(account)

    with at_most(3):  # the page, its count, the results of all
        first = await ask(FINISHED, who, fakes, first=2)
    rest = await ask(FINISHED, who, fakes, first=2, after=first["pageInfo"]["endCursor"])

    assert [node["serial"] for node in first["nodes"] + rest["nodes"]] == [1, 2, 3]
    assert (first["totalCount"], rest["pageInfo"]["hasNextPage"]) == (3, False)
    assert first["nodes"][0]["results"] == {
        "dialed": 4,
        "reached": 1,
        "answered": 2,
        "connected": 1,
        "abandoned": 1,
        "machines": 1,
        "talkSeconds": 90.0,
    }


async def _with_attempts(campaign: Campaign, at: Any) -> None:
    later = at + timedelta(seconds=90)
    for fields in (
        {"disposition": "connected", "answered_at": at, "connected_at": at, "ended_at": later},
        {"disposition": "abandoned", "answered_at": at, "ended_at": later},
        {"disposition": "machine", "answered_at": at, "ended_at": later},
        {"disposition": "busy", "ended_at": at},
        {"disposition": "not_placed", "ended_at": at},
    ):
        await rows.an_attempt(await rows.a_target(campaign), at, **fields)
