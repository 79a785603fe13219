"""`outdial ledger` counts on a path of its own, and its exit code says whether the counts agree."""

import asyncio
from datetime import timedelta

import pytest

from domain.adapters.system_clock import SystemClock
from domain.calls.models import Attempt
from domain.calls.rules import AttemptState, Disposition
from domain.ledgers.models import PastAnswer
from tests import rows
from tests.workers.launch.test_cli import outdial, refused


@pytest.mark.feature("CAM-24")
async def test_the_command_agrees_with_the_product(database: str) -> None:
    at = SystemClock().now() - timedelta(hours=1)
    campaign = await rows.a_campaign(await rows.an_account())
    attempts = [
        await rows.an_attempt(
            await rows.a_target(campaign),
            at,
            state=AttemptState.ENDED,
            disposition=Disposition.ABANDONED if n == 0 else Disposition.CONNECTED,
            answered_at=at,
            connected_at=None if n == 0 else at,
        )
        for n in range(4)
    ]
    await Attempt.filter(id=attempts[1].id).delete()
    assert await PastAnswer.all().count() == 1

    done = await asyncio.to_thread(
        outdial, "ledger", "--database", database, "--campaign", str(campaign.id)
    )

    assert done.returncode == 0, done.stderr
    assert "people 3  machines 0  abandoned 1  rate 25.0000%" in done.stdout
    assert done.stdout.endswith("Both counts agree.\n")


async def test_a_file_that_lacks_answers_is_told_with_exit_code_1(
    database: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    at = SystemClock().now() - timedelta(hours=1)
    campaign = await rows.a_campaign(await rows.an_account())
    await rows.an_attempt(
        await rows.a_target(campaign),
        at,
        state=AttemptState.ENDED,
        disposition=Disposition.CONNECTED,
        answered_at=at,
        connected_at=at,
    )
    file = tmp_path_factory.mktemp("ledger") / "ledger.csv"
    file.write_text("Call ID,Answered at,Met agent at,Wrap-up code\n")

    done = await asyncio.to_thread(
        outdial,
        *("ledger", "--database", database, "--campaign", str(campaign.id), "--file", str(file)),
    )

    assert done.returncode == 1
    assert "DIFFERS  24 hours: people, machines, abandoned: counted (1, 0, 0)" in done.stdout
    assert done.stdout.endswith("The counts do not agree.\n")


async def test_a_campaign_that_is_none_is_refused(database: str) -> None:
    id = "018f2a00-0000-7000-8000-000000000000"

    done = await asyncio.to_thread(outdial, "ledger", "--database", database, "--campaign", id)

    assert refused(done) == f"There is no campaign {id} in this account. Check the id."
