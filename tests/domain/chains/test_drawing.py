"""What is finished is drawn once, whoever closes it and whoever is killed."""

import asyncio
from contextvars import copy_context
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from tortoise import connections
from tortoise.backends.asyncpg.client import TransactionWrapper
from tortoise.transactions import in_transaction

from domain.access.models import Account
from domain.agents.rules import AgentState
from domain.calls.rules import Disposition
from domain.campaigns.models import Campaign
from domain.campaigns.rules import CampaignState
from domain.chains.drawing import Drawn, draw
from domain.chains.models import CampaignSource, TargetDraw
from domain.chains.rules import DrawResult, Include
from domain.chains.sources import SourceSettings, remove_source, set_source
from domain.suppression.models import Suppression
from domain.suppression.rules import SuppressionSource
from domain.targets.models import Target
from domain.targets.rules import ClosedReason, TargetState
from tests import rows
from tests.fakes import FakePorts

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
UNREACHED = SourceSettings(closed_reasons=(ClosedReason.ATTEMPTS_EXHAUSTED,))


async def drawing(
    fakes: FakePorts, settings: SourceSettings = UNREACHED, **account_fields: Any
) -> tuple[Account, Campaign, Campaign]:
    """An account, a campaign, and one that draws from it."""
    account = await rows.an_account(**account_fields)
    source = await rows.a_campaign(account)
    taker = await rows.a_campaign(account, max_attempts=7)
    await set_source(rows.an_admin(account), taker.id, source.id, settings, ports=fakes.ports)
    return account, source, taker


async def close(target: Target, reason: ClosedReason = ClosedReason.ATTEMPTS_EXHAUSTED) -> None:
    await Target.filter(id=target.id).update(state=TargetState.CLOSED, closed_reason=reason)


async def drawn_all(account: Account) -> Drawn:
    """Draw until nothing is left to do; what was drawn in all."""
    found = Drawn()
    for _ in range(20):
        one = await draw(account.id, now=NOW)
        for id, count in one.targets.items():
            found.targets[id] = found.targets.get(id, 0) + count
        if not one.more:
            return found
    raise AssertionError("it never comes to an end")


async def numbers_of(campaign: Campaign) -> set[str]:
    return set(await Target.filter(campaign=campaign).values_list("number", flat=True))  # type: ignore[arg-type]  # flat gives texts


async def notes() -> int:
    (row,) = await connections.get("default").execute_query_dict(
        "SELECT count(*) AS n FROM finished_target"
    )
    return int(row["n"])


async def test_what_is_closed_with_a_status_is_drawn_with_its_contact_and_priority(
    database: str, fakes: FakePorts
) -> None:
    account, source, taker = await drawing(fakes)
    await drawn_all(account)
    wanted = await rows.a_target(source, priority=8, caller_id="+12025550199")
    await close(wanted)
    await close(await rows.a_target(source), ClosedReason.CONNECTED)
    await rows.a_target(source)

    found = await drawn_all(account)

    assert found.targets == {taker.id: 1}
    (target,) = await Target.filter(campaign=taker).select_related("batch")
    assert (target.number, target.contact_id) == (wanted.number, wanted.contact_id)
    assert (target.priority, target.caller_id) == (8, "+12025550199")
    assert (target.state, target.attempts, target.max_attempts) == (TargetState.NEW, 0, 7)
    assert target.batch is not None
    assert target.batch.name == f"From {source.name}"
    link = await CampaignSource.get()
    assert (link.drawn, link.duplicates, link.suppressed) == (1, 0, 0)
    drawn = await TargetDraw.get()
    assert (drawn.from_target_id, drawn.target_id, drawn.result) == (
        wanted.id,
        target.id,
        DrawResult.DRAWN,
    )
    assert await notes() == 0


async def test_what_was_finished_before_is_drawn_too(database: str, fakes: FakePorts) -> None:
    account = await rows.an_account()
    source, taker = await rows.a_campaign(account), await rows.a_campaign(account)
    for _ in range(3):
        await close(await rows.a_target(source))
    await rows.a_target(source)
    await set_source(rows.an_admin(account), taker.id, source.id, UNREACHED, ports=fakes.ports)

    found = await drawn_all(account)

    assert found.targets == {taker.id: 3}


