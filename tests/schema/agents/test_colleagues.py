"""Whom an agent's desk offers to give a customer to."""

from datetime import UTC, datetime
from typing import Any

import pytest

from domain.access.models import Account
from domain.agents.models import Agent
from domain.agents.rules import AgentState
from tests import rows
from tests.fakes import FakePorts
from tests.queries import at_most
from tests.schema.asking import ask

COLLEAGUES = """
query ($search: String, $available: Boolean! = false, $first: Int! = 50) {
  deskColleagues(search: $search, available: $available, first: $first) {
    nodes { name code state } totalCount
  }
}
"""
AT = datetime(2026, 3, 2, 12, tzinfo=UTC)


async def a_colleague(account: Account, name: str, state: AgentState | None = None) -> Agent:
    agent = await rows.an_agent(account)
    agent.name = name
    await agent.save(update_fields=["name"])
    if state is not None:
        await rows.a_state(agent, AgentState.BREAK, AT.replace(hour=11), ended_at=AT)
        await rows.a_state(agent, state, AT)
    return agent


def names(answer: dict[str, Any]) -> list[str]:
    return [node["name"] for node in answer["nodes"]]


@pytest.mark.feature("AGT-11")
async def test_a_desk_names_everybody_else_of_the_account_and_what_each_does(
    database: str, fakes: FakePorts
) -> None:
    account = await rows.an_account("acme")
    mine = await a_colleague(account, "Me", AgentState.TALKING)
    await a_colleague(account, "Cy", AgentState.AVAILABLE)
    await a_colleague(account, "Bo")
    await a_colleague(await rows.an_account("other"), "Foreign", AgentState.AVAILABLE)
    gone = await a_colleague(account, "Gone")
    gone.archived_at = AT
    await gone.save(update_fields=["archived_at"])

    with at_most(3):
        answer = await ask(COLLEAGUES, rows.at_the_desk_of(mine), fakes)

    assert [(node["name"], node["state"]) for node in answer["nodes"]] == [
        ("Bo", "OFFLINE"),
        ("Cy", "AVAILABLE"),
    ]
    assert answer["totalCount"] == 2


async def test_only_those_are_offered_who_are_available_now(
    database: str, fakes: FakePorts
) -> None:
    account = await rows.an_account("acme")
    mine = await a_colleague(account, "Me", AgentState.AVAILABLE)
    await a_colleague(account, "Talks", AgentState.TALKING)
    await a_colleague(account, "Free", AgentState.AVAILABLE)
    was = await a_colleague(account, "Was", AgentState.BREAK)
    await rows.a_state(was, AgentState.AVAILABLE, AT.replace(hour=10), ended_at=AT.replace(hour=11))

    answer = await ask(COLLEAGUES, rows.at_the_desk_of(mine), fakes, available=True)

    assert names(answer) == ["Free"]


@pytest.mark.parametrize(("search", "found"), [("adA", ["Ada Lovelace"]), ("%", []), (" ", None)])
async def test_a_part_of_the_name_finds_them(
    search: str, found: list[str] | None, database: str, fakes: FakePorts
) -> None:
    account = await rows.an_account("acme")
    mine = await a_colleague(account, "Me")
    await a_colleague(account, "Ada Lovelace")
    await a_colleague(account, "Bo")

    answer = await ask(COLLEAGUES, rows.at_the_desk_of(mine), fakes, search=search)

    assert names(answer) == (["Ada Lovelace", "Bo"] if found is None else found)


async def test_the_beginning_of_the_code_finds_them(database: str, fakes: FakePorts) -> None:
    account = await rows.an_account("acme")
    mine = await a_colleague(account, "Me")
    other = await a_colleague(account, "Bo")

    answer = await ask(COLLEAGUES, rows.at_the_desk_of(mine), fakes, search=other.code)

    assert names(answer) == ["Bo"]
