"""Sensitive variables leave the floor for nobody but the agent who talks to the customer."""

from typing import Any

import pytest

from domain.agents.commands import PreviewDecide, PreviewDecision
from domain.agents.models import Agent
from domain.calls.events import ScreenPop, decode_desk_event, desk_topic
from domain.campaigns.commands import CampaignChanged
from domain.campaigns.models import Campaign
from domain.campaigns.rules import DialMode
from domain.hooks.models import PreDialHook
from domain.hooks.rules import new_secret
from domain.targets.commands import TargetsChanged
from domain.targets.models import Target
from tests.answering import answering, says
from tests.domain.floor.rig import Rig

CUSTOMER = "+12025550020"
KNOWN = {"Card": "4111 1111", **{f"V{n:02}": f"ö {n}" for n in range(40)}}
PREVIEW_RULE: list[Any] = [
    {
        "name": "Look first",
        "moment": "before_call",
        "when": {
            "test": {
                "subject": "variable",
                "operator": "is_set",
                "name": "Card",
                "kind": "text",
                "values": [],
            }
        },
        "then": [{"kind": "preview"}],
    }
]


async def _a_target(rig: Rig, campaign: Campaign) -> Target:
    (target,) = await rig.targets(campaign, CUSTOMER)
    contact = await target.contact
    contact.variables = KNOWN
    await contact.save()
    return target


def _pops(rig: Rig, agent: Agent) -> list[ScreenPop]:
    heard = [decode_desk_event(payload) for payload in rig.bus.payloads(desk_topic(agent.id))]
    return [event for event in heard if isinstance(event, ScreenPop)]


@pytest.mark.feature("CAM-13")
@pytest.mark.feature("CAM-14")
@pytest.mark.parametrize(
    ("mode", "rules"), [(DialMode.PREVIEW, []), (DialMode.PROGRESSIVE, PREVIEW_RULE)]
)
async def test_an_offered_contact_shows_its_fields_but_no_sensitive_ones(
    rig: Rig, mode: DialMode, rules: list[Any]
) -> None:
    campaign = await rig.campaign(
        mode,
        rules=rules,
        variables=["Card", *(f"V{n:02}" for n in range(40))],
        sensitive_variables=["Card"],
        crm_url="https://crm.example/?card={Card}&n={number}",
        preview_s=300.0,
    )
    target = await _a_target(rig, campaign)
    (agent,) = await rig.agents(1)
    await rig.carrier()
    await rig.floor()
    await rig.at_work(agent)

    async def has(stage: str) -> bool:
        return any(pop.stage == stage for pop in _pops(rig, agent))

    await rig.until(lambda: has("offered"))
    accepts = PreviewDecide(agent=agent.id, target=target.id, decision=PreviewDecision.ACCEPT)
    assert (await rig.ask(accepts)).code is None
    await rig.until(lambda: has("connected"))

    (offered,) = [pop for pop in _pops(rig, agent) if pop.stage == "offered"]
    assert [each.name for each in offered.variables] == [f"V{n:02}" for n in range(30)]
    before = [pop for pop in _pops(rig, agent) if pop.stage != "connected"]
    assert {pop.stage for pop in before} == {"offered", "dialing"}
    assert [pop.crm_url for pop in before] == [None, None]
    assert "4111" not in str(before)
    (connected,) = [pop for pop in _pops(rig, agent) if pop.stage == "connected"]
    assert connected.variables[0].value == "4111 1111"
    assert connected.crm_url == "https://crm.example/?card=4111%201111&n=%2B12025550020"


@pytest.mark.feature("CAM-13")
async def test_an_offered_contact_shows_all_other_fields_where_none_are_chosen(rig: Rig) -> None:
    campaign = await rig.campaign(
        DialMode.PREVIEW,
        sensitive_variables=["Card"],
        crm_url="https://crm.example/?n={number}",
        preview_s=300.0,
    )
    await _a_target(rig, campaign)
    (agent,) = await rig.agents(1)
    await rig.carrier()
    await rig.floor()
    await rig.at_work(agent)

    async def is_offered() -> bool:
        return bool(_pops(rig, agent))

    await rig.until(is_offered)

    (offered,) = _pops(rig, agent)
    assert len(offered.variables) == 30
    assert "Card" not in {each.name for each in offered.variables}
    assert offered.crm_url == "https://crm.example/?n=%2B12025550020"


@pytest.mark.feature("CAM-13")
async def test_a_hook_is_not_told_what_became_sensitive_after_it_was_set(rig: Rig) -> None:
    async with answering() as server:
        server.answer = says()
        campaign = await rig.campaign(DialMode.PROGRESSIVE, max_attempts=1)
        await PreDialHook.create(
            campaign=campaign,
            account_id=campaign.account_id,
            url=server.url,
            secret=new_secret(b"s" * 32),
            time_limit_ms=10_000,
            variables=["Card", "V01"],
            created_at=campaign.created_at,
        )
        (agent,) = await rig.agents(1)
        await rig.carrier()
        await rig.floor()
        await Campaign.filter(id=campaign.id).update(sensitive_variables=["Card"])
        assert (await rig.ask(CampaignChanged(campaign=campaign.id))).code is None
        await _a_target(rig, campaign)
        await rig.tell(TargetsChanged(campaign=campaign.id))

        await rig.at_work(agent)
        await rig.until(lambda: rig.ended(1))

        (asked,) = server.asked
        assert asked.data["variables"] == {"V01": "ö 1"}
        assert b"4111" not in asked.body
