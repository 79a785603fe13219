from datetime import timedelta

from domain.access.models import AuditEntry
from domain.access.permissions import Permission
from domain.calls.commands import CallHangUp
from domain.calls.models import CallEvent
from domain.calls.rules import AttemptState, Disposition
from domain.core.floors import FloorUnavailable
from domain.telephony.events import EndedBy
from tests import rows
from tests.fakes import FakePorts
from tests.queries import at_most
from tests.schema.asking import ask, refusal_code

ATTEMPTS = """
query ($campaign: UUID, $agent: UUID, $target: UUID, $dispositions: [Disposition!],
       $since: DateTime, $until: DateTime, $first: Int! = 50, $after: String) {
  attempts(campaignId: $campaign, agentId: $agent, targetId: $target, dispositions: $dispositions,
           since: $since, until: $until, first: $first, after: $after) {
    nodes {
      ordinal number state disposition ringSeconds talkSeconds
      campaign { name } agent { code }
    }
    pageInfo { hasNextPage endCursor }
  }
}
"""
CALLS = """
query ($agent: UUID, $up: Boolean) {
  calls(agentId: $agent, up: $up) {
    nodes { id number waitSeconds talkSeconds endedBy wrapUpCode note agent { code } }
  }
}
"""
TIMELINE = "query ($id: UUID!) { callTimeline(id: $id) { at kind detail } }"
HANG_UP = """
mutation ($id: UUID!) {
  callHangUp(id: $id) { ... on CallHangUpRequested { id } ... on Refusal { code } }
}
"""


async def test_attempts_are_found_by_campaign_agent_end_and_time(
    database: str, fakes: FakePorts
) -> None:
    account, now = await rows.an_account(), fakes.clock.now()
    campaign, other = await rows.a_campaign(account, serial=1), await rows.a_campaign(account)
    agent, target = await rows.an_agent(account, code="10"), await rows.a_target(campaign)
    second = timedelta(seconds=1)
    await rows.an_attempt(
        target,
        now,
        state=AttemptState.ENDED,
        disposition=Disposition.BUSY,
        ringing_at=now + 2 * second,
        ended_at=now + 5 * second,
    )
    await rows.an_attempt(
        target,
        now + timedelta(hours=1),
        ordinal=2,
        state=AttemptState.ENDED,
        disposition=Disposition.CONNECTED,
        agent_id=agent.id,
        ringing_at=now,
        answered_at=now + 4 * second,
        connected_at=now + 6 * second,
        ended_at=now + 96 * second,
    )
    await rows.an_attempt(await rows.a_target(other), now)
    who = rows.an_admin(account)

    with at_most(3):  # the page, its campaigns, its agents
        found = await ask(ATTEMPTS, who, fakes, campaign=str(campaign.id))

    assert found["nodes"] == [
        {
            "ordinal": 2,
            "number": target.number,
            "state": "ENDED",
            "disposition": "CONNECTED",
            "ringSeconds": 4.0,
            "talkSeconds": 90.0,
            "campaign": {"name": "Campaign 1"},
            "agent": {"code": "10"},
        },
        {
            "ordinal": 1,
            "number": target.number,
            "state": "ENDED",
            "disposition": "BUSY",
            "ringSeconds": 3.0,
            "talkSeconds": None,
            "campaign": {"name": "Campaign 1"},
            "agent": None,
        },
    ]
    for given in (
        {"agent": str(agent.id)},
        {"dispositions": ["CONNECTED"]},
        {"since": (now + timedelta(hours=1)).isoformat()},
    ):
        page = await ask(ATTEMPTS, who, fakes, **given)
        assert [row["ordinal"] for row in page["nodes"]] == [2], given
    until = (now + timedelta(hours=1)).isoformat()
    page = await ask(ATTEMPTS, who, fakes, target=str(target.id), until=until)
    assert [row["ordinal"] for row in page["nodes"]] == [1]


async def test_attempts_of_one_instant_are_on_one_page_each(
    database: str, fakes: FakePorts
) -> None:
    account, now = await rows.an_account(), fakes.clock.now()
    target = await rows.a_target(await rows.a_campaign(account))
    for ordinal in range(1, 6):
        await rows.an_attempt(target, now, ordinal=ordinal)
    who, seen, after = rows.an_admin(account), [], None

    for _ in range(3):
        page = await ask(ATTEMPTS, who, fakes, first=2, after=after)
        seen += [row["ordinal"] for row in page["nodes"]]
        after = page["pageInfo"]["endCursor"]

    assert sorted(seen) == [1, 2, 3, 4, 5]
    assert not page["pageInfo"]["hasNextPage"]


