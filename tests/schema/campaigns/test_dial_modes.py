"""Settings of the dial modes: limits, defaults, and what does not go together."""

from typing import Any

import pytest

from domain.campaigns.commands import CampaignChanged
from domain.campaigns.models import Campaign
from domain.campaigns.rules import CampaignState, DialMode
from tests import rows
from tests.fakes import FakePorts
from tests.schema.asking import ask

FIELDS = """
mode ivrPorts abandonAction
announcement { ...Said } abandonMessage { ...Said }
analysisSettings { greetingSeconds totalSeconds maximumWords detectFax record }
variables ringVariables sensitiveVariables
"""
SAID = """
fragment Said on Announcement {
  sound text language optOutKey agentKey repeatKey hangUpKey repeats waitSeconds
}
"""
CREATE = f"""
mutation ($input: CampaignCreateInput!) {{
  campaignCreate(input: $input) {{
    ... on CampaignCreated {{ campaign {{ {FIELDS} }} }}
    ... on InvalidInput {{ problems {{ path message }} }}
  }}
}}
{SAID}
"""
CHANGE = f"""
mutation ($id: UUID!, $input: CampaignChangeInput!) {{
  campaignChange(id: $id, input: $input) {{
    ... on CampaignChanged {{ campaign {{ {FIELDS} }} }}
    ... on InvalidInput {{ problems {{ path message }} }}
  }}
}}
{SAID}
"""
START = """
mutation ($id: UUID!) {
  campaignStart(id: $id) {
    ... on CampaignStarted { campaign { state } }
    ... on Refusal { code }
  }
}
"""


@pytest.mark.feature("CAM-04")
async def test_an_ivr_campaign_is_made_and_starts_without_agents(
    database: str, fakes: FakePorts
) -> None:
    account = await rows.an_account()
    who = rows.an_admin(account)
    given = {
        "name": "Reminders",
        "mode": "IVR_PREDICTIVE",
        "ivrPorts": 1000,
        "announcement": {"text": " Hello. ", "optOutKey": "9", "agentKey": "1", "repeats": 2},
    }

    made = (await ask(CREATE, who, fakes, input=given))["campaign"]

    assert (made["mode"], made["ivrPorts"]) == ("IVR_PREDICTIVE", 1000)
    assert made["announcement"] == {
        "sound": "",
        "text": "Hello.",
        "language": "en",
        "optOutKey": "9",
        "agentKey": "1",
        "repeatKey": "",
        "hangUpKey": "",
        "repeats": 2,
        "waitSeconds": 5.0,
    }
    campaign = await Campaign.get()
    started = await ask(START, who, fakes, id=str(campaign.id))
    assert started == {"campaign": {"state": "RUNNING"}}
    assert fakes.floors.told[-1] == (account.id, CampaignChanged(campaign=campaign.id))


async def test_what_is_not_set_has_a_sound_default(database: str, fakes: FakePorts) -> None:
    account = await rows.an_account()

    made = await ask(
        CREATE, rows.an_admin(account), fakes, input={"name": "S", "mode": "AGENT_FIRST"}
    )

    assert made["campaign"] == {
        "mode": "AGENT_FIRST",
        "ivrPorts": 1,
        "abandonAction": "HANG_UP",
        "announcement": None,
        "abandonMessage": None,
        "analysisSettings": {
            "greetingSeconds": 1.5,
            "totalSeconds": 5.0,
            "maximumWords": 3,
            "detectFax": True,
            "record": False,
        },
        "variables": [],
        "ringVariables": [],
        "sensitiveVariables": [],
    }


SAY: dict[str, Any] = {"sound": "a"}


