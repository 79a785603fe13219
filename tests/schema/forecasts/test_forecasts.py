"""What-if: forecasts of a campaign through GraphQL, played in a process of their own."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from domain.access.models import Account, AuditEntry
from domain.access.permissions import Role
from domain.access.principal import Principal
from domain.agents.models import AgentStateEntry
from domain.agents.rules import AgentState
from domain.calls.models import Attempt, Call
from domain.calls.rules import AttemptState, CallDirection, Disposition
from domain.campaigns.models import Campaign, CampaignAgent, CampaignTeam
from domain.forecasts import players
from domain.forecasts.jobs import PlayForecast
from domain.forecasts.models import Forecast, ForecastState
from domain.forecasts.run import run_forecast, tend_forecasts
from tests import rows
from tests.domain.targets.conftest import principal_of
from tests.fakes import FakePorts
from tests.schema.asking import subscribed
from tests.schema.targets.conftest import Ask

NOW = datetime(2026, 3, 2, 10, tzinfo=UTC)
START = """
mutation ($input: ForecastInput!) {
  forecastStart(input: $input) {
    ... on ForecastStarted { forecast { id state runsTotal askedByKind askedById } }
    ... on Refusal { code message }
    ... on InvalidInput { problems { path } }
    ... on NobodyToForecast { variant }
    ... on TooManyForecasts { limit }
  }
}
"""
SHAPE = """
    id state runsDone runsTotal failure variants {
      name mode
      assumptions { name value source }
      figures {
        runsDone
        occupancy { low median high }
        abandonRate { low median high }
        connectedAnHour { median }
        calls { low median high }
        workingHours { low median high }
        finishesAt { low median high }
      }
    }
