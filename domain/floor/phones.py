"""Agents who sign in by telephone: from their own phone with *10 and *11, or with code and PIN."""

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

from domain.access.secrets import verify_secret
from domain.agents.models import Agent
from domain.agents.rules import AgentState
from domain.floor.context import FloorContext
from domain.floor.seats import Seats
from domain.floor.state import Seat
from domain.telephony.events import DigitsCollected, LegArrived
from domain.telephony.port import Answer, Collect, HangUp, Join, Media, Play, Role, Say, Tone

LOG_IN = "*10"  # dialed from the agent's own phone; hanging up does not log out
LOG_OUT = "*11"
HANG_UP_KEY = "*"  # ends the customer call
MOST_TRIES = 3
LONGEST_CODE = 16


@dataclass(slots=True)
class Login:
    """Somebody who is asked for code and PIN."""

    leg: UUID
    node: str
    code: str | None = None
    tries: int = 0


class Phones:
    """Calls of agents to us."""

    def __init__(
        self,
        context: FloorContext,
        seats: Seats,
        spawn: Callable[[Coroutine[Any, Any, None]], asyncio.Task[None]],
    ) -> None:
        self._context = context
        self._state = context.state
        self._seats = seats
        self._spawn = spawn
        self._logins: dict[UUID, Login] = {}

    def dialed_a_code(self, event: LegArrived, node: str) -> bool:
        """Whether the call was *10 or *11 from an agent's own phone, and is taken care of."""
        if event.number not in (LOG_IN, LOG_OUT):
            return False
        seat = next(
            (seat for seat in self._state.seats.values() if seat.endpoint == event.caller), None
        )
        self._context.send(node, Answer(leg=event.leg))
        if seat is None:
            self._say_and_leave(event.leg, node, "This telephone belongs to no agent.")
        elif event.number == LOG_OUT:
            self._seats.sign_out(seat, reason="phone", force=True)
            self._say_and_leave(event.leg, node, "You are logged out.")
        else:
            self._take(seat, event.leg, node)
        return True

    def ask_for_code(self, event: LegArrived, node: str) -> None:
        """Somebody called the login number."""
        self._context.send(node, Answer(leg=event.leg))
        login = Login(event.leg, node)
        self._state.visitors.add(event.leg)
        self._logins[event.leg] = login
        self._ask(login, "Please enter your code, then the hash key.")

    def collected(self, event: DigitsCollected) -> bool:
        """Whether the digits were a code or a PIN asked for here."""
        login = self._logins.get(event.leg)
        if login is None:
            return False
        if login.code is None and event.digits:
            login.code = event.digits
            self._ask(login, "Please enter your PIN, then the hash key.")
        else:
            self._spawn(self._check(login, event.digits))
        return True

    def gone(self, leg: UUID) -> None:
        """The caller hung up before the login was done."""
        self._logins.pop(leg, None)
        self._state.visitors.discard(leg)

    def pressed(self, seat: Seat, digit: str) -> None:
        """An agent pressed a key: the star ends the customer call."""
        if digit == HANG_UP_KEY and seat.line is not None and seat.state is AgentState.TALKING:
            self._seats.hang_up(seat)

    async def _check(self, login: Login, pin: str) -> None:
        code, login.code = login.code, None
        agent = await Agent.filter(
            account_id=self._state.account_id, code=code or "", archived_at=None
        ).first()
        right = await verify_secret(agent.pin_hash if agent else None, pin)
        if login.leg not in self._logins:
            return
        seat = self._state.seats.get(agent.id) if agent and right else None
        if seat is not None:
            del self._logins[login.leg]
            seat.by_phone = True
            self._take(seat, login.leg, login.node)
            return
        login.tries += 1
        if login.tries >= MOST_TRIES:
            del self._logins[login.leg]
            self._say_and_leave(login.leg, login.node, "Wrong code or PIN. Good bye.")
        else:
            self._ask(login, "Wrong code or PIN. Please enter your code, then the hash key.")

    def _take(self, seat: Seat, leg: UUID, node: str) -> None:
        """Make this call the phone that holds the agent, and let the agent go available."""
        self._state.visitors.discard(leg)
        self._seats.sign_in(seat)
        self._seats.hang_up_phone(seat)
        seat.leg, seat.leg_up, seat.node = leg, True, node
        seat.leg_since = self._context.clock.monotonic()
        self._state.legs[leg] = seat
        self._context.send(
            node, Join(leg=leg, room=seat.agent_id, role=Role.AGENT, entry=Tone(name="beep"))
        )
        if seat.state in (AgentState.BREAK, AgentState.RINGING):
            self._seats.resume(seat)

    def _ask(self, login: Login, text: str) -> None:
        self._say(login.leg, login.node, Say(text=text))
        self._context.send(login.node, Collect(leg=login.leg, maximum=LONGEST_CODE))

    def _say(self, leg: UUID, node: str, *media: Media) -> None:
        self._context.send(node, Play(playback=uuid4(), leg=leg, media=media, interruptible=True))

    def _say_and_leave(self, leg: UUID, node: str, text: str) -> None:
        self._say(leg, node, Say(text=text))
        after = self._context.clock.monotonic() + 5.0
        self._context.timers.at(after, lambda: self._context.send(node, HangUp(leg=leg)))