@pytest.mark.parametrize(
    ("given", "paths"),
    [
        ({"mode": "IVR_PROGRESSIVE"}, {"announcement"}),
        ({"abandonAction": "MESSAGE"}, {"abandonMessage"}),
        ({"ivrPorts": 0}, {"ivrPorts"}),
        ({"ivrPorts": 1001}, {"ivrPorts"}),
        ({"announcement": {}}, {"announcement"}),
        ({"announcement": {"text": None}}, {"announcement.text"}),
        ({"abandonMessage": {"sound": None}}, {"abandonMessage.sound"}),
        ({"analysisSettings": {"record": None}}, {"analysisSettings.record"}),
        ({"announcement": {"sound": "a", "text": "b"}}, {"announcement"}),
        ({"announcement": {"sound": "../etc/passwd"}}, {"announcement.sound"}),
        ({"announcement": {"text": "x" * 1001}}, {"announcement.text"}),
        ({"announcement": {**SAY, "language": "EN"}}, {"announcement.language"}),
        ({"announcement": {**SAY, "repeats": 10}}, {"announcement.repeats"}),
        ({"announcement": {**SAY, "waitSeconds": 0.5}}, {"announcement.waitSeconds"}),
        ({"announcement": {**SAY, "optOutKey": "99"}}, {"announcement.optOutKey"}),
        ({"announcement": {**SAY, "optOutKey": "A"}}, {"announcement.optOutKey"}),
        (
            {"announcement": {**SAY, "optOutKey": "9", "repeatKey": "9"}},
            {"announcement.repeatKey"},
        ),
        ({"abandonMessage": {**SAY, "agentKey": "1"}}, {"abandonMessage.agentKey"}),
        ({"analysisSettings": {"greetingSeconds": 0.1}}, {"analysisSettings.greetingSeconds"}),
        ({"analysisSettings": {"totalSeconds": 16}}, {"analysisSettings.totalSeconds"}),
        ({"analysisSettings": {"maximumWords": 0}}, {"analysisSettings.maximumWords"}),
        ({"analysisSettings": {"silenceThreshold": 40000}}, {"analysisSettings.silenceThreshold"}),
        ({"ringVariables": list("abcdefg")}, {"ringVariables"}),
        ({"ringVariables": ["a"], "sensitiveVariables": ["a"]}, {"ringVariables.0"}),
        ({"sensitiveVariables": ["a", "a"]}, {"sensitiveVariables"}),
    ],
)
async def test_what_is_out_of_its_limits_is_named_and_nothing_changes(
    given: dict[str, Any], paths: set[str], database: str, fakes: FakePorts
) -> None:
    account = await rows.an_account()
    campaign = await rows.a_campaign(account)
    before = dict(await Campaign.filter(id=campaign.id).first().values())

    answer = await ask(CHANGE, rows.an_admin(account), fakes, id=str(campaign.id), input=given)

    assert {problem["path"] for problem in answer["problems"]} == paths
    assert dict(await Campaign.filter(id=campaign.id).first().values()) == before
    fakes.assert_untouched()


@pytest.mark.feature("CAM-20")
async def test_settings_of_a_running_campaign_are_told_to_its_floor(
    database: str, fakes: FakePorts
) -> None:
    account = await rows.an_account()
    campaign = await rows.a_campaign(
        account, mode=DialMode.PROGRESSIVE, state=CampaignState.RUNNING
    )

    answer = await ask(
        CHANGE,
        rows.an_admin(account),
        fakes,
        id=str(campaign.id),
        input={
            "abandonAction": "MESSAGE",
            "abandonMessage": {"sound": "who-called", "optOutKey": "9"},
            "analysisSettings": {"greetingSeconds": 2.5, "record": True},
            "variables": ["City", "Card"],
            "sensitiveVariables": ["Card"],
            "ringVariables": ["City"],
        },
    )

    changed = answer["campaign"]
    assert changed["abandonAction"] == "MESSAGE"
    assert changed["abandonMessage"]["optOutKey"] == "9"
    assert changed["analysisSettings"] == {
        "greetingSeconds": 2.5,
        "totalSeconds": 5.0,
        "maximumWords": 3,
        "detectFax": True,
        "record": True,
    }
    assert (changed["ringVariables"], changed["sensitiveVariables"]) == (["City"], ["Card"])
    assert fakes.floors.told == [(account.id, CampaignChanged(campaign=campaign.id))]


async def test_a_message_that_is_said_is_not_taken_away(database: str, fakes: FakePorts) -> None:
    account = await rows.an_account()
    campaign = await rows.a_campaign(
        account, mode=DialMode.IVR_PROGRESSIVE, announcement={"sound": "a"}
    )

    answer = await ask(
        CHANGE,
        rows.an_admin(account),
        fakes,
        id=str(campaign.id),
        input={"announcement": None},
    )

    assert [problem["path"] for problem in answer["problems"]] == ["announcement"]
    await campaign.refresh_from_db()
    assert campaign.announcement == {"sound": "a"}