"""
READ = f"query ($id: UUID!) {{ forecast(id: $id) {{ {SHAPE} }} }}"
FOLLOW = f"subscription ($id: UUID!) {{ forecastProgress(id: $id) {{ {SHAPE} }} }}"
LIST = "query ($c: UUID!) { forecasts(campaignId: $c) { nodes { id } totalCount } }"
CANCEL = """
mutation ($id: UUID!) {
  forecastCancel(id: $id) {
    ... on ForecastCanceled { forecast { state runsDone } }
    ... on Refusal { code message }
    ... on ForecastFinished { state }
  }
}
"""
QUICK = {"secondsPlayed": 600}


async def started(ask: Ask, campaign: Campaign, *variants: dict[str, Any], **more: Any) -> Any:
    given = {"campaignId": str(campaign.id), "variants": list(variants) or [QUICK], **more}
    return (await ask(START, input=given))["forecastStart"]


async def played(
    ask: Ask, campaign: Campaign, fakes: FakePorts, *variants: dict[str, Any], runs: int = 3
) -> dict[str, Any]:
    answer = await started(ask, campaign, *variants, runs=runs)
    assert fakes.jobs.enqueued[-1] == PlayForecast(
        (await Forecast.get(id=answer["forecast"]["id"])).id
    )
    await run_forecast(answer["forecast"]["id"], ports=fakes.ports)
    read: dict[str, Any] = (await ask(READ, id=answer["forecast"]["id"]))["forecast"]
    return read


def said(variant: dict[str, Any]) -> dict[str, tuple[Any, str]]:
    return {each["name"]: (each["value"], each["source"]) for each in variant["assumptions"]}


async def staffed(campaign: Campaign, alone: int = 1, in_a_team: int = 2) -> None:
    """Agents who work on the campaign; one of the team is signed in, one is archived."""
    account = await Account.get(id=campaign.account_id)
    team = await rows.a_team(account)
    await CampaignTeam.create(campaign=campaign, team=team)
    agents = [await rows.an_agent(account, team=team) for _ in range(in_a_team)]
    await rows.an_agent(account, team=team, archived_at=NOW)
    for _ in range(alone):
        await CampaignAgent.create(campaign=campaign, agent=await rows.an_agent(account))
    await CampaignAgent.create(campaign=campaign, agent=agents[0])  # counts once
    await AgentStateEntry.create(
        account=account, agent=agents[0], state=AgentState.AVAILABLE, started_at=NOW
    )


async def history(campaign: Campaign, fakes: FakePorts, *, calls: int, answers: int) -> None:
    """Attempts of yesterday: the first ones answered after 8 s, talked 60 s, wrapped up 10 s."""
    at = fakes.clock.now() - timedelta(days=1)
    for n in range(calls):
        live = n < answers
        target = await rows.a_target(campaign)
        attempt = await Attempt.create(
            account_id=campaign.account_id,
            campaign=campaign,
            target=target,
            ordinal=1,
            number=target.number,
            node="main",
            epoch=1,
            state=AttemptState.ENDED,
            disposition=Disposition.CONNECTED if live else Disposition.NO_ANSWER,
            created_at=at,
            answered_at=at + timedelta(seconds=8) if live else None,
            connected_at=at + timedelta(seconds=8) if live else None,
            ended_at=at + timedelta(seconds=68),
        )
        if live:
            await Call.create(
                id=attempt.id,
                account_id=campaign.account_id,
                direction=CallDirection.OUTBOUND,
                number=target.number,
                answered_at=attempt.answered_at,
                connected_at=attempt.connected_at,
                ended_at=attempt.ended_at,
                wrap_up_ended_at=at + timedelta(seconds=78),
            )


@pytest.mark.feature("CAM-23")
async def test_a_forecast_uses_the_campaigns_own_list_team_and_history(
    ask: Ask, campaign: Campaign, supervisor: Principal, fakes: FakePorts
) -> None:
    await staffed(campaign)
    await history(campaign, fakes, calls=40, answers=10)

    read = await played(ask, campaign, fakes)

    [variant] = read["variants"]
    assert (read["state"], read["runsDone"], read["runsTotal"]) == ("DONE", 3, 3)
    assumed = said(variant)
    assert assumed["AGENTS"] == (3, "CAMPAIGN")
    assert assumed["TARGETS"] == (40, "CAMPAIGN")
    assert assumed["ANSWER_RATE"] == (pytest.approx(10.5 / 41), "HISTORY")
    assert assumed["TALK_SECONDS"] == (120, "DEFAULT")  # ten talks are too few to go by
    assert assumed["LINES_PER_AGENT"] == (1, "CAMPAIGN")
    assert assumed["SECONDS_PLAYED"] == (600, "GIVEN")
    figures = variant["figures"]
    assert figures["runsDone"] == 3
    assert 0 < figures["occupancy"]["low"] <= figures["occupancy"]["median"] < 1
    assert figures["abandonRate"]["high"] == 0  # one line for each agent abandons nobody
    assert figures["calls"]["low"] <= figures["calls"]["high"]
    assert figures["finishesAt"]["low"] <= figures["finishesAt"]["median"]
    entry = await AuditEntry.get(action="forecastStart")
    assert entry.principal_id == supervisor.id


@pytest.mark.feature("CAM-23")
async def test_enough_history_replaces_the_defaults(
    ask: Ask, campaign: Campaign, fakes: FakePorts
) -> None:
    await staffed(campaign)
    await history(campaign, fakes, calls=50, answers=25)

    read = await played(ask, campaign, fakes, runs=1)

    assumed = said(read["variants"][0])
    assert assumed["TALK_SECONDS"] == (pytest.approx(60), "HISTORY")
    assert assumed["WRAP_UP_SECONDS"] == (pytest.approx(10), "HISTORY")
    assert assumed["RING_SECONDS"] == (pytest.approx(8), "HISTORY")


@pytest.mark.feature("CAM-23")
async def test_variants_are_compared_side_by_side(
    ask: Ask, campaign: Campaign, fakes: FakePorts
) -> None:
    given = {"agents": 10, "answerRate": 0.3, "targets": 3000, "secondsPlayed": 1800}

    read = await played(
        ask,
        campaign,
        fakes,
        {"name": "One line", "mode": "PROGRESSIVE", **given},
        {"name": "Predictive", "mode": "PREDICTIVE", "abandonTarget": 0.05, **given},
        {"name": "Preview", "mode": "PREVIEW", "previewSeconds": 20, **given},
    )

    one, predictive, preview = (variant["figures"] for variant in read["variants"])
    assert predictive["occupancy"]["low"] > one["occupancy"]["high"]
    assert predictive["finishesAt"]["median"] < one["finishesAt"]["median"]
    assert preview["connectedAnHour"]["median"] < one["connectedAnHour"]["median"]
    assert said(read["variants"][1])["ABANDON_TARGET"] == (0.05, "GIVEN")
    assert {v["name"]: v["mode"] for v in read["variants"]}["Preview"] == "PREVIEW"


@pytest.mark.feature("CAM-23")
async def test_progress_is_followed_to_the_end(
    ask: Ask, campaign: Campaign, supervisor: Principal, fakes: FakePorts
) -> None:
    answer = await started(ask, campaign, {"agents": 3, **QUICK}, runs=2)
    id = answer["forecast"]["id"]

    async with subscribed(FOLLOW, supervisor, fakes, id=id) as events:
        seen = [await anext(events)]
        playing = asyncio.create_task(run_forecast(id, ports=fakes.ports))
        seen += [event async for event in events]
        await playing

    assert (seen[0]["state"], seen[0]["variants"]) == ("PENDING", [])
    assert seen[1]["variants"][0]["figures"] is None
    assert (seen[-1]["state"], seen[-1]["runsDone"]) == ("DONE", 2)
    assert seen[-1]["variants"][0]["figures"]["runsDone"] == 2


@pytest.mark.feature("CAM-23")
async def test_a_canceled_forecast_is_played_no_further(
    ask: Ask, campaign: Campaign, fakes: FakePorts
) -> None:
    answer = await started(ask, campaign, {"agents": 200, "secondsPlayed": 7200}, runs=50)
    id = answer["forecast"]["id"]
    playing = asyncio.create_task(run_forecast(id, ports=fakes.ports))
    async with asyncio.timeout(20):
        while not (await Forecast.get(id=id)).answers:  # noqa: ASYNC110  # rows have no event
            await asyncio.sleep(0.01)

        canceled = (await ask(CANCEL, id=id))["forecastCancel"]
        await playing

    assert canceled["forecast"]["state"] == "CANCELED"
    row = await Forecast.get(id=id)
    assert (row.state, row.runner) == (ForecastState.CANCELED, None)
    again = (await ask(CANCEL, id=id))["forecastCancel"]
    assert (again["code"], again["state"]) == ("FORECAST_FINISHED", "canceled")


async def test_nobody_at_work_is_refused_and_nothing_is_played(
    ask: Ask, campaign: Campaign, fakes: FakePorts
) -> None:
    refused = await started(ask, campaign)
    assert (refused["code"], refused["variant"]) == ("NOBODY_TO_FORECAST", "As it is")
    await staffed(campaign)
    await AgentStateEntry.all().update(ended_at=NOW)

    refused = await started(ask, campaign, {"team": "SIGNED_IN"})

    assert refused["code"] == "NOBODY_TO_FORECAST"
    assert await Forecast.all().count() == 0
    fakes.assert_untouched()


async def test_every_problem_of_the_input_is_told_at_once(
    ask: Ask, campaign: Campaign, fakes: FakePorts
) -> None:
    refused = await started(
        ask,
        campaign,
        {"agents": 501, "answerRate": 0.0},
        {"talkSeconds": 0.5},
        runs=51,
    )

    assert refused["code"] == "INVALID_INPUT"
    assert {problem["path"] for problem in refused["problems"]} == {
        "runs",
        "variants",
        "variants.0.agents",
        "variants.0.answerRate",
        "variants.1.talkSeconds",
    }
    assert await Forecast.all().count() == 0
    fakes.assert_untouched()


async def test_an_account_may_have_two_under_way(
    ask: Ask, campaign: Campaign, fakes: FakePorts
) -> None:
    for _ in range(2):
        await started(ask, campaign, {"agents": 3})
    fakes.forget()

    refused = await started(ask, campaign, {"agents": 3})

    assert (refused["code"], refused["limit"]) == ("TOO_MANY_FORECASTS", 2)
    assert await Forecast.all().count() == 2
    fakes.assert_untouched()


async def test_a_forecast_whose_process_dies_says_so(
    ask: Ask, campaign: Campaign, fakes: FakePorts, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(players, "_CODE", "import sys; sys.stdin.read(); sys.exit(3)")

    read = await played(ask, campaign, fakes, {"agents": 3, **QUICK})

    assert (read["state"], read["runsDone"]) == ("FAILED", 0)
    assert read["failure"] == "It could not be played. Try again."


async def test_a_forecast_that_lost_its_worker_is_enqueued_again(
    ask: Ask, campaign: Campaign, fakes: FakePorts
) -> None:
    answer = await started(ask, campaign, {"agents": 3})
    row = await Forecast.get(id=answer["forecast"]["id"])
    fakes.forget()
    fakes.clock.advance(61)

    await tend_forecasts(ports=fakes.ports)

    assert fakes.jobs.enqueued == [PlayForecast(row.id)]
    await Forecast.filter(id=row.id).update(
        state=ForecastState.DONE, finished_at=fakes.clock.now() - timedelta(days=91)
    )
    await tend_forecasts(ports=fakes.ports)
    assert await Forecast.all().count() == 0


async def test_an_auditor_reads_forecasts_and_starts_none(
    ask: Ask, refused: Any, account: Account, campaign: Campaign
) -> None:
    answer = await started(ask, campaign, {"agents": 3})
    auditor = principal_of(account, Role.AUDITOR)
    given = {"campaignId": str(campaign.id), "variants": [{"agents": 3}]}

    assert await refused(START, caller=auditor, input=given) == ["FORBIDDEN"]
    found = await ask(LIST, caller=auditor, c=str(campaign.id))

    assert found["forecasts"] == {"nodes": [{"id": answer["forecast"]["id"]}], "totalCount": 1}


@pytest.mark.feature("CAM-23")
async def test_a_list_that_takes_longer_than_a_hundred_years_has_no_date(
    ask: Ask, campaign: Campaign, fakes: FakePorts
) -> None:
    endless = {"agents": 1, "targets": 100_000_000, "hoursADay": 0.5, **QUICK}

    read = await played(ask, campaign, fakes, endless, runs=1)

    figures = read["variants"][0]["figures"]
    assert figures["workingHours"]["low"] > 24 * 36_525
    assert figures["finishesAt"] is None
