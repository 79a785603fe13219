"""API-03: accounts never see each other, roles and keys do what they may and nothing else."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from tests.e2e.callcentre import ASSIGN, CLOSE, START, STOP, CallCentre
from tests.e2e.conftest import Opening
from tests.e2e.customer import SIGN_IN, Customer, until
from tests.e2e.desk import DESK, GO_AVAILABLE

OF_OTHERS = {  # operations that take an id, by what the id is of
    "campaign": [
        START,
        STOP,
        CLOSE,
        'mutation ($id: UUID!) { campaignChange(id: $id, input: {name: "Theirs"}) '
        "{ __typename ... on Refusal { code } } }",
        "mutation ($id: UUID!) { targetsRemoveAll(campaignId: $id, confirmedCount: 1) "
        "{ __typename ... on Refusal { code } } }",
        "query ($id: UUID!) { campaign(id: $id) { name } }",
        "query ($id: UUID!) { campaignBoard(id: $id) { dialed } }",
        "query ($id: UUID!) { targets(campaignId: $id) { nodes { number } } }",
    ],
    "target": [
        "query ($id: UUID!) { target(id: $id) { number } }",
        "mutation ($id: UUID!) { targetRemove(id: $id) { __typename ... on Refusal { code } } }",
    ],
    "agent": [
        "query ($id: UUID!) { agent(id: $id) { name } }",
        "mutation ($id: UUID!) { agentArchive(id: $id) { __typename ... on Refusal { code } } }",
        "mutation ($id: UUID!) { agentHangUp(agentId: $id) "
        "{ __typename ... on Refusal { code } } }",
        "mutation ($id: UUID!) { agentSignOut(agentId: $id, force: true) "
        "{ __typename ... on Refusal { code } } }",
    ],
}
BOARD = "subscription ($id: UUID!) { campaignBoard(id: $id) { dialed } }"
USER_CREATE = """
mutation ($email: String!, $role: Role!) {
  userCreate(email: $email, name: "Eve", role: $role, password: "correct horse battery") {
    __typename
  }
}
"""
KEY_CREATE = """
mutation ($scopes: [Permission!]!) {
  apiKeyCreate(name: "CRM", scopes: $scopes) {
    __typename ... on ApiKeyCreated { key apiKey { id } }
  }
}
"""
KEY_REVOKE = "mutation ($id: UUID!) { apiKeyRevoke(id: $id) { __typename } }"
AGENTS = "query { agents { nodes { id now { state } } } }"
CAMPAIGNS = "query { campaigns { nodes { id name state } } }"
SIGN_OUT = "mutation { signOut { at } }"


def code_of(answer: dict[str, Any]) -> str | None:
    """The code of a refusal, wherever the answer has it."""
    if "errors" in answer:
        code: str = answer["errors"][0]["extensions"]["code"]
        return code
    (value,) = answer["data"].values()
    found: str | None = value.get("code")
    return found


@pytest.mark.feature("API-03")
async def test_another_accounts_ids_are_like_ids_that_never_were(
    centre: CallCentre, open_account: Opening
) -> None:
    await centre.agents(1)
    campaign = await centre.campaign("PROGRESSIVE")
    await centre.add(campaign, ["+12125550013"])
    (target,) = await centre.targets(campaign)
    (agent,) = (await centre.admin.ask(AGENTS))["nodes"]
    foreign = await open_account()
    await foreign.agents(1)

    ids = {"campaign": campaign, "target": target["id"], "agent": agent["id"]}
    for kind, operations in OF_OTHERS.items():
        for operation in operations:
            theirs = await foreign.admin.answer(operation, id=ids[kind])
            nobodys = await foreign.admin.answer(operation, id=foreign.team)  # of no such kind
            assert code_of(theirs) == code_of(nobodys) == "NOT_FOUND", operation
    refused = await foreign.admin.answer(
        ASSIGN, id=campaign, teams=[{"id": foreign.team, "level": 1}]
    )
    assert refused["data"]["campaignAssign"]["__typename"] == "NotFound"
    async with foreign.admin.stream(BOARD, id=campaign) as boards:
        with pytest.raises(AssertionError, match="NOT_FOUND"):
            await anext(boards)

    assert await centre.targets(campaign) == [target]
    assert (await centre.admin.ask(CAMPAIGNS))["nodes"] == [
        {"id": campaign, "name": "PROGRESSIVE spring", "state": "STOPPED"}
    ]
    assert (await centre.admin.ask(AGENTS))["nodes"] == [agent]


@pytest.mark.feature("API-03")
async def test_roles_keys_and_ended_sessions_open_no_more_than_they_should(
    centre: CallCentre,
) -> None:
    (code,) = await centre.agents(1)
    campaign = await centre.campaign("PROGRESSIVE")
    slug, url, http = centre.credentials.slug, centre.admin.url, centre.admin.http

    nobody = Customer(http, url)
    assert code_of(await nobody.answer(START, id=campaign)) == "UNAUTHENTICATED"
    assert code_of(await nobody.answer(CAMPAIGNS)) == "UNAUTHENTICATED"

    await centre.admin.ask(USER_CREATE, email="eve@acme.example", role="AUDITOR")
    made = await nobody.ask(
        SIGN_IN, account=slug, email="eve@acme.example", password="correct horse battery"
    )
    auditor = Customer(http, url, made["token"])
    assert len((await auditor.ask(CAMPAIGNS))["nodes"]) == 1
    assert code_of(await auditor.answer(START, id=campaign)) == "FORBIDDEN"
    assert code_of(await auditor.answer(GO_AVAILABLE)) == "FORBIDDEN"

    agent = (await centre.desk(code)).agent
    assert code_of(await agent.answer(CAMPAIGNS)) == "FORBIDDEN"
    assert code_of(await agent.answer(START, id=campaign)) == "FORBIDDEN"

    made = await centre.admin.ask(KEY_CREATE, scopes=["CAMPAIGN_VIEW"])
    key = Customer(http, url, made["key"])
    assert len((await key.ask(CAMPAIGNS))["nodes"]) == 1
    assert code_of(await key.answer(START, id=campaign)) == "FORBIDDEN"
    async with key.stream(DESK) as heard:
        with pytest.raises(AssertionError, match="FORBIDDEN"):
            await anext(heard)
    await centre.admin.ask(KEY_REVOKE, id=made["apiKey"]["id"])
    await auditor.ask(SIGN_OUT)
    for ended in (key, auditor):
        await until(_is_nobody(ended))
    assert (await centre.admin.ask(CAMPAIGNS))["nodes"][0]["state"] == "STOPPED"
    assert await centre.attempts(campaign) == []


def _is_nobody(customer: Customer) -> Callable[[], Awaitable[bool]]:
    """Every API process hears of an ended token, in an instant or two."""

    async def refused() -> bool:
        return code_of(await customer.answer(CAMPAIGNS)) == "UNAUTHENTICATED"

    return refused
