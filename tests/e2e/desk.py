"""An agent's desk: follows `deskEvents` by cursor and does what the agent would."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

import httpx
from websockets.exceptions import WebSocketException

from tests.e2e.customer import Customer, until

DESK = """
subscription ($after: String) {
  deskEvents(after: $after) {
    cursor
    snapshot
    event {
      __typename
      ... on ScreenPop {
        stage callId targetId campaignId campaignName direction number name crmUrl
        variables { name value }
      }
      ... on CallEnded { callId disposition talkSeconds }
      ... on AgentStateChanged { state reason }
      ... on ResumeGap { message }
    }
  }
}
"""
ACCEPTED = "{ __typename ... on Refusal { code message } }"
GO_AVAILABLE = f"mutation {{ agentGoAvailable {ACCEPTED} }}"
TAKE_BREAK = f'mutation {{ agentTakeBreak(reason: "lunch") {ACCEPTED} }}'
HANG_UP = f"mutation {{ agentHangUp {ACCEPTED} }}"
SIGN_OUT = f"mutation {{ agentSignOut {ACCEPTED} }}"
WRAP_UP = f"""
mutation ($code: String, $note: String!) {{ agentEndWrapUp(code: $code, note: $note) {ACCEPTED} }}
"""
DECIDE = f"""
mutation ($target: UUID!, $decision: PreviewDecision!) {{
  previewDecide(targetId: $target, decision: $decision) {ACCEPTED}
}}
"""

Acts = Callable[["Desk", dict[str, Any]], Awaitable[None]]


class Desk:
    """`heard` has every update that came, in order; `cursor` is the newest."""

    def __init__(self, agent: Customer) -> None:
        self.agent = agent
        self.heard: list[dict[str, Any]] = []
        self.cursor: str | None = None
        self._following: asyncio.Task[None] | None = None

    async def do(self, operation: str, **variables: Any) -> Any:
        done = await self.agent.ask(operation, **variables)
        assert done["__typename"] == "AgentAccepted", done
        return done

    def listen(self, acts: Acts | None = None, *, over: str = "socket") -> None:
        """Follow the desk from the newest cursor, over a socket or a stream, until cut off."""
        assert over in ("socket", "stream")
        follow = self._over_socket if over == "socket" else self._over_stream
        self._following = asyncio.create_task(follow(acts))

    async def cut_off(self) -> None:
        """Wait until the other side closed, or close: what came so far stays."""
        if self._following is None:
            return
        self._following.cancel()
        with suppress(asyncio.CancelledError, WebSocketException, httpx.TransportError):
            await self._following

    async def _over_socket(self, acts: Acts | None) -> None:
        async with self.agent.socket() as socket:
            async for update in socket.follow(DESK, after=self.cursor):
                await self._take(update, acts)

    async def _over_stream(self, acts: Acts | None) -> None:
        async with self.agent.stream(DESK, after=self.cursor) as updates:
            async for update in updates:
                await self._take(update, acts)

    async def _take(self, update: dict[str, Any], acts: Acts | None) -> None:
        self.cursor = update["cursor"]
        self.heard.append(update)
        if acts is not None:
            await acts(self, update["event"])

    def events(self, kind: str, **wanted: Any) -> list[dict[str, Any]]:
        """What happened of one kind; what was so when listening began is left out."""
        return [
            update["event"]
            for update in self.heard
            if update["event"]["__typename"] == kind
            and not update["snapshot"]
            and all(update["event"][name] == value for name, value in wanted.items())
        ]

    @property
    def state(self) -> str | None:
        """The newest state that was told."""
        states = [
            update["event"]["state"]
            for update in self.heard
            if update["event"]["__typename"] == "AgentStateChanged"
        ]
        return states[-1] if states else None

    async def until_state(self, *states: str) -> None:
        async def there() -> bool:
            self.raise_what_broke()
            return self.state in states

        await until(there)

    def raise_what_broke(self) -> None:
        if self._following is not None and self._following.done():
            self._following.result()


async def wraps_up(desk: Desk, event: dict[str, Any]) -> None:
    """Ends every wrap-up at once, with a code and a note."""
    if event["__typename"] == "AgentStateChanged" and event["state"] == "WRAP_UP":
        await desk.do(WRAP_UP, code="sale", note="pleased")
