"""Agents who sign in by telephone: from their own phone with *10 and *11, or with code and PIN."""

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

from domain.access.errors import TooManySignIns
from domain.access.secrets import verify_secret
from domain.access.sign_in import count_try, uncount
from domain.agents.models import Agent
from domain.agents.rules import LONGEST_CODE, AgentState
from domain.core.errors import Unavailable
from domain.core.outages import DATABASE_AWAY
from domain.core.throttle import Throttle
from domain.floor.agents.seats import Seats
from domain.floor.context import FloorContext
from domain.floor.state import Seat
from domain.telephony.events import DigitsCollected, LegArrived
from domain.telephony.port import Answer, Collect, File, HangUp, Join, Media, Play, Role, Tone

LOG_IN = "*10"  # dialed from the agent's own phone; hanging up does not log out
LOG_OUT = "*11"
HANG_UP_KEY = "*"  # ends the customer call, and the wrap-up of agents without a desk
# Sounds that every switch has, by these names, in its own languages.
ASK_CODE = File(name="agent-user")
ASK_PIN = File(name="agent-pass")
WRONG = File(name="agent-incorrect")
LOGGED_OFF = File(name="agent-loggedoff")

MOST_TRIES = 3  # in one call
MOST_GUESSES, GUESSES_S = 9, 3600.0  # for one code, over all calls; then nobody signs in with it
FIRST_DIGIT_S = 10.0


@dataclass(slots=True)
class Login:
    """Somebody who is asked for code and PIN."""

    leg: UUID
    node: str
    caller: str  # empty when withheld
    code: str | None = None
    tries: int = 0


UNSEEN: tuple[type[Exception], ...] = (TooManySignIns, Unavailable, *DATABASE_AWAY)


class Phones:
    """Calls of agents to us."""

    def __init__(
        self,
        context: FloorContext,
        seats: Seats,
        spawn: Callable[[Coroutine[Any, Any, None]], asyncio.Task[None]],
        throttle: Throttle,
    ) -> None:
        self._context = context
        self._state = context.state
        self._seats = seats
        self._spawn = spawn
        self._throttle = throttle
        self._logins: dict[UUID, Login] = {}

    def dialed_a_code(self, event: LegArrived, node: str) -> bool:
        """Whether the call was *10 or *11 from an agent's own phone, and is taken care of."""
        if event.number not in (LOG_IN, LOG_OUT):
            return False
        phone = {event.trunk, event.caller}  # a switch knows its own phones by one or the other
        seat = next((s for s in self._state.seats.values() if s.endpoint in phone), None)
        self._context.send(node, Answer(leg=event.leg))
        if seat is None:
            self._play_and_leave(event.leg, node, WRONG)
        elif event.number == LOG_OUT:
            self._seats.sign_out(seat, reason="phone", force=True)
            self._play_and_leave(event.leg, node, LOGGED_OFF)
        else:
            self._take(seat, event.leg, node, by_phone=False)
        return True

    def ask_for_code(self, event: LegArrived, node: str) -> None:
        """Somebody called the login number."""
        self._context.send(node, Answer(leg=event.leg))
        login = Login(event.leg, node, event.caller or "")
        self._state.visitors.add(event.leg)
        self._logins[event.leg] = login
        self._ask(login, ASK_CODE)

    def collected(self, event: DigitsCollected) -> bool:
        """Whether the digits were a code or a PIN asked for here."""
        login = self._logins.get(event.leg)
        if login is None:
            return False
        if login.code is None and event.digits:
            login.code = event.digits
            self._ask(login, ASK_PIN)
        else:
            self._spawn(self._check(login, event.digits))
        return True

    def gone(self, leg: UUID) -> None:
        """The caller hung up before the login was done."""
        self._logins.pop(leg, None)
        self._state.visitors.discard(leg)

    def pressed(self, seat: Seat, digit: str) -> None:
        """An agent pressed a key: the star ends the customer call, then the wrap-up."""
        line = seat.line
        if digit != HANG_UP_KEY or line is None:
            return
        if seat.state is AgentState.TALKING:
            self._seats.hang_up(seat)
        elif seat.state is AgentState.WRAP_UP:
            self._seats.end_wrap_up(seat, code=line.wrap_up_code, note=line.note, then_break=False)

    async def _check(self, login: Login, pin: str) -> None:
        code, login.code = login.code, None
        agent_id = await self._agent_of(code or "", pin, login.caller)
        if login.leg not in self._logins:
            return
        seat = None if agent_id is None else self._state.seats.get(agent_id)
        if seat is not None:
            del self._logins[login.leg]
            self._take(seat, login.leg, login.node, by_phone=True)
            return
        login.tries += 1
        if login.tries >= MOST_TRIES:
            del self._logins[login.leg]
            self._play_and_leave(login.leg, login.node, WRONG)
        else:
            self._ask(login, WRONG, ASK_CODE)

    async def _agent_of(self, code: str, pin: str, caller: str) -> UUID | None:
        """Whose code and PIN these are; None: nobody's, or there were too many wrong ones.

        Counted where desks count theirs, so that no other owner of the floor begins anew.
        """
        account_id = self._state.account_id
        try:
            tries = await count_try(
                "phone",
                str(account_id),
                code,
                address=f"{account_id}/{caller}",
                throttle=self._throttle,
                limit=MOST_GUESSES,
                window_s=GUESSES_S,
            )
            agent = await Agent.filter(account_id=account_id, code=code, archived_at=None).first()
            if not await verify_secret(agent.pin_hash if agent else None, pin) or agent is None:
                return None
            await uncount(tries, throttle=self._throttle)
        except UNSEEN:
            # Unseen, a right PIN may be a guess as well.
            return None
        return agent.id

    def _take(self, seat: Seat, leg: UUID, node: str, *, by_phone: bool) -> None:
        """Make this call the phone that holds the agent, and let the agent go available."""
        self._state.visitors.discard(leg)
        self._seats.sign_in(seat)
        self._seats.logins.log_in_everywhere(seat)
        self._seats.phones.take(seat, leg, node, by_phone=by_phone)
        self._context.send(
            node, Join(leg=leg, room=seat.agent_id, role=Role.AGENT, entry=Tone(name="beep"))
        )
        if seat.state in (AgentState.BREAK, AgentState.RINGING):
            self._seats.resume(seat)
        elif seat.is_consulted:  # on the phone that was just hung up
            self._seats.withdraw(seat)

    def _ask(self, login: Login, *media: Media) -> None:
        self._play(login.leg, login.node, *media)
        self._context.send(
            login.node, Collect(leg=login.leg, maximum=LONGEST_CODE, first_digit_s=FIRST_DIGIT_S)
        )

    def _play(self, leg: UUID, node: str, *media: Media) -> None:
        self._context.send(node, Play(playback=uuid4(), leg=leg, media=media, interruptible=True))

    def _play_and_leave(self, leg: UUID, node: str, media: Media) -> None:
        self._play(leg, node, media)
        after = self._context.clock.monotonic() + 5.0
        self._context.timers.at(after, lambda: self._context.send(node, HangUp(leg=leg)))
