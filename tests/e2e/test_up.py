"""`outdial up` as an operator meets it: a process of its own, with everything below it."""

import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from workers.launch.processes import is_alive

PATIENCE_S = 60


class Outdial:
    """A running `outdial`, and every line that it said so far."""

    def __init__(self, *arguments: str) -> None:
        clean = {name: text for name, text in os.environ.items() if not name.startswith("OUTDIAL_")}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "workers.launch", *arguments],
            env=clean | {"PYTHONPATH": os.getcwd()},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.lines: list[str] = []
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.lines.append(line.rstrip("\n"))

    def said(self, pattern: str, *, times: int = 1) -> str:
        """The newest line that holds the pattern, once that many do."""
        found: list[str] = []

        def enough() -> bool:
            found[:] = [line for line in self.lines if re.search(pattern, line)]
            return len(found) >= times

        wait_until(enough, lambda: f"no {pattern!r} in:\n" + "\n".join(self.lines))
        return found[-1]

    def stop(self, sign: signal.Signals = signal.SIGTERM) -> int:
        self.process.send_signal(sign)
        code = self.process.wait(PATIENCE_S)
        self._reader.join(PATIENCE_S)
        return code


def wait_until(done: Callable[[], bool], failure: Callable[[], str] = lambda: "") -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not done():
        assert time.monotonic() < deadline, failure()
        time.sleep(0.05)


def descendants(pid: int) -> set[int]:
    """Every process below this one."""
    listed = subprocess.run(
        ["ps", "-eo", "pid=,ppid="], capture_output=True, text=True, check=True
    ).stdout
    below = dict[int, list[int]]()
    for line in listed.splitlines():
        child, parent = map(int, line.split())
        below.setdefault(parent, []).append(child)
    found, left = set[int](), [pid]
    while left:
        children = below.get(left.pop(), [])
        found.update(children)
        left += children
    return found


def command(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_text().replace("\0", " ")
    except OSError:
        return ""


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("up")


@contextmanager
def up(data_dir: Path, *more: str) -> Iterator[tuple[Outdial, str]]:
    """A running `outdial up` and its address; stopped with the block, if it still runs."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    outdial = Outdial("up", "--port", str(port), "--data-dir", str(data_dir), *more)
    try:
        outdial.said(f"Outdial is up: http://127.0.0.1:{port}/")
        yield outdial, f"http://127.0.0.1:{port}"
    finally:
        if outdial.process.poll() is None:
            outdial.stop()


@pytest.mark.feature("OPS-01")
def test_up_serves_until_it_is_told_to_stop_and_leaves_nothing(data_dir: Path) -> None:
    with up(data_dir) as (outdial, address):
        assert httpx.get(f"{address}/health").status_code == 200
        outdial.said("worker is up")
        below = descendants(outdial.process.pid)
        assert len(below) >= 5  # two servers, API, worker, gateway
        assert outdial.stop() == 0
    assert [pid for pid in below if is_alive(pid)] == []
    stops = [line for line in outdial.lines if "stopped" in line or line == "stopping"]
    assert stops[0] == "stopping"
    assert not any("killed" in line for line in outdial.lines)


def test_up_starts_again_whatever_is_killed_below_it(data_dir: Path) -> None:
    with up(data_dir, "--workers", "2") as (outdial, address):
        outdial.said("worker is up", times=2)
        for wanted, says in (
            ("-m workers ", r"worker-\d ended by SIGKILL"),
            ("-m api", "api ended by SIGKILL"),
            ("bin/postgres -D", "PostgreSQL ended by itself and is started again"),
            ("valkey-server", "Valkey ended by itself and is started again"),
        ):
            victims = [p for p in descendants(outdial.process.pid) if wanted in command(p)]
            os.kill(victims[0], signal.SIGKILL)
            outdial.said(says)
        outdial.said("worker is up", times=3)
        wait_until(lambda: ready(address))


def test_a_worker_of_its_own_joins_an_outdial_that_is_up(data_dir: Path) -> None:
    with up(data_dir):
        worker = Outdial("worker", "--data-dir", str(data_dir))
        worker.said("worker is up")
        assert worker.stop() == 0
        assert "worker stopped" in worker.lines[-1]


@pytest.mark.feature("OPS-03")
def test_a_killed_up_leaves_nothing_running_and_its_data_to_the_next(data_dir: Path) -> None:
    with up(data_dir) as (outdial, _):
        below = descendants(outdial.process.pid)
        outdial.stop(signal.SIGKILL)
    with up(data_dir) as (outdial, address):
        wait_until(lambda: ready(address))
        assert not any(line.startswith("migration") for line in outdial.lines)
        wait_until(lambda: not any(is_alive(pid) for pid in below))


def test_two_in_one_folder_are_refused(data_dir: Path) -> None:
    with up(data_dir) as (_, address):
        second = Outdial("up", "--port", "0", "--data-dir", str(data_dir))
        assert second.process.wait(PATIENCE_S) == 1
        second.said("Another outdial uses the data folder")
        assert ready(address)


def ready(address: str) -> bool:
    try:
        return httpx.get(f"{address}/ready", timeout=5).status_code == 200
    except httpx.HTTPError:
        return False
