"""Instants near the two ends of what a date can hold: refused in words, or far enough from it."""

from datetime import timedelta
from typing import Any

import pytest

from domain.campaigns.models import Campaign
from domain.campaigns.rules import CampaignState
from tests import rows
from tests.fakes import FakePorts
from tests.schema.asking import ask, execute

CREATE = """
mutation ($input: CampaignCreateInput!) {
  campaignCreate(input: $input) {
    ... on CampaignCreated { campaign { startsAt } }
    ... on Refusal { code message }
  }
}
"""
# What reads rules, windows or files of a while around the instant.
QUESTIONS = {
    "campaignExplain": "campaignExplain(id: $id, at: $at) { dialable }",
    "abandonLedger": "abandonLedger(campaignId: $id, at: $at) { rolling { live } }",
    "pacingDecisions": "pacingDecisions(campaignId: $id, at: $at) { complete }",
}
LATEST = ["9999-12-31T23:59:59-12:00", "9999-12-31T23:59:59+14:00", "9999-01-01T00:00:00+14:00"]
EARLIEST = ["0001-01-01T00:00:00+14:00", "1899-12-31T23:59:59Z"]


@pytest.mark.parametrize("question", QUESTIONS)
@pytest.mark.parametrize("at", LATEST)
async def test_rules_may_be_asked_about_the_last_year_that_there_is(
    database: str, fakes: FakePorts, question: str, at: str
) -> None:
    account = await rows.an_account()
    window = {"days": ["monday"], "from": "09:00", "until": "10:00"}
    campaign = await rows.a_campaign(account, state=CampaignState.RUNNING, calling_windows=[window])
    await rows.a_target(campaign)
    document = f"query ($id: UUID!, $at: DateTime!) {{ {QUESTIONS[question]} }}"

    assert (
        await ask(document, rows.an_admin(account), fakes, id=str(campaign.id), at=at) is not None
    )


@pytest.mark.parametrize("at", EARLIEST)
async def test_an_instant_before_1900_is_refused_and_nothing_is_made(
    database: str, fakes: FakePorts, at: str
) -> None:
    settings: dict[str, Any] = {"name": "Early", "mode": "PROGRESSIVE", "startsAt": at}
    admin = rows.an_admin(await rows.an_account())

    result = await execute(CREATE, admin, fakes, input=settings)

    assert result.errors is not None
    assert "Expected an instant of the year 1900 or later." in result.errors[0].message
    assert await Campaign.all().count() == 0


@pytest.mark.parametrize("at", LATEST)
async def test_a_start_date_that_means_never_is_kept_in_the_last_year(
    database: str, fakes: FakePorts, at: str
) -> None:
    settings: dict[str, Any] = {"name": "Never", "mode": "PROGRESSIVE", "startsAt": at}
    admin = rows.an_admin(await rows.an_account())

    made = await ask(CREATE, admin, fakes, input=settings)

    assert made["campaign"]["startsAt"] == "9999-01-02T00:00:00+00:00"
    (row,) = await Campaign.filter(name="Never")
    assert row.starts_at is not None
    assert row.starts_at - fakes.clock.now() > timedelta(days=365_000)
