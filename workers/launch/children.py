"""The child processes of `outdial up`: started again when they end, stopped when asked."""

import asyncio
import signal
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from domain.core.backoff import Backoff
from workers.launch.processes import setpriv

STEADY_S = 30.0  # a child that lived this long was well: its next end is a new story
LONGEST_LINE = 1 << 20


@dataclass(slots=True, kw_only=True)
class Child:
    """One process that should run, under a name that stands before each line it prints."""

    name: str
    module: str
    environment: Mapping[str, str]
    say: Callable[[str], None]
    prefixed: bool = True
    arguments: Sequence[str] = ()
    patience_s: float = 20.0  # how long it may take to stop before it is killed
    process: asyncio.subprocess.Process | None = None
    _stopping: asyncio.Event = field(default_factory=asyncio.Event)

    async def keep_running(self) -> None:
        """Run the process, and run it again with growing pauses, until `stop`."""
        backoff = Backoff(first_s=0.5, cap_s=10.0)
        while not self._stopping.is_set():
            started = time.monotonic()
            code = await self._run()
            if self._stopping.is_set():
                return
            if time.monotonic() - started > STEADY_S:
                backoff.succeeded()
            wait_s = backoff.failed()
            self.say(f"{self.name} ended {_how(code)}; it starts again in {wait_s:g} s")
            try:
                await asyncio.wait_for(self._stopping.wait(), wait_s)
            except TimeoutError:
                pass

    async def stop(self) -> None:
        """Ask the process to end, and insist when it does not."""
        self._stopping.set()
        process = self.process
        if process is None or process.returncode is not None:
            return
        process.terminate()
        try:
            await asyncio.wait_for(process.wait(), self.patience_s)
        except TimeoutError:
            self.say(f"{self.name} did not stop within {self.patience_s:g} s and is killed")
            process.kill()
            await process.wait()

    async def _run(self) -> int:
        self.process = await asyncio.create_subprocess_exec(
            # When we are killed, the kernel ends it (Linux). A session of its own keeps the
            # terminal's Ctrl-C from reaching it before its turn.
            *setpriv(None, signal.SIGTERM),
            *(sys.executable, "-m", self.module, *self.arguments),
            env=dict(self.environment),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            start_new_session=True,
            limit=LONGEST_LINE,
        )
        if self._stopping.is_set():  # asked to stop while it was being started
            self.process.terminate()
        assert self.process.stdout is not None
        await self._pass_on(self.process.stdout)
        return await self.process.wait()

    async def _pass_on(self, output: asyncio.StreamReader) -> None:
        mark = f"{self.name:<10} " if self.prefixed else ""
        while True:
            try:
                line = await output.readline()
            except ValueError:  # longer than LONGEST_LINE; the rest follows as further lines
                continue
            if not line:
                return
            self.say(mark + line.decode(errors="replace").rstrip("\n"))


def _how(code: int) -> str:
    if code < 0:
        return f"by {signal.Signals(-code).name}"
    return f"with code {code}"
