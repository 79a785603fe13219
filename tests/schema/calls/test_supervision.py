"""What supervisors are told of their own telephones."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from domain.access.permissions import Permission
from domain.calls.events import supervision_topic
from domain.calls.models import SupervisionEntry
from domain.calls.rules import SupervisionEnd, SupervisionStatus
from domain.core.bus import Notice
from domain.core.ids import new_id
from domain.telephony.port import Role
from tests import rows
from tests.fakes import FakePorts
from tests.schema.asking import subscribed

FOLLOW = "subscription { supervisionChanged { agentId role status end endedAt } }"


async def told(events: AsyncIterator[Any]) -> Any:
    return await asyncio.wait_for(anext(events), 20)


@pytest.mark.feature("MON-04")
async def test_a_supervisor_is_told_how_far_the_telephone_is_and_why_it_ended(
    database: str, fakes: FakePorts
) -> None:
    account, now = await rows.an_account(), fakes.clock.now()
    agent = await rows.an_agent(account)
    who = rows.somebody(account, Permission.AGENT_SUPERVISE)
    changed = Notice(supervision_topic(who.id), b"{}")

    async with subscribed(FOLLOW, who, fakes) as events:
        assert await told(events) is None
        row = await SupervisionEntry.create(
            account=account,
            supervisor_id=who.id,
            agent_id=agent.id,
            role=Role.WHISPER,
            status=SupervisionStatus.RINGING,
            leg_id=new_id(),
            node="main",
            started_at=now,
        )
        await fakes.bus.publish([changed])
        rings = await told(events)
        row.status, row.end, row.ended_at = SupervisionStatus.ENDED, SupervisionEnd.AGENT_GONE, now
        await row.save()
        await fakes.bus.publish([changed])
        over = await told(events)

    shown = {"agentId": str(agent.id), "role": "WHISPER"}
    assert rings == shown | {"status": "RINGING", "end": None, "endedAt": None}
    assert over == shown | {"status": "ENDED", "end": "AGENT_GONE", "endedAt": now.isoformat()}


async def test_a_supervisor_is_not_told_of_others(database: str, fakes: FakePorts) -> None:
    account = await rows.an_account()
    agent = await rows.an_agent(account)
    for whose in (account, await rows.an_account("other")):
        await SupervisionEntry.create(
            account=whose,
            supervisor_id=new_id(),
            agent_id=agent.id,
            role=Role.LISTEN,
            status=SupervisionStatus.ANSWERED,
            leg_id=new_id(),
            node="main",
            started_at=fakes.clock.now(),
        )
    who = rows.somebody(account, Permission.AGENT_SUPERVISE)

    async with subscribed(FOLLOW, who, fakes) as events:
        assert await told(events) is None
