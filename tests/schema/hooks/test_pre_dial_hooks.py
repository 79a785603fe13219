"""Setting a campaign's pre-dial hook over GraphQL."""

from dataclasses import replace
from typing import Any

import pytest

from domain.access.models import AuditEntry
from domain.campaigns.commands import CampaignChanged
from domain.campaigns.rules import CampaignState
from domain.hooks.models import PreDialHook
from domain.hooks.service import settings_of_hook
from tests import rows
from tests.fakes import FakePorts
from tests.schema.asking import ask, refusal_code

SET = """
mutation ($id: UUID!, $input: PreDialHookInput!) {
  preDialHookSet(campaignId: $id, input: $input) {
    ... on PreDialHookSaved {
      secret hook { url timeLimitMs fallback retrySeconds variables formerSecretUntil }
    }
    ... on Refusal { code message }
    ... on InvalidInput { problems { path message } }
  }
}
"""
ROTATE = """
mutation ($id: UUID!) {
  preDialHookRotate(campaignId: $id) {
    ... on PreDialHookSaved { secret hook { formerSecretUntil } }
    ... on Refusal { code message }
  }
}
"""
REMOVE = """
mutation ($id: UUID!) {
  preDialHookRemove(campaignId: $id) { ... on PreDialHookRemoved { campaignId } }
}
"""
READ = """
query ($id: UUID!) { preDialHook(campaignId: $id) { url } }
"""
URL = "https://crm.example/before-call"


@pytest.mark.feature("CAM-09")
async def test_the_secret_is_shown_when_the_hook_is_made_and_never_again(
    database: str, fakes: FakePorts
) -> None:
    account = await rows.an_account()
    campaign = await rows.a_campaign(account)
    admin = rows.an_admin(account)

    made = await ask(SET, admin, fakes, id=str(campaign.id), input={"url": URL})

    assert made["secret"].startswith("whsec_")
    assert made["hook"] == {
        "url": URL,
        "timeLimitMs": 1000,
        "fallback": "DIAL",
        "retrySeconds": 3600,
        "variables": [],
        "formerSecretUntil": None,
    }
    assert fakes.floors.told == [(account.id, CampaignChanged(campaign=campaign.id))]
    wanted = {"timeLimitMs": 300, "fallback": "SKIP", "retrySeconds": 60, "variables": ["City"]}
    changed = await ask(SET, admin, fakes, id=str(campaign.id), input=wanted)
    assert changed["secret"] is None
    assert changed["hook"] == {"url": URL, "formerSecretUntil": None, **wanted}
    for entry in await AuditEntry.all():
        assert made["secret"] not in str(entry.difference)
    assert (await ask(READ, admin, fakes, id=str(campaign.id)))["url"] == URL


@pytest.mark.feature("CAM-09")
async def test_after_a_rotation_both_secrets_sign_for_a_day(
    database: str, fakes: FakePorts
) -> None:
    account = await rows.an_account()
    campaign = await rows.a_campaign(account)
    admin = rows.an_admin(account)
    first = (await ask(SET, admin, fakes, id=str(campaign.id), input={"url": URL}))["secret"]

    second = (await ask(ROTATE, admin, fakes, id=str(campaign.id)))["secret"]

    assert second != first
    row = await PreDialHook.get(campaign=campaign)
    assert settings_of_hook(row, now=fakes.clock.now()).secrets == (second, first)
    fakes.clock.advance(24 * 3600)
    assert settings_of_hook(row, now=fakes.clock.now()).secrets == (second,)


