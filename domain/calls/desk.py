"""What an agent's desk shows right now, from the rows: the beginning of a desk's subscription.

The floor publishes the same facts from memory while they happen (domain/calls/events.py).
"""

import re
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from uuid import UUID

from msgspec.structs import replace

from domain.access.permissions import Permission
from domain.access.principal import Principal
from domain.agents.errors import NO_DESK
from domain.agents.models import Agent
from domain.agents.rules import AgentState
from domain.agents.states import current_states
from domain.calls.events import (
    AgentStateChanged,
    CallStateChanged,
    DeskEvents,
    ScreenPop,
    ThirdParty,
    decode_desk_event,
    desk_topic,
)
from domain.calls.models import Attempt, Call
from domain.calls.rules import AttemptState, CallDirection
from domain.calls.screen import crm_url, panel_variables, ring_crm_url, ring_variables
from domain.calls.talks import Talk, read_talks
from domain.core.bus import Bus, Signal
from domain.core.clock import Clock
from domain.core.errors import FieldProblem, InvalidInput, NotFound
from domain.core.ports import Ports
from domain.wrapups.rules import codes_of

_SAME_S = 0.002  # rows keep microseconds; an event's `at` is a float of the same instant
_OFFER_S = 1.0  # an offer and the state it begins are told together
_NEWS = 20  # of a desk, among which its offer and the beginning of its state are
_CURSOR = re.compile(r"[!-~]{1,64}")  # what is in it is the bus's business
_BUSY_WITH_A_CALL = frozenset({AgentState.RESERVED, AgentState.TALKING, AgentState.WRAP_UP})


@dataclass(frozen=True, slots=True)
class DeskNow:
    """The agent's state, and the pop of the call that the agent is busy with, if any.

    `since`: Unix seconds of the state; 0 for an agent who never signed in. `call`: None when its
    customer is not on hold, and nobody else is there.
    """

    state: AgentStateChanged
    pop: ScreenPop | None
    since: float
    call: CallStateChanged | None = None

    def shows(self, event: DeskEvents) -> bool:
        """Whether the event is older than this, or part of it."""
        if isinstance(event, ScreenPop) and self.pop is not None:
            if (event.call, event.stage) == (self.pop.call, self.pop.stage):
                return True
        if isinstance(event, CallStateChanged) and self.call is not None:
            return event.at < self.call.at
        if isinstance(event, AgentStateChanged) and event.state == self.state.state:
            told = (event.then_break, event.then_break_reason)
            same = told == (self.state.then_break, self.state.then_break_reason)
            return event.at < self.since + (_SAME_S if same else -_SAME_S)
        return event.at < self.since - _SAME_S


@dataclass(frozen=True, slots=True)
class Heard:
    """One thing that a desk hears. Give the newest `cursor` to go on after it.

    `event` is None when news were lost because the cursor was too old; what is true now follows.
    """

    cursor: str
    event: DeskEvents | None
    snapshot: bool = False  # what was true already, not what happened now


async def follow_desk(
    principal: Principal, *, after: str | None, ports: Ports
) -> AsyncGenerator[Heard, None]:
    """What the principal's own desk must show: now first, then whatever happens.

    With a good cursor nothing is missed and nothing repeated. One that is too old gives an empty
    `Heard` first, then what is true now. Raises NotFound without a desk, and InvalidInput for a
    cursor that is none.
    """
    principal.require(Permission.DESK)
    if principal.agent_id is None:
        raise NotFound("agent", "of your own", way=NO_DESK)
    if after is not None and not _CURSOR.fullmatch(after):
        raise InvalidInput(FieldProblem("after", "is no cursor of a desk"))
    bus, topic, cursor = ports.bus, desk_topic(principal.agent_id), after
    now: DeskNow | None = None
    while True:
        fresh = cursor is None
        # Listen first, then read: what happens between the two is heard, not lost.
        cursor = cursor or await bus.cursor(topic)
        async with bus.resume(topic, after=cursor) as heard:
            if fresh:
                now = await desk_now(principal.agent_id, bus=bus, clock=ports.clock)
                yield Heard(cursor, now.state, snapshot=True)
                if now.pop is not None:
                    yield Heard(cursor, now.pop, snapshot=True)
                if now.call is not None:
                    yield Heard(cursor, now.call, snapshot=True)
            async for delivery in heard:
                if delivery.signal is Signal.GAP:
                    cursor = None
                    yield Heard(await bus.cursor(topic), None)
                    break
                if delivery.signal is Signal.RESYNC:
                    break  # listen again from the last cursor: the topic is kept
                cursor = delivery.cursor or cursor
                event = decode_desk_event(delivery.payload)
                if now is not None and now.shows(event):
                    continue
                if isinstance(event, AgentStateChanged):
                    now = None  # whatever follows it is news
                yield Heard(cursor, event)