async def test_calls_tell_how_long_they_waited_and_talked(database: str, fakes: FakePorts) -> None:
    account, now = await rows.an_account(), fakes.clock.now()
    agent = await rows.an_agent(account, code="10")
    over = await rows.a_call(
        account,
        now,
        agent_id=agent.id,
        connected_at=now + timedelta(seconds=2),
        ended_at=now + timedelta(seconds=62),
        ended_by=EndedBy.FAR_END,
        wrap_up_code="sale",
        note="two boxes",
    )
    up = await rows.a_call(account, now)
    who = rows.an_admin(account)

    assert (await ask(CALLS, who, fakes, agent=str(agent.id)))["nodes"] == [
        {
            "id": str(over.id),
            "number": "+12025550123",
            "waitSeconds": 2.0,
            "talkSeconds": 60.0,
            "endedBy": "FAR_END",
            "wrapUpCode": "sale",
            "note": "two boxes",
            "agent": {"code": "10"},
        }
    ]
    live = await ask(CALLS, who, fakes, up=True)
    assert [call["id"] for call in live["nodes"]] == [str(up.id)]


async def test_a_timeline_is_in_order(database: str, fakes: FakePorts) -> None:
    account, now = await rows.an_account(), fakes.clock.now()
    attempt = await rows.an_attempt(await rows.a_target(await rows.a_campaign(account)), now)
    for kind, seconds in (("answered", 5), ("ringing", 1)):
        await CallEvent.create(
            call_id=attempt.id,
            account_id=account.id,
            at=now + timedelta(seconds=seconds),
            kind=kind,
            detail={"node": "main"},
        )

    events = await ask(TIMELINE, rows.an_admin(account), fakes, id=str(attempt.id))

    assert [event["kind"] for event in events] == ["ringing", "answered"]
    assert events[0]["detail"] == {"node": "main"}


async def test_a_supervisor_sees_the_calls_of_the_supervised_and_of_nobody(
    database: str, fakes: FakePorts
) -> None:
    account, now = await rows.an_account(), fakes.clock.now()
    team = await rows.a_team(account)
    own, other = await rows.an_agent(account, team=team), await rows.an_agent(account)
    ours = await rows.a_call(account, now, agent_id=own.id)
    theirs = await rows.a_call(account, now + timedelta(seconds=1), agent_id=other.id)
    nobodys = await rows.a_call(account, now + timedelta(seconds=2))
    who = rows.somebody(account, Permission.CALL_VIEW, teams=frozenset({team.id}))

    page = await ask(CALLS, who, fakes)

    assert [call["id"] for call in page["nodes"]] == [str(nobodys.id), str(ours.id)]
    assert await refusal_code(TIMELINE, who, fakes, id=str(theirs.id)) == "NOT_FOUND"


async def test_hanging_up_is_asked_of_the_floor_and_written_down(
    database: str, fakes: FakePorts
) -> None:
    account, now = await rows.an_account(), fakes.clock.now()
    attempt = await rows.an_attempt(await rows.a_target(await rows.a_campaign(account)), now)
    inbound = await rows.a_call(account, now)
    who = rows.an_admin(account)

    for id in (attempt.id, inbound.id):
        assert await ask(HANG_UP, who, fakes, id=str(id)) == {"id": str(id)}

    assert fakes.floors.commands == [CallHangUp(call=attempt.id), CallHangUp(call=inbound.id)]
    assert await AuditEntry.filter(action="callHangUp").count() == 2


async def test_a_call_that_is_over_is_not_hung_up(database: str, fakes: FakePorts) -> None:
    account, now = await rows.an_account(), fakes.clock.now()
    target = await rows.a_target(await rows.a_campaign(account))
    attempt = await rows.an_attempt(target, now, state=AttemptState.ENDED, ended_at=now)
    call = await rows.a_call(account, now, ended_at=now)
    who = rows.an_admin(account)

    for id in (attempt.id, call.id):
        assert await refusal_code(HANG_UP, who, fakes, id=str(id)) == "CALL_OVER"

    assert await AuditEntry.all().count() == 0
    fakes.assert_untouched()


async def test_without_a_floor_nothing_is_written_down(database: str, fakes: FakePorts) -> None:
    account = await rows.an_account()
    call = await rows.a_call(account, fakes.clock.now())
    fakes.floors.error = FloorUnavailable(5.0)

    code = await refusal_code(HANG_UP, rows.an_admin(account), fakes, id=str(call.id))

    assert code == "FLOOR_UNAVAILABLE"
    assert await AuditEntry.all().count() == 0