async def test_the_first_reading_waits_for_those_who_could_not_see_the_link(
    database: str, fakes: FakePorts
) -> None:
    account = await rows.an_account()
    source, taker = await rows.a_campaign(account), await rows.a_campaign(account)
    target = await rows.a_target(source)
    outside = copy_context()  # of the transaction: on connections of their own
    setting = set_source(rows.an_admin(account), taker.id, source.id, UNREACHED, ports=fakes.ports)
    async with in_transaction() as closing:
        await closing.execute_query(
            "UPDATE target SET state = 'closed', closed_reason = 'attempts_exhausted' "
            "WHERE id = $1",
            [target.id],
        )
        await asyncio.create_task(setting, context=outside.copy())
        early = await asyncio.create_task(drawn_all(account), context=outside.copy())
    found = await drawn_all(account)

    assert early.targets == {}
    assert found.targets == {taker.id: 1}


async def test_drawing_twice_and_by_two_at_once_draws_once(database: str, fakes: FakePorts) -> None:
    account, source, taker = await drawing(fakes)
    targets = [await rows.a_target(source) for _ in range(30)]
    for target in targets:
        await close(target)

    await asyncio.gather(*(drawn_all(account) for _ in range(4)))
    await drawn_all(account)

    assert await numbers_of(taker) == {target.number for target in targets}
    assert await TargetDraw.all().count() == 30
    assert (await CampaignSource.get()).drawn == 30


async def test_what_is_dialed_anew_and_finished_again_is_not_drawn_again(
    database: str, fakes: FakePorts
) -> None:
    account, source, taker = await drawing(fakes)
    target = await rows.a_target(source)
    await close(target)
    await drawn_all(account)
    await Target.filter(campaign=taker).delete()
    await Target.filter(id=target.id).update(state=TargetState.NEW, closed_reason=None)
    await close(target)

    found = await drawn_all(account)

    assert found.targets == {}
    assert await numbers_of(taker) == set()


async def test_a_number_that_is_there_is_reported_as_a_duplicate(
    database: str, fakes: FakePorts
) -> None:
    account, source, taker = await drawing(fakes)
    present = await rows.a_target(taker, "+12025550123")
    await close(await rows.a_target(source, "+12025550123"))

    found = await drawn_all(account)

    assert found.targets == {}
    drawn = await TargetDraw.get()
    assert (drawn.result, drawn.target_id) == (DrawResult.DUPLICATE, present.id)
    assert (await CampaignSource.get()).duplicates == 1


async def test_a_number_on_a_do_not_call_list_is_not_drawn(database: str, fakes: FakePorts) -> None:
    account, source, taker = await drawing(fakes)
    await Suppression.create(
        account=account,
        scope_id=taker.id,
        pattern="+12025550123",
        source=SuppressionSource.MANUAL,
        created_at=NOW,
    )
    await close(await rows.a_target(source, "+12025550123"))

    await drawn_all(account)

    assert await numbers_of(taker) == set()
    assert (await TargetDraw.get()).result is DrawResult.SUPPRESSED
    assert (await CampaignSource.get()).suppressed == 1


async def test_two_sources_with_one_number_give_one_target(database: str, fakes: FakePorts) -> None:
    account, source, taker = await drawing(fakes)
    other = await rows.a_campaign(account)
    await set_source(rows.an_admin(account), taker.id, other.id, UNREACHED, ports=fakes.ports)
    await close(await rows.a_target(source, "+12025550123"))
    await close(await rows.a_target(other, "+12025550123"))

    found = await drawn_all(account)

    assert found.targets == {taker.id: 1}
    results = [each.result for each in await TargetDraw.all()]
    assert sorted(results) == [DrawResult.DRAWN, DrawResult.DUPLICATE]


async def test_what_nobody_said_goes_to_those_who_draw_the_others(
    database: str, fakes: FakePorts
) -> None:
    others = SourceSettings(include=Include.NOT_MATCHING, closed_reasons=(ClosedReason.CONNECTED,))
    account, source, taker = await drawing(fakes, others)
    wanted = await rows.a_target(source)
    await close(wanted, ClosedReason.INVALID)
    await close(await rows.a_target(source), ClosedReason.CONNECTED)
    await close(await rows.a_target(source), ClosedReason.REMOVED)

    await drawn_all(account)

    assert await numbers_of(taker) == {wanted.number}


