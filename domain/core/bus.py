"""How committed facts reach listeners. Payloads are JSON text; nothing else may travel.

Two kinds of topic. A plain topic is heard by whoever listens now (figures, row changes). A *kept*
topic is also written down for a while, so that a listener who was away can go on where it stopped:
each of its messages has a cursor.
"""

from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from domain.core.errors import Unavailable


class BusUnavailable(Unavailable):
    """The bus did not answer. What was committed stays committed; listeners read again later."""

    code = "BUS_UNAVAILABLE"

    def __init__(self) -> None:
        super().__init__("The message bus does not answer. Try again in a few seconds.")


@dataclass(frozen=True, slots=True)
class Notice:
    """One message to publish. `payload` is JSON; `kept` writes it down for those who resume.

    A reader that falls behind gets only the newest of the payloads that are objects with the same
    text under "key".
    """

    topic: str
    payload: bytes
    kept: bool = False


class Signal(StrEnum):
    """What a listener may hear besides messages."""

    MESSAGE = "message"
    RESYNC = "resync"  # the bus was away or the listener was too slow: read again
    GAP = "gap"  # the cursor is too old: messages are lost, read again


@dataclass(frozen=True, slots=True)
class Delivery:
    """One thing heard. `cursor` is set on messages of kept topics."""

    signal: Signal
    topic: str
    payload: bytes = b""
    cursor: str | None = None


class Listener(Protocol):
    """A bounded queue of deliveries. A reader that cannot follow gets RESYNC, never old news."""

    def __aiter__(self) -> AsyncIterator[Delivery]: ...


class Bus(Protocol):
    """The one way in which processes tell each other what happened."""

    async def publish(self, notices: Sequence[Notice]) -> None:
        """Publish in order. Raises BusUnavailable; the facts themselves are already committed."""

    def listen(self, *topics: str) -> AbstractAsyncContextManager[Listener]:
        """Hear plain topics from now on. Entered means: nothing published later is missed."""

    def resume(self, topic: str, *, after: str | None) -> AbstractAsyncContextManager[Listener]:
        """Hear a kept topic: what came after the cursor first, then what comes.

        Without a cursor: from now on. A cursor that is too old yields GAP first, then from now on.
        """

    async def cursor(self, topic: str) -> str:
        """The cursor of the newest message of a kept topic, to resume from later."""

    async def newest(self, topic: str, count: int) -> list[bytes]:
        """The last payloads of a kept topic, newest first."""

    async def remember(self, key: str, payload: bytes, *, seconds: float) -> None:
        """Keep the newest figures of a board for those who come later."""

    async def recall(self, key: str) -> bytes | None:
        """What `remember` kept, or None."""
