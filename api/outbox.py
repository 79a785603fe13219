"""What waits to be sent on one socket: bounded, whatever the reader does."""

import asyncio
from collections import deque
from dataclasses import dataclass

HELD = 64  # frames of shared runs; a socket that is further behind is closed


@dataclass(slots=True, eq=False)
class _Held:
    frame: str
    operation: str | None = None  # set when a later frame of the operation replaces this one


class TooSlow(Exception):
    """The reader cannot follow and must come back."""


class Outbox:
    """Frames in order. One task takes them; operations put them, and wait if there are many."""

    def __init__(self) -> None:
        self._frames: deque[_Held] = deque()
        self._latest: dict[str, _Held] = {}
        self._filled = asyncio.Event()
        self._room = asyncio.Event()
        self._room.set()
        self.is_too_slow = False

    def put(self, frame: str) -> None:
        """Send this, whatever is before it."""
        self._frames.append(_Held(frame))
        self._filled.set()
        if len(self._frames) >= HELD:
            self._room.clear()

    async def put_in_turn(self, frame: str) -> None:
        """Send this once there is room. It makes the one who produces wait for the reader."""
        await self.has_room()
        self.put(frame)

    async def has_room(self) -> None:
        """Wait until the reader has caught up to half of what may be held."""
        while not self._room.is_set():
            await self._room.wait()

    def put_latest(self, operation: str, frame: str) -> None:
        """Send this instead of the last of the same operation, if that was not sent yet."""
        held = self._latest.get(operation)
        if held is not None:
            held.frame = frame
            return
        self._latest[operation] = held = _Held(frame, operation)
        self._frames.append(held)
        self._filled.set()

    def put_or_fail(self, frame: str) -> None:
        """Send this in order; with too many before it, the reader is too slow."""
        if len(self._frames) >= HELD:
            self.is_too_slow = True
            self._filled.set()
            return
        self.put(frame)

    def drop(self, operation: str) -> None:
        """Forget what is held of an operation that ended."""
        held = self._latest.pop(operation, None)
        if held is not None:
            self._frames = deque(frame for frame in self._frames if frame is not held)

    async def take(self) -> str:
        """The next frame. Raises TooSlow."""
        while True:
            if self.is_too_slow:
                raise TooSlow
            if self._frames:
                break
            self._filled.clear()
            await self._filled.wait()
        held = self._frames.popleft()
        if held.operation is not None:
            del self._latest[held.operation]
        if len(self._frames) < HELD // 2:
            self._room.set()
        return held.frame

    def __len__(self) -> int:
        return len(self._frames)
