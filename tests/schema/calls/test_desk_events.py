import asyncio
from collections.abc import AsyncIterator
from datetime import datetime
from typing import Any

import pytest
from msgspec.structs import replace

from domain.access.permissions import Permission
from domain.agents.models import Agent
from domain.agents.rules import AgentState
from domain.calls import desk
from domain.calls.events import (
    AgentStateChanged,
    CallEnded,
    CallStateChanged,
    DeskEvent,
    RecordingChanged,
    ScreenPop,
    ThirdParty,
    Variable,
    desk_topic,
    encode_desk_event,
)
from domain.calls.models import CallEvent
from domain.calls.rules import (
    AttemptState,
    CallDirection,
    Disposition,
    RecordingState,
    ThirdPartyStatus,
)
from domain.core.bus import Notice
from domain.core.ids import new_id
from tests import rows
from tests.fakes import FakePorts
from tests.queries import at_most
from tests.schema.asking import Refused, subscribed

DESK = """
subscription ($after: String) {
  deskEvents(after: $after) {
    cursor
    snapshot
    event {
      __typename
      ... on AgentStateChanged { state reason at wrapUpEndsAt thenBreak thenBreakReason }
      ... on ScreenPop {
        stage callId number name campaignName variables { name value } crmUrl direction recording
        wrapUpCodes { code effect delaySeconds }
      }
      ... on CallEnded { callId disposition talkSeconds }
      ... on CallStateChanged { callId held thirdParty { status agentId name number } }
      ... on RecordingChanged { callId recording }
      ... on ResumeGap { message }
    }
  }
}
"""


def kinds(updates: list[dict[str, Any]]) -> list[str]:
    return [update["event"]["__typename"] for update in updates]


async def take(events: AsyncIterator[Any], count: int) -> list[dict[str, Any]]:
    return [await asyncio.wait_for(anext(events), 20) for _ in range(count)]


async def publish(agent: Agent, fakes: FakePorts, *events: DeskEvent) -> None:
    topic = desk_topic(agent.id)
    await fakes.bus.publish(
        [Notice(topic, encode_desk_event(event), kept=True) for event in events]
    )


def state(agent: Agent, state: AgentState, fakes: FakePorts) -> AgentStateChanged:
    at = fakes.clock.advance(1).timestamp()
    return AgentStateChanged(at=at, agent=agent.id, state=state)


def pop(fakes: FakePorts, **given: Any) -> ScreenPop:
    values: dict[str, Any] = {
        "stage": "connected",
        "call": new_id(),
        "target": new_id(),
        "campaign": new_id(),
        "campaign_name": "Spring",
        "direction": CallDirection.OUTBOUND,
        "number": "+12025550123",
        "name": "Cleo Customer",
        "variables": (Variable("City", "Łódź"),),
    }
    return ScreenPop(at=fakes.clock.advance(1).timestamp(), **(values | given))


@pytest.mark.feature("AGT-03")
async def test_a_desk_hears_its_state_first_and_then_what_happens(
    database: str, fakes: FakePorts
) -> None:
    agent = await rows.an_agent(await rows.an_account())
    await rows.a_state(agent, AgentState.BREAK, fakes.clock.now(), reason="lunch")

    async with subscribed(DESK, rows.at_the_desk_of(agent), fakes) as events:
        (now,) = await take(events, 1)
        assert now["snapshot"]
        assert (now["event"]["state"], now["event"]["reason"]) == ("BREAK", "lunch")

        shown = pop(fakes)
        ended = CallEnded(
            at=fakes.clock.advance(30).timestamp(),
            call=shown.call,
            disposition=Disposition.CONNECTED,
            talk_s=30.0,
        )
        await publish(agent, fakes, state(agent, AgentState.TALKING, fakes), shown, ended)
        heard = await take(events, 3)

    assert kinds(heard) == ["AgentStateChanged", "ScreenPop", "CallEnded"]
    assert [update["snapshot"] for update in heard] == [False, False, False]
    assert heard[1]["event"]["variables"] == [{"name": "City", "value": "Łódź"}]
    assert heard[2]["event"]["talkSeconds"] == 30.0
    assert len({update["cursor"] for update in [now, *heard]}) == 4


