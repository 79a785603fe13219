import asyncio
from typing import Any

import pytest

from domain.access.models import AuditEntry
from domain.campaigns.commands import CampaignChanged
from domain.campaigns.models import Campaign
from domain.campaigns.rules import CampaignState, MachineAction
from domain.core.errors import Unavailable
from tests import rows
from tests.fakes import FakePorts
from tests.schema.asking import ask, execute, refusal_code

CREATE = """
mutation ($input: CampaignCreateInput!) {
  campaignCreate(input: $input) {
    ... on CampaignCreated {
      campaign {
        id serial apiCode name mode state priority maxAttempts callerId wrapUpSeconds
        retryDelays { disposition seconds } variables
      }
    }
    ... on Refusal { code message }
    ... on InvalidInput { problems { path message } }
  }
}
"""
UNSURE = "query ($id: UUID!) { campaign(id: $id) { unsureAction } }"
CHANGE = """
mutation ($id: UUID!, $input: CampaignChangeInput!) {
  campaignChange(id: $id, input: $input) {
    ... on CampaignChanged { campaign { name mode priority maxAttempts callerId wrapUpSeconds } }
    ... on Refusal { code message }
    ... on InvalidInput { problems { path message } }
  }
}
"""


@pytest.mark.feature("CAM-02")
async def test_a_new_campaign_is_stopped_and_has_sound_defaults(
    database: str, fakes: FakePorts
) -> None:
    account = await rows.an_account()
    answer = await ask(
        CREATE, rows.an_admin(account), fakes, input={"name": " Spring ", "mode": "PREDICTIVE"}
    )

    made = answer["campaign"]
    assert (made["serial"], made["name"], made["mode"]) == (1, "Spring", "PREDICTIVE")
    assert (made["state"], made["priority"], made["maxAttempts"]) == ("STOPPED", 5, 3)
    assert {"disposition": "BUSY", "seconds": 300} in made["retryDelays"]
    assert len(made["apiCode"]) == 12
    assert fakes.bus.topics == [f"campaigns:{account.id}"]
    entry = await AuditEntry.get()
    assert (entry.action, str(entry.subject_id)) == ("campaignCreate", made["id"])
    assert entry.difference["name"] == [None, "Spring"]


async def test_campaigns_made_at_once_get_serials_in_a_row(database: str, fakes: FakePorts) -> None:
    account, other = await rows.an_account("acme"), await rows.an_account("other")
    await rows.a_campaign(other, serial=41)

    answers = await asyncio.gather(
        *(
            execute(CREATE, rows.an_admin(account), fakes, input={"name": "S", "mode": "PREVIEW"})
            for _ in range(8)
        )
    )

    assert all(answer.errors is None for answer in answers)
    serials = await Campaign.filter(account=account).order_by("serial").values_list("serial")
    assert serials == [(n,) for n in range(1, 9)]


EVERYTHING_WRONG: dict[str, Any] = {
    "name": "",
    "priority": 11,
    "callerName": "x" * 65,
    "linesPerAgent": 0.5,
    "maxLinesPerAgent": 11,
    "abandonTarget": 0,
    "correctionPace": 9,
    "gain": 2.1,
    "minimumAgents": 0,
    "ringLimitSeconds": 4,
    "patienceSeconds": -1,
    "maxAttempts": 0,
    "wrapUpSeconds": -1,
    "previewSeconds": 4,
    "retryDelays": [{"disposition": "BUSY", "seconds": -1}],
    "variables": ["City", "City"],
    "crmUrl": "javascript:alert(1)",
    "machineMessage": "../../etc/passwd",
    "agentAnnouncement": "a sound\r\n",
}


@pytest.mark.feature("CAM-02")
async def test_every_wrong_setting_is_told_at_once_and_nothing_is_made(
    database: str, fakes: FakePorts
) -> None:
    account = await rows.an_account()

    answer = await ask(
        CREATE, rows.an_admin(account), fakes, input={**EVERYTHING_WRONG, "mode": "PREVIEW"}
    )

    told = {problem["path"].partition(".")[0] for problem in answer["problems"]}
    assert told == set(EVERYTHING_WRONG)
    assert await Campaign.all().count() == await AuditEntry.all().count() == 0
    fakes.assert_untouched()