@pytest.mark.feature("CAM-09")
async def test_a_hook_that_is_removed_is_gone_and_so_is_its_secret(
    database: str, fakes: FakePorts
) -> None:
    account = await rows.an_account()
    campaign = await rows.a_campaign(account)
    admin = rows.an_admin(account)
    first = (await ask(SET, admin, fakes, id=str(campaign.id), input={"url": URL}))["secret"]

    for _ in range(2):
        gone = await ask(REMOVE, admin, fakes, id=str(campaign.id))
        assert gone == {"campaignId": str(campaign.id)}

    assert await ask(READ, admin, fakes, id=str(campaign.id)) is None
    assert await refusal_code(ROTATE, admin, fakes, id=str(campaign.id)) == "NO_HOOK"
    again = await ask(SET, admin, fakes, id=str(campaign.id), input={"url": URL})
    assert again["secret"] not in (None, first)


WRONG: list[tuple[dict[str, Any], str]] = [
    ({}, "url"),
    ({"url": ""}, "url"),
    ({"url": "crm.example/ask"}, "url"),
    ({"url": "ftp://crm.example/ask"}, "url"),
    ({"url": "http://crm.example/ask"}, "url"),
    ({"url": "https://user:secret@crm.example/ask"}, "url"),
    ({"url": "https://127.0.0.1/ask"}, "url"),
    ({"url": "https://[::1]/ask"}, "url"),
    ({"url": "https://169.254.169.254/latest"}, "url"),
    ({"url": "https://localhost/ask"}, "url"),
    ({"url": "https://żółw.example/ask"}, "url"),
    ({"url": "https://crm.example:99999/ask"}, "url"),
    ({"url": URL, "timeLimitMs": 49}, "timeLimitMs"),
    ({"url": URL, "timeLimitMs": 10_001}, "timeLimitMs"),
    ({"url": URL, "retrySeconds": 0}, "retrySeconds"),
    ({"url": URL, "variables": [f"V{n}" for n in range(31)]}, "variables"),
    ({"url": URL, "variables": [""]}, "variables.0"),
]


@pytest.mark.parametrize(("wrong", "path"), WRONG)
async def test_a_wrong_setting_is_named_and_nothing_is_made(
    wrong: dict[str, Any], path: str, database: str, fakes: FakePorts
) -> None:
    account = await rows.an_account()
    campaign = await rows.a_campaign(account)

    answer = await ask(SET, rows.an_admin(account), fakes, id=str(campaign.id), input=wrong)

    assert {problem["path"] for problem in answer["problems"]} == {path}
    assert await PreDialHook.all().count() == 0
    fakes.assert_untouched()


async def test_addresses_of_this_network_may_be_set_where_the_operator_allows_them(
    database: str, fakes: FakePorts
) -> None:
    account = await rows.an_account()
    campaign = await rows.a_campaign(account)
    fakes.ports = replace(fakes.ports, private_hooks=True)

    answer = await ask(
        SET,
        rows.an_admin(account),
        fakes,
        id=str(campaign.id),
        input={"url": "http://127.0.0.1:8080/ask"},
    )

    assert answer["hook"]["url"] == "http://127.0.0.1:8080/ask"


async def test_a_closed_campaign_takes_no_hook(database: str, fakes: FakePorts) -> None:
    account = await rows.an_account()
    campaign = await rows.a_campaign(account, state=CampaignState.CLOSED)
    code = await refusal_code(
        SET, rows.an_admin(account), fakes, id=str(campaign.id), input={"url": URL}
    )
    assert code == "CAMPAIGN_CLOSED"
    assert await PreDialHook.all().count() == 0
    fakes.assert_untouched()


@pytest.mark.feature("CAM-13")
async def test_a_sensitive_variable_is_never_sent_to_a_hook(
    database: str, fakes: FakePorts
) -> None:
    account = await rows.an_account()
    campaign = await rows.a_campaign(account, sensitive_variables=["Card", "Iban"])
    admin = rows.an_admin(account)

    answer = await ask(
        SET, admin, fakes, id=str(campaign.id), input={"url": URL, "variables": ["City", "Iban"]}
    )

    (problem,) = answer["problems"]
    assert problem["path"] == "variables.1"
    assert "'Iban' is sensitive" in problem["message"]
    assert await PreDialHook.all().count() == 0
    fakes.assert_untouched()