async def test_a_full_account_draws_when_there_is_room_again(
    database: str, fakes: FakePorts
) -> None:
    account, source, taker = await drawing(fakes, target_limit=4)
    targets = [await rows.a_target(source) for _ in range(3)]
    for target in targets:
        await close(target)

    full = await drawn_all(account)
    link = await CampaignSource.get()
    await Account.filter(id=account.id).update(target_limit=6)
    roomy = await drawn_all(account)

    assert (full.targets, link.lacks_room) == ({taker.id: 1}, True)
    assert roomy.targets == {taker.id: 2}
    assert not (await CampaignSource.get()).lacks_room
    assert await notes() == 0


async def test_the_delay_runs_from_the_end_of_the_last_attempt(
    database: str, fakes: FakePorts
) -> None:
    busy = SourceSettings(dispositions=(Disposition.BUSY,), delay_minutes=30)
    account, source, taker = await drawing(fakes, busy)
    for minutes in (10, 45):
        ended_at = NOW - timedelta(minutes=minutes)
        target = await rows.a_target(source, last_disposition=Disposition.BUSY, last_ordinal=1)
        await rows.an_attempt(
            target, ended_at, disposition=Disposition.BUSY, state="ended", ended_at=ended_at
        )
        await close(target, ClosedReason.FINAL)

    await drawn_all(account)

    late, soon = await Target.filter(campaign=taker).order_by("-next_at")
    by_state = {row.state: row.next_at for row in (late, soon)}
    assert by_state == {
        TargetState.NEW: None,
        TargetState.RETRY: NOW + timedelta(minutes=20),
    }


async def test_a_call_that_is_wrapped_up_is_drawn_by_its_code_and_not_before(
    database: str, fakes: FakePorts
) -> None:
    account, source, taker = await drawing(fakes, SourceSettings(wrap_up_codes=("interested",)))
    agent = await rows.an_agent(account)
    target = await rows.a_target(source, last_ordinal=1)
    attempt = await rows.an_attempt(target, NOW, state="ended", ended_at=NOW)
    call = await rows.a_call(account, NOW, id=attempt.id, agent_id=agent.id, target_id=target.id)
    entry = await rows.a_state(agent, AgentState.WRAP_UP, NOW, call_id=call.id)
    await close(target, ClosedReason.CONNECTED)

    early = await drawn_all(account)
    call.wrap_up_code, call.wrap_up_ended_at = "interested", NOW
    await call.save()
    entry.ended_at = NOW
    await entry.save()
    found = await drawn_all(account)

    assert early.targets == {}
    assert found.targets == {taker.id: 1}


async def test_a_closed_campaign_and_one_that_stopped_drawing_draw_nothing(
    database: str, fakes: FakePorts
) -> None:
    account, source, taker = await drawing(fakes)
    other = await rows.a_campaign(account)
    who = rows.an_admin(account)
    await set_source(who, other.id, source.id, UNREACHED, ports=fakes.ports)
    await drawn_all(account)
    await Campaign.filter(id=taker.id).update(state=CampaignState.CLOSED)
    await remove_source(who, other.id, source.id, ports=fakes.ports)
    await close(await rows.a_target(source))

    found = await drawn_all(account)

    assert found.targets == {}
    assert await Target.filter(campaign_id__in=[taker.id, other.id]).count() == 0


async def test_a_death_between_any_two_statements_loses_and_doubles_nothing(
    database: str, fakes: FakePorts, monkeypatch: pytest.MonkeyPatch
) -> None:
    account, source, taker = await drawing(fakes)
    targets = [await rows.a_target(source) for _ in range(3)]
    for target in targets:
        await close(target)
    died = 0
    for survived in range(60):
        with monkeypatch.context() as patched:
            _die_after(survived, patched)
            try:
                await draw(account.id, now=NOW)
            except _Killed:
                died += 1
        assert await TargetDraw.all().count() == await Target.filter(campaign=taker).count()

    assert died > 5
    assert await numbers_of(taker) == {target.number for target in targets}
    assert (await CampaignSource.get()).drawn == 3


class _Killed(Exception):
    pass


def _die_after(statements: int, patched: pytest.MonkeyPatch) -> None:
    """Let so many statements through; the process is gone at the next."""
    left = [statements]

    def counted(run: Any) -> Any:
        async def maybe(self: Any, *args: Any, **kwargs: Any) -> Any:
            if left[0] == 0:
                raise _Killed
            left[0] -= 1
            return await run(self, *args, **kwargs)

        return maybe

    for name in ("execute_query", "execute_query_dict"):
        patched.setattr(TransactionWrapper, name, counted(getattr(TransactionWrapper, name)))