@pytest.mark.feature("AGT-03")
async def test_the_break_that_follows_a_call_is_shown_and_told_when_it_changes(
    database: str, fakes: FakePorts
) -> None:
    agent, now = await rows.an_agent(await rows.an_account()), fakes.clock.now()
    await rows.a_state(agent, AgentState.TALKING, now, then_break=True, then_break_reason="lunch")
    promised = AgentStateChanged(
        at=now.timestamp(),
        agent=agent.id,
        state=AgentState.TALKING,
        then_break=True,
        then_break_reason="lunch",
    )
    withdrawn = replace(promised, then_break=False, then_break_reason=None)

    async with subscribed(DESK, rows.at_the_desk_of(agent), fakes) as events:
        with at_most(1):
            (shown,) = await take(events, 1)
        await publish(agent, fakes, promised, withdrawn, promised)  # the first is shown already
        heard = await take(events, 2)

    follows = [(e["event"]["thenBreak"], e["event"]["thenBreakReason"]) for e in [shown, *heard]]
    assert follows == [(True, "lunch"), (False, None), (True, "lunch")]


async def test_the_pop_of_a_call_that_is_on_is_rebuilt_from_the_rows(
    database: str, fakes: FakePorts
) -> None:
    account, now = await rows.an_account(), fakes.clock.now()
    agent = await rows.an_agent(account)
    campaign = await rows.a_campaign(
        account,
        serial=1,
        variables=["Plan", "City"],
        crm_url="https://crm.example/{City}?n={number}&x={Gone}",
        wrap_up_codes=[{"code": "Monday", "effect": "reschedule", "delay_s": 60}],
    )
    target = await rows.a_target(
        campaign, "+12025550123", name="Cleo", variables={"City": "a/b", "Plan": "B", "Age": "9"}
    )
    attempt = await rows.an_attempt(
        target, now, state=AttemptState.CONNECTED, connected_at=now, agent_id=agent.id
    )
    await rows.a_state(agent, AgentState.TALKING, now, campaign_id=campaign.id, call_id=attempt.id)

    async with subscribed(DESK, rows.at_the_desk_of(agent), fakes) as events:
        with at_most(3):
            first, second = await take(events, 2)

    assert first["event"]["state"] == "TALKING"
    assert second == {
        "cursor": first["cursor"],
        "snapshot": True,
        "event": {
            "__typename": "ScreenPop",
            "stage": "CONNECTED",
            "callId": str(attempt.id),
            "number": "+12025550123",
            "name": "Cleo",
            "campaignName": "Campaign 1",
            "variables": [{"name": "Plan", "value": "B"}, {"name": "City", "value": "a/b"}],
            "crmUrl": "https://crm.example/a%2Fb?n=%2B12025550123&x=",
            "direction": "OUTBOUND",
            "recording": "OFF",
            "wrapUpCodes": [{"code": "Monday", "effect": "RESCHEDULE", "delaySeconds": 60}],
        },
    }


HELD: tuple[str, dict[str, str]] = ("held", {})
ASKED = ("consulting", {"leg": str(new_id()), "agent": "Ana"})  # her id is put there
CALLED = ("third_party_called", {"leg": str(new_id()), "number": "+12025550199"})
RINGS: tuple[str, dict[str, str]] = ("third_party_ringing", {})
PICKED_UP: tuple[str, dict[str, str]] = ("third_party_answered", {})
GONE: tuple[str, dict[str, str]] = ("third_party_gone", {})
BACK: tuple[str, dict[str, str]] = ("taken_back", {})
GIVEN: tuple[str, dict[str, str]] = ("transferred", {})