async def desk_now(agent_id: UUID, *, bus: Bus, clock: Clock) -> DeskNow:
    """What this agent's desk must show now. At most five statements.

    What lives in the floor alone, an offered contact and the end of a wrap-up, is found in the
    last news of the desk.
    """
    current = (await current_states([agent_id]))[agent_id]
    since = current.since.timestamp() if current.since else 0.0
    at = clock.now().timestamp()
    state = AgentStateChanged(
        at=since or at,
        agent=agent_id,
        state=current.state,
        reason=current.reason,
        campaign=current.campaign_id,
        then_break=current.then_break,
        then_break_reason=current.then_break_reason,
    )
    if current.state not in _BUSY_WITH_A_CALL:
        return DeskNow(state, None, since)
    if current.call_id is None:
        return DeskNow(state, await _offered(agent_id, since, at, bus=bus), since)
    if current.state is AgentState.WRAP_UP:
        state = await _as_told(state, bus=bus)
    pop = await _pop_of(agent_id, current.call_id)
    talk = (await read_talks([current.call_id])).get(current.call_id)
    if talk is None or current.state is not AgentState.TALKING:
        return DeskNow(state, pop, since)
    pop = replace(pop, recording=talk.recording) if pop is not None else None
    return DeskNow(state, pop, since, await _state_of_call(current.call_id, talk))


async def _state_of_call(call_id: UUID, talk: Talk) -> CallStateChanged | None:
    """Whether the customer is on hold, and who else is there; None: neither."""
    if talk.at is None or not (talk.held or talk.third):
        return None
    third_party = None
    if (third := talk.third) is not None:
        other = await Agent.filter(id=third.agent_id).first() if third.agent_id else None
        third_party = ThirdParty(
            status=third.status,
            agent=third.agent_id,
            name=other.name if other else "",
            number=third.number,
        )
    return CallStateChanged(
        at=talk.at.timestamp(), call=call_id, held=talk.held, third_party=third_party
    )


async def _offered(agent_id: UUID, since: float, at: float, *, bus: Bus) -> ScreenPop | None:
    """The contact that the agent is reserved for, if there still is time to decide."""
    for event in await _news(agent_id, bus=bus):
        if isinstance(event, ScreenPop) and event.stage == "offered":
            is_current = event.at >= since - _OFFER_S and (event.decide_before or 0.0) > at
            return event if is_current else None
    return None


async def _as_told(state: AgentStateChanged, *, bus: Bus) -> AgentStateChanged:
    """The state with the end of its wrap-up, as the floor told it when it began."""
    for event in await _news(state.agent, bus=bus):
        if isinstance(event, AgentStateChanged) and event.state == state.state:
            if abs(event.at - state.at) < _SAME_S:
                return replace(state, wrap_up_ends_at=event.wrap_up_ends_at)
            return state
    return state


async def _news(agent_id: UUID, *, bus: Bus) -> list[DeskEvents]:
    kept = await bus.newest(desk_topic(agent_id), _NEWS)
    return [decode_desk_event(payload) for payload in kept]


async def _pop_of(agent_id: UUID, call_id: UUID) -> ScreenPop | None:
    attempt = (
        await Attempt.filter(id=call_id, agent_id=agent_id)
        .select_related("campaign", "target__contact")
        .first()
    )
    if attempt is None:
        return await _pop_of_call(agent_id, call_id)
    contact, campaign = attempt.target.contact, attempt.campaign
    connected = attempt.connected_at is not None
    at = attempt.connected_at or attempt.created_at
    if not connected and attempt.state is AttemptState.ENDED:
        return None
    known: dict[str, str] = contact.variables
    if connected:
        variables = panel_variables(campaign.variables, known)
        url = crm_url(campaign.crm_url, known, number=attempt.number, name=contact.name)
    else:
        hidden = campaign.sensitive_variables
        variables = ring_variables(campaign.ring_variables, campaign.variables, hidden, known)
        url = ring_crm_url(
            campaign.crm_url, known, hidden, number=attempt.number, name=contact.name
        )
    return ScreenPop(
        at=at.timestamp(),
        stage="connected" if connected else "dialing",
        call=attempt.id,
        target=attempt.target_id,
        campaign=attempt.campaign_id,
        campaign_name=campaign.name,
        direction=CallDirection.OUTBOUND,
        number=attempt.number,
        name=contact.name,
        variables=variables,
        crm_url=url,
        call_guide=tuple(campaign.call_guide),
        wrap_up_codes=codes_of(campaign.wrap_up_codes),
    )


async def _pop_of_call(agent_id: UUID, call_id: UUID) -> ScreenPop | None:
    call = await Call.filter(id=call_id, agent_id=agent_id).first()
    if call is None:
        return None
    return ScreenPop(
        at=(call.connected_at or call.answered_at).timestamp(),
        stage="connected" if call.connected_at else "dialing",
        call=call.id,
        target=call.target_id,
        campaign=call.campaign_id,
        campaign_name="",
        direction=call.direction,
        number=call.number,
        name="",
    )
