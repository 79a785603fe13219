import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from workers.launch.children import Child
from workers.launch.processes import is_alive


@asynccontextmanager
async def running(
    folder: Path, program: str, said: list[str], *, patience_s: float = 20.0
) -> AsyncIterator[Child]:
    """A child that runs the program, kept running until the block ends."""
    (folder / "child_program.py").write_text(program)
    child = Child(
        name="child-1",
        module="child_program",
        environment=os.environ | {"PYTHONPATH": str(folder), "PYTHONUNBUFFERED": "1"},
        say=said.append,
        patience_s=patience_s,
    )
    keeping = asyncio.create_task(child.keep_running())
    try:
        yield child
    finally:
        await child.stop()
        await keeping


async def until(done: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not done():  # noqa: ASYNC110  # another process sets no event
            await asyncio.sleep(0.01)


async def test_each_line_of_a_child_has_its_name(tmp_path: Path) -> None:
    said: list[str] = []
    program = "import time; print('one'); print('two'); time.sleep(60)"
    async with running(tmp_path, program, said):
        await until(lambda: len(said) >= 2)
    assert said == ["child-1    one", "child-1    two"]


async def test_a_child_that_ends_is_started_again(tmp_path: Path) -> None:
    said: list[str] = []
    async with running(tmp_path, "print('here'); raise SystemExit(3)", said):
        await until(lambda: len(said) >= 3)
    assert said[:3] == [
        "child-1    here",
        "child-1 ended with code 3; it starts again in 0.5 s",
        "child-1    here",
    ]


async def test_a_killed_child_says_by_what(tmp_path: Path) -> None:
    said: list[str] = []
    async with running(tmp_path, "import time; print('here'); time.sleep(60)", said) as child:
        await until(lambda: bool(said))
        assert child.process is not None
        child.process.kill()
        await until(lambda: len(said) >= 2)
    assert said[1] == "child-1 ended by SIGKILL; it starts again in 0.5 s"


async def test_a_stopped_child_may_finish_and_is_not_started_again(tmp_path: Path) -> None:
    said: list[str] = []
    program = (
        "import signal, sys, time\n"
        "signal.signal(signal.SIGTERM, lambda *_: (print('bye'), sys.exit(0)))\n"
        "print('here')\n"
        "time.sleep(60)\n"
    )
    async with running(tmp_path, program, said):
        await until(lambda: bool(said))
    assert said == ["child-1    here", "child-1    bye"]


async def test_a_child_that_does_not_stop_is_killed(tmp_path: Path) -> None:
    said: list[str] = []
    program = (
        "import signal, time\n"
        "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        "print('here')\n"
        "time.sleep(60)\n"
    )
    async with running(tmp_path, program, said, patience_s=1.0) as child:
        await until(lambda: bool(said))
        assert child.process is not None
        pid = child.process.pid
    assert said == ["child-1    here", "child-1 did not stop within 1 s and is killed"]
    assert not is_alive(pid)


async def test_a_very_long_line_does_not_stop_the_rest(tmp_path: Path) -> None:
    said: list[str] = []
    program = "import time; print('x' * 3_000_000); print('after'); time.sleep(60)"
    async with running(tmp_path, program, said):
        await until(lambda: "child-1    after" in said)


async def test_a_child_ends_with_its_killed_parent(tmp_path: Path) -> None:
    parent = (
        "import asyncio, os, sys\n"
        "from workers.launch.children import Child\n"
        "async def main():\n"
        "    child = Child(name='c', module='child_program', environment=os.environ, say=print)\n"
        "    asyncio.create_task(child.keep_running())\n"
        "    await asyncio.sleep(60)\n"
        "asyncio.run(main())\n"
    )
    (tmp_path / "child_program.py").write_text(
        "import os, time; print(os.getpid(), flush=True); time.sleep(60)"
    )
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-u", "-c", parent),
        env=os.environ | {"PYTHONPATH": f"{tmp_path}:{Path.cwd()}"},
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    pid = int((await process.stdout.readline()).split()[-1])
    assert is_alive(pid)
    process.send_signal(signal.SIGKILL)
    await process.wait()
    await until(lambda: not is_alive(pid))