@pytest.mark.feature("AGT-11")
@pytest.mark.parametrize(
    ("happened", "held", "third"),
    [
        ([HELD], True, None),
        ([HELD, CALLED], True, ("CALLING", "", "+12025550199")),
        ([HELD, CALLED, RINGS], True, ("RINGING", "", "+12025550199")),
        ([HELD, CALLED, RINGS, PICKED_UP, BACK], False, ("ANSWERED", "", "+12025550199")),
        ([HELD, CALLED, RINGS, CALLED], True, ("CALLING", "", "+12025550199")),
        ([HELD, CALLED, GONE], True, None),
        ([HELD, ASKED], True, ("ANSWERED", "Ana", None)),
        ([HELD, ASKED, GIVEN, HELD], True, None),
    ],
)
async def test_a_desk_that_is_opened_anew_shows_hold_and_the_third_party(
    database: str,
    fakes: FakePorts,
    happened: list[tuple[str, dict[str, str]]],
    held: bool,
    third: tuple[str, str, str | None] | None,
) -> None:
    account, now = await rows.an_account(), fakes.clock.now()
    agent = await rows.an_agent(account)
    other = await rows.an_agent(account, name="Ana")
    call = await rows.a_call(account, now, agent_id=agent.id, connected_at=now)
    await rows.a_state(agent, AgentState.TALKING, now, call_id=call.id)
    for kind, detail in happened:
        named = {**detail, "agent": str(other.id)} if "agent" in detail else detail
        await CallEvent.create(
            call_id=call.id, account_id=account.id, at=now, kind=kind, detail=named
        )

    async with subscribed(DESK, rows.at_the_desk_of(agent), fakes) as events:
        with at_most(5):
            shown = await take(events, 3)

    assert kinds(shown) == ["AgentStateChanged", "ScreenPop", "CallStateChanged"]
    assert all(update["snapshot"] for update in shown)
    event = shown[2]["event"]
    assert (event["callId"], event["held"]) == (str(call.id), held)
    status, name, number = third or ("", "", None)
    expected = {
        "status": status,
        "agentId": str(other.id) if name else None,
        "name": name,
        "number": number,
    }
    assert event["thirdParty"] == (expected if third else None)


@pytest.mark.feature("REC-01")
@pytest.mark.parametrize(
    ("happened", "shown"),
    [
        ([], "OFF"),
        (["recording_started"], "ON"),
        (["recording_started", "recording_paused"], "PAUSED"),
        (["recording_started", "recording_paused", "transferred"], "PAUSED"),
        (["recording_started", "recording_paused", "recording_resumed"], "ON"),
        (["recording_started", "recording_stopped"], "OFF"),
    ],
)
async def test_a_desk_that_is_opened_anew_shows_whether_the_call_is_recorded(
    database: str, fakes: FakePorts, happened: list[str], shown: str
) -> None:
    account, now = await rows.an_account(), fakes.clock.now()
    agent = await rows.an_agent(account)
    call = await rows.a_call(account, now, agent_id=agent.id, connected_at=now)
    await rows.a_state(agent, AgentState.TALKING, now, call_id=call.id)
    for kind in happened:
        await CallEvent.create(call_id=call.id, account_id=account.id, at=now, kind=kind)
    told = RecordingChanged(at=now.timestamp() + 1, call=call.id, recording=RecordingState.PAUSED)

    async with subscribed(DESK, rows.at_the_desk_of(agent), fakes) as events:
        _, popped = await take(events, 2)
        await publish(agent, fakes, told)
        (heard,) = await take(events, 1)

    assert popped["event"]["recording"] == shown
    assert heard["event"] == {
        "__typename": "RecordingChanged",
        "callId": str(call.id),
        "recording": "PAUSED",
    }