@pytest.mark.parametrize("field", sorted(set(EVERYTHING_WRONG)))
async def test_one_wrong_setting_changes_nothing(
    field: str, database: str, fakes: FakePorts
) -> None:
    account = await rows.an_account()
    campaign = await rows.a_campaign(account)
    before = vars(await Campaign.get(id=campaign.id))

    answer = await ask(
        CHANGE,
        rows.an_admin(account),
        fakes,
        id=str(campaign.id),
        input={"callerId": "+12025550199", field: EVERYTHING_WRONG[field]},
    )

    assert {p["path"].partition(".")[0] for p in answer["problems"]} == {field}
    assert vars(await Campaign.get(id=campaign.id)) == before
    fakes.assert_untouched()


@pytest.mark.feature("CAM-02")
@pytest.mark.parametrize("state", [CampaignState.STOPPED, CampaignState.RUNNING])
async def test_settings_change_at_any_time_and_the_floor_is_told(
    state: CampaignState, database: str, fakes: FakePorts
) -> None:
    account = await rows.an_account()
    campaign = await rows.a_campaign(account, state=state, wrap_up_s=10.0)
    await rows.a_number(account, "+12025550199")

    answer = await ask(
        CHANGE,
        rows.an_admin(account),
        fakes,
        id=str(campaign.id),
        input={"name": "Summer", "priority": 9, "callerId": "+12025550199", "wrapUpSeconds": None},
    )

    assert answer["campaign"] == {
        "name": "Summer",
        "mode": "PROGRESSIVE",
        "priority": 9,
        "maxAttempts": 3,
        "callerId": "+12025550199",
        "wrapUpSeconds": None,
    }
    assert fakes.floors.told == [(account.id, CampaignChanged(campaign=campaign.id))]
    assert fakes.bus.topics == [f"campaigns:{account.id}"]
    entry = await AuditEntry.get()
    assert entry.difference["priority"] == [5, 9]
    assert entry.difference["wrapUpSeconds"] == [10.0, None]
    assert "mode" not in entry.difference


@pytest.mark.feature("CAM-02")
async def test_max_attempts_holds_for_targets_added_afterwards(
    database: str, fakes: FakePorts
) -> None:
    account = await rows.an_account()
    campaign = await rows.a_campaign(account)
    earlier = await rows.a_target(campaign)

    await ask(CHANGE, rows.an_admin(account), fakes, id=str(campaign.id), input={"maxAttempts": 7})

    await earlier.refresh_from_db()
    later = await rows.a_target(await Campaign.get(id=campaign.id))
    assert (earlier.max_attempts, later.max_attempts) == (3, 7)


async def test_a_change_that_changes_nothing_announces_nothing(
    database: str, fakes: FakePorts
) -> None:
    account = await rows.an_account()
    campaign = await rows.a_campaign(account, priority=5)

    await ask(CHANGE, rows.an_admin(account), fakes, id=str(campaign.id), input={"priority": 5})

    assert await AuditEntry.all().count() == 0
    fakes.assert_untouched()


async def test_a_null_for_a_setting_that_must_have_a_value_is_refused(
    database: str, fakes: FakePorts
) -> None:
    account = await rows.an_account()
    campaign = await rows.a_campaign(account)

    answer = await ask(
        CHANGE,
        rows.an_admin(account),
        fakes,
        id=str(campaign.id),
        input={"priority": None, "ringLimitSeconds": None},
    )

    assert [problem["path"] for problem in answer["problems"]] == ["priority", "ringLimitSeconds"]
    fakes.assert_untouched()


async def test_a_closed_campaign_is_never_changed(database: str, fakes: FakePorts) -> None:
    account = await rows.an_account()
    campaign = await rows.a_campaign(account, state=CampaignState.CLOSED)

    code = await refusal_code(
        CHANGE, rows.an_admin(account), fakes, id=str(campaign.id), input={"priority": 9}
    )

    assert code == "CAMPAIGN_CLOSED"
    assert (await Campaign.get(id=campaign.id)).priority == 5
    fakes.assert_untouched()


