"""Work in the background, followed until it is over."""

from collections.abc import AsyncGenerator, Awaitable, Callable
from typing import TypeVar

import msgspec

from domain.core.bus import Bus, Signal

SaidT = TypeVar("SaidT")


async def follow(
    bus: Bus,
    topic: str,
    *,
    read: Callable[[], Awaitable[SaidT]],
    is_over: Callable[[SaidT], bool],
    heard: type[SaidT] | None = None,
) -> AsyncGenerator[SaidT, None]:
    """What `read` says now, then what each message says, ending with the first that is over.

    Messages are decoded as `heard`. Without it they only tell that something changed, and so does
    whatever is no message: then it is read again, with the rights that the reader has by then.
    Close it when it is left, so that its listener goes at once.
    """
    # Listen first, then read: what is said between the two must not be lost.
    async with bus.listen(topic) as deliveries:
        said = await read()
        yield said
        if is_over(said):
            return
        async for delivery in deliveries:
            if heard is not None and delivery.signal is Signal.MESSAGE:
                said = msgspec.json.decode(delivery.payload, type=heard)
            else:
                said = await read()
            yield said
            if is_over(said):
                return