@pytest.mark.parametrize("happened", [[], [HELD, BACK], [HELD, CALLED, GONE, BACK]])
async def test_of_a_call_that_nothing_is_done_with_a_desk_shows_the_pop_alone(
    database: str, fakes: FakePorts, happened: list[tuple[str, dict[str, str]]]
) -> None:
    account, now = await rows.an_account(), fakes.clock.now()
    agent = await rows.an_agent(account)
    call = await rows.a_call(account, now, agent_id=agent.id, connected_at=now)
    await rows.a_state(agent, AgentState.TALKING, now, call_id=call.id)
    for kind, detail in happened:
        await CallEvent.create(
            call_id=call.id, account_id=account.id, at=now, kind=kind, detail=detail
        )
    third = ThirdParty(status=ThirdPartyStatus.RINGING, number="+12025550199")
    told = CallStateChanged(at=now.timestamp() + 1, call=call.id, held=True, third_party=third)

    async with subscribed(DESK, rows.at_the_desk_of(agent), fakes) as events:
        shown = await take(events, 2)
        await publish(agent, fakes, told)
        (heard,) = await take(events, 1)

    assert kinds(shown) == ["AgentStateChanged", "ScreenPop"]
    assert heard["event"]["thirdParty"]["status"] == "RINGING"
    assert (heard["event"]["held"], heard["snapshot"]) == (True, False)


@pytest.mark.feature("CAM-13")
@pytest.mark.feature("CAM-14")
async def test_before_the_customer_is_there_the_pop_shows_little_and_nothing_sensitive(
    database: str, fakes: FakePorts
) -> None:
    account, now = await rows.an_account(), fakes.clock.now()
    agent = await rows.an_agent(account)
    campaign = await rows.a_campaign(
        account,
        serial=1,
        variables=["Card", *(f"V{n:02}" for n in range(40))],
        sensitive_variables=["Card"],
        crm_url="https://crm.example/?card={Card}&n={number}",
    )
    known = {"Card": "4111 1111", **{f"V{n:02}": f"ö {n}" for n in range(40)}}
    target = await rows.a_target(campaign, "+12025550123", variables=known)
    attempt = await rows.an_attempt(target, now, state=AttemptState.RINGING, agent_id=agent.id)
    await rows.a_state(agent, AgentState.RESERVED, now, campaign_id=campaign.id, call_id=attempt.id)

    async def shown() -> dict[str, Any]:
        async with subscribed(DESK, rows.at_the_desk_of(agent), fakes) as events:
            event: dict[str, Any] = (await take(events, 2))[1]["event"]
            return event

    before = await shown()
    attempt.state, attempt.connected_at = AttemptState.CONNECTED, now
    await attempt.save()
    during = await shown()

    assert (before["stage"], before["crmUrl"]) == ("DIALING", None)
    assert [v["name"] for v in before["variables"]] == ["V00", "V01", "V02", "V03", "V04", "V05"]
    assert "4111" not in str(before)
    assert during["stage"] == "CONNECTED"
    assert during["crmUrl"] == "https://crm.example/?card=4111%201111&n=%2B12025550123"
    assert len(during["variables"]) == 30
    assert during["variables"][:2] == [
        {"name": "Card", "value": "4111 1111"},
        {"name": "V00", "value": "ö 0"},
    ]


@pytest.mark.feature("CAM-13")
async def test_the_chosen_fields_are_shown_before_the_customer_is_there(
    database: str, fakes: FakePorts
) -> None:
    account, now = await rows.an_account(), fakes.clock.now()
    agent = await rows.an_agent(account)
    campaign = await rows.a_campaign(account, variables=["A"], ring_variables=["C", "B"])
    target = await rows.a_target(campaign, variables={"A": "1", "B": "2", "C": "3"})
    attempt = await rows.an_attempt(target, now, state=AttemptState.RINGING, agent_id=agent.id)
    await rows.a_state(agent, AgentState.RESERVED, now, campaign_id=campaign.id, call_id=attempt.id)

    async with subscribed(DESK, rows.at_the_desk_of(agent), fakes) as events:
        shown = (await take(events, 2))[1]["event"]

    assert shown["variables"] == [{"name": "C", "value": "3"}, {"name": "B", "value": "2"}]