async def test_a_change_is_kept_when_bus_and_floor_are_away(
    database: str, fakes: FakePorts
) -> None:
    account = await rows.an_account()
    campaign = await rows.a_campaign(account)
    fakes.bus.away = True
    fakes.floors.error = Unavailable("away")

    await ask(CHANGE, rows.an_admin(account), fakes, id=str(campaign.id), input={"priority": 9})

    assert (await Campaign.get(id=campaign.id)).priority == 9


@pytest.mark.parametrize(
    ("url", "right"),
    [
        ("https://crm.example/{Plan}?n={number}", True),
        ("", True),
        ("https://{host}/x", False),
        ("https://crm.example/{a{b}}", False),
        ("https://crm.example/}", False),
        ("crm.example/x", False),
        ("https://", False),
        ("https://[::1/x", False),
    ],
)
async def test_a_crm_address_is_web_and_its_host_is_fixed(
    url: str, right: bool, database: str, fakes: FakePorts
) -> None:
    account = await rows.an_account()
    answer = await ask(
        CREATE,
        rows.an_admin(account),
        fakes,
        input={"name": "S", "mode": "PREVIEW", "crmUrl": url},
    )

    assert ("campaign" in answer) is right
    assert await Campaign.all().count() == int(right)


@pytest.mark.feature("CAM-11")
@pytest.mark.parametrize("action", [MachineAction.MESSAGE, MachineAction.PLAY])
async def test_machines_hear_a_message_only_if_there_is_one(
    database: str, fakes: FakePorts, action: MachineAction
) -> None:
    account = await rows.an_account()
    campaign = await rows.a_campaign(account)
    who, id = rows.an_admin(account), str(campaign.id)
    leave = {"machineAction": action.name}

    answer = await ask(CHANGE, who, fakes, id=id, input=leave)
    assert [problem["path"] for problem in answer["problems"]] == ["machineMessage"]
    assert (await Campaign.get(id=campaign.id)).machine_action is MachineAction.HANG_UP
    fakes.assert_untouched()

    await ask(CHANGE, who, fakes, id=id, input={**leave, "machineMessage": "acme/call-back"})
    assert (await Campaign.get(id=campaign.id)).machine_action is action


@pytest.mark.feature("CAM-11")
async def test_an_unsure_analysis_means_a_person_until_it_is_set_otherwise(
    database: str, fakes: FakePorts
) -> None:
    account = await rows.an_account()
    who = rows.an_admin(account)

    made = await ask(CREATE, who, fakes, input={"name": "S", "mode": "PREDICTIVE"})
    id = made["campaign"]["id"]
    assert await ask(UNSURE, who, fakes, id=id) == {"unsureAction": "CONNECT"}

    await ask(CHANGE, who, fakes, id=id, input={"unsureAction": "AS_MACHINE"})

    assert await ask(UNSURE, who, fakes, id=id) == {"unsureAction": "AS_MACHINE"}
    entry = await AuditEntry.get(action="campaignChange")
    assert entry.difference == {"unsureAction": ["connect", "as_machine"]}


@pytest.mark.feature("CAM-02")
async def test_two_delays_for_one_disposition_are_refused(database: str, fakes: FakePorts) -> None:
    twice = [{"disposition": "BUSY", "seconds": 5}, {"disposition": "BUSY", "seconds": 500}]
    settings = {"name": "Twice", "mode": "PROGRESSIVE", "retryDelays": twice}

    answer = await ask(CREATE, rows.an_admin(await rows.an_account()), fakes, input=settings)

    assert answer["problems"] == [{"path": "retryDelays.busy", "message": "must be given once"}]
    assert await Campaign.all().count() == 0


@pytest.mark.feature("CAM-02")
async def test_a_large_limit_is_told_as_people_write_it(database: str, fakes: FakePorts) -> None:
    settings = {
        "name": "Late",
        "mode": "PROGRESSIVE",
        "retryDelays": [{"disposition": "BUSY", "seconds": 2_592_001}],
    }

    answer = await ask(CREATE, rows.an_admin(await rows.an_account()), fakes, input=settings)

    told = {"path": "retryDelays.busy", "message": "must be 0 to 2,592,000"}
    assert answer["problems"] == [told]
    assert await Campaign.all().count() == 0