@pytest.mark.feature("AGT-07")
async def test_a_desk_that_was_away_misses_nothing_and_hears_nothing_twice(
    database: str, fakes: FakePorts
) -> None:
    agent = await rows.an_agent(await rows.an_account())
    who, shown = rows.at_the_desk_of(agent), [pop(fakes) for _ in range(4)]

    async with subscribed(DESK, who, fakes) as events:
        await take(events, 1)
        await publish(agent, fakes, shown[0])
        (heard,) = await take(events, 1)
    await publish(agent, fakes, shown[1], shown[2])  # nobody listens

    async with subscribed(DESK, who, fakes, after=heard["cursor"]) as events:
        later = await take(events, 2)
        await publish(agent, fakes, shown[3])
        later += await take(events, 1)

    assert [u["event"]["callId"] for u in [heard, *later]] == [str(p.call) for p in shown]
    assert not any(update["snapshot"] for update in later)


@pytest.mark.feature("AGT-07")
async def test_a_cursor_that_is_too_old_is_told_first_and_then_what_is_true_now(
    database: str, fakes: FakePorts
) -> None:
    agent = await rows.an_agent(await rows.an_account())
    who = rows.at_the_desk_of(agent)
    async with subscribed(DESK, who, fakes) as events:
        (first,) = await take(events, 1)
    await publish(agent, fakes, pop(fakes), pop(fakes))
    fakes.bus.forget_kept(desk_topic(agent.id))
    await rows.a_state(agent, AgentState.AVAILABLE, fakes.clock.now())

    async with subscribed(DESK, who, fakes, after=first["cursor"]) as events:
        gap, now = await take(events, 2)
        await publish(agent, fakes, pop(fakes))
        (after,) = await take(events, 1)

    assert kinds([gap, now, after]) == ["ResumeGap", "AgentStateChanged", "ScreenPop"]
    assert now["event"]["state"] == "AVAILABLE"
    assert (now["snapshot"], after["snapshot"]) == (True, False)


@pytest.mark.feature("AGT-09")
async def test_a_desk_that_is_opened_anew_shows_the_contact_it_was_offered(
    database: str, fakes: FakePorts
) -> None:
    agent = await rows.an_agent(await rows.an_account())
    who = rows.at_the_desk_of(agent)
    offered = pop(fakes, stage="offered", decide_before=fakes.clock.now().timestamp() + 60)
    await rows.a_state(agent, AgentState.RESERVED, fakes.clock.now())
    await publish(agent, fakes, state(agent, AgentState.RESERVED, fakes), offered)

    async with subscribed(DESK, who, fakes) as events:
        now, shown = await take(events, 2)
    fakes.clock.advance(61)
    async with subscribed(DESK, who, fakes) as events:
        await take(events, 1)
        await publish(agent, fakes, state(agent, AgentState.AVAILABLE, fakes))
        (next_news,) = await take(events, 1)

    assert now["event"]["state"] == "RESERVED"
    assert (shown["event"]["callId"], shown["snapshot"]) == (str(offered.call), True)
    assert next_news["event"]["state"] == "AVAILABLE"


async def test_a_desk_that_is_opened_anew_knows_when_the_wrap_up_ends(
    database: str, fakes: FakePorts
) -> None:
    account = await rows.an_account()
    agent = await rows.an_agent(account)
    began = fakes.clock.now()
    ends = began.timestamp() + 30
    await rows.a_state(agent, AgentState.WRAP_UP, began, call_id=new_id())
    told = AgentStateChanged(
        at=began.timestamp(), agent=agent.id, state=AgentState.WRAP_UP, wrap_up_ends_at=ends
    )
    await publish(agent, fakes, told)

    async with subscribed(DESK, rows.at_the_desk_of(agent), fakes) as events:
        (now,) = await take(events, 1)

    assert now["event"]["state"] == "WRAP_UP"
    assert datetime.fromisoformat(now["event"]["wrapUpEndsAt"]).timestamp() == ends


async def test_what_happens_between_listening_and_reading_is_shown_once(
    database: str, fakes: FakePorts, monkeypatch: pytest.MonkeyPatch
) -> None:
    agent = await rows.an_agent(await rows.an_account())
    read = desk.desk_now

    async def meanwhile(*given: Any, **named: Any) -> Any:
        changed = state(agent, AgentState.AVAILABLE, fakes)
        await rows.a_state(agent, AgentState.AVAILABLE, fakes.clock.now())
        await publish(agent, fakes, changed)
        return await read(*given, **named)

    monkeypatch.setattr(desk, "desk_now", meanwhile)
    async with subscribed(DESK, rows.at_the_desk_of(agent), fakes) as events:
        await take(events, 1)
        await publish(agent, fakes, state(agent, AgentState.BREAK, fakes))
        (second,) = await take(events, 1)

    assert second["event"]["state"] == "BREAK"


async def test_a_listener_that_lost_its_thread_goes_on_where_it_stopped(
    database: str, fakes: FakePorts
) -> None:
    agent = await rows.an_agent(await rows.an_account())

    async with subscribed(DESK, rows.at_the_desk_of(agent), fakes) as events:
        await take(events, 1)
        fakes.bus.resync(desk_topic(agent.id))
        hearing = asyncio.ensure_future(take(events, 1))
        await asyncio.sleep(0)
        shown = pop(fakes)
        await publish(agent, fakes, shown)
        (heard,) = await hearing

    assert heard["event"]["callId"] == str(shown.call)


@pytest.mark.parametrize("after", ["", "1 0", "1\x000", "9" * 65])
async def test_a_cursor_that_is_none_is_refused(
    after: str, database: str, fakes: FakePorts
) -> None:
    agent = await rows.an_agent(await rows.an_account())

    async with subscribed(DESK, rows.at_the_desk_of(agent), fakes, after=after) as events:
        with pytest.raises(Refused, match="INVALID_INPUT"):
            await anext(events)
    assert fakes.bus.listeners == 0


async def test_a_cursor_of_another_time_is_as_good_as_one_that_is_too_old(
    database: str, fakes: FakePorts
) -> None:
    agent = await rows.an_agent(await rows.an_account())

    async with subscribed(DESK, rows.at_the_desk_of(agent), fakes, after="yesterday") as events:
        assert kinds(await take(events, 2)) == ["ResumeGap", "AgentStateChanged"]


async def test_a_desk_hears_no_other_desk(database: str, fakes: FakePorts) -> None:
    account = await rows.an_account()
    agent, other = await rows.an_agent(account), await rows.an_agent(account)

    async with subscribed(DESK, rows.at_the_desk_of(agent), fakes) as events:
        await take(events, 1)
        theirs, ours = pop(fakes), pop(fakes)
        await publish(other, fakes, theirs)
        await publish(agent, fakes, ours)
        (heard,) = await take(events, 1)

    assert heard["event"]["callId"] == str(ours.call)


async def test_a_user_without_an_agent_has_no_desk_to_hear(database: str, fakes: FakePorts) -> None:
    who = rows.somebody(await rows.an_account(), Permission.DESK)

    async with subscribed(DESK, who, fakes) as events:
        with pytest.raises(Refused, match="NOT_FOUND"):
            await anext(events)


async def test_nobody_listens_any_more_when_the_desk_is_gone(
    database: str, fakes: FakePorts
) -> None:
    agent = await rows.an_agent(await rows.an_account())

    async with subscribed(DESK, rows.at_the_desk_of(agent), fakes) as events:
        await take(events, 1)
        assert fakes.bus.listeners == 1

    assert fakes.bus.listeners == 0
