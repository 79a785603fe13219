"""A whole Outdial as real processes: `outdial up` with two workers, and API processes beside it."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import httpx

ROOT = Path(__file__).parents[2]
START_S = 180.0  # on a busy machine; an idle one takes a few


@dataclass(frozen=True, slots=True)
class Credentials:
    """What `outdial account create` prints."""

    slug: str
    email: str
    password: str


class System:
    """Starts, kills and ends the processes of one Outdial. Output goes to files in `folder`."""

    def __init__(
        self,
        folder: Path,
        *,
        servers: Sequence[str] = (),
        options: Sequence[str] = (),
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self.folder = folder
        self._shared = ["--data-dir", str(folder / "data"), *servers]
        self._options = list(options)
        self._environment = dict(environment or {})
        self._running: dict[str, subprocess.Popen[bytes]] = {}
        self._told: dict[Path, int] = {}
        self.url = ""

    def start(self, *options: str) -> None:
        """`outdial up`; returns when it serves."""
        port = free_port()
        self.url = f"http://127.0.0.1:{port}"
        self._spawn("up", "up", "--port", str(port), *self._shared, *self._options, *options)
        self._until_ready("up", self.url)

    def start_api(self, name: str, *, port: int | None = None) -> str:
        """The address of one more API process, which serves."""
        port = port or free_port()
        url = f"http://127.0.0.1:{port}"
        self._spawn(name, "api", "--port", str(port), *self._shared)
        self._until_ready(name, url)
        return url

    def start_process(self, name: str, command: str, *options: str) -> None:
        """`outdial worker` or `outdial gateway` by itself, on the servers named."""
        self._spawn(name, command, *self._shared, *options)

    def migrate(self) -> None:
        """`outdial migrate`, once before the processes start."""
        command = [sys.executable, "-m", "workers.launch", "migrate", *self._shared]
        subprocess.run(command, env=_environment(), check=True, capture_output=True)

    def kill(self, name: str) -> None:
        """End a process as the kernel does when memory is out."""
        child = self._running.pop(name)
        child.kill()
        child.wait()

    def account(self, name: str, slug: str) -> Credentials:
        """Open an account as an operator does."""
        done = subprocess.run(
            [
                *(sys.executable, "-m", "workers.launch", "account", "create", *self._shared),
                *("--name", name, "--slug", slug, "--email", f"Admin@{slug}.example"),
            ],
            env=_environment(),
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        said = dict(line.split() for line in done.stdout.splitlines())
        return Credentials(said["account"], said["e-mail"], said["password"])

    def stop(self) -> None:
        """End everything in order, the servers of `up` last."""
        for name in sorted(self._running, key=lambda name: name == "up"):
            child = self._running.pop(name)
            child.send_signal(signal.SIGTERM)
            try:
                child.wait(30)
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()

    @property
    def pid(self) -> int:
        """The process of `outdial up`, under which all others are."""
        return self._running["up"].pid

    def logs(self) -> str:
        """What all processes wrote, for a test that failed."""
        return "\n".join(
            f"== {file.name}\n{file.read_text()[self._told.get(file, 0) :][-6000:]}"
            for file in self.folder.glob("*.log")
        )

    def forget_logs(self) -> None:
        """Leave out of `logs` what was written so far."""
        self._told = {file: file.stat().st_size for file in self.folder.glob("*.log")}

    def _spawn(self, name: str, *arguments: str) -> None:
        with (self.folder / f"{name}.log").open("ab") as log:
            self._running[name] = subprocess.Popen(
                [sys.executable, "-m", "workers.launch", *arguments],
                env=_environment() | self._environment,
                stdout=log,
                stderr=log,
            )

    def _until_ready(self, name: str, url: str) -> None:
        deadline = time.monotonic() + START_S
        while time.monotonic() < deadline:
            with contextlib.suppress(httpx.TransportError):
                if httpx.get(f"{url}/ready").status_code == 200:
                    return
            if self._running[name].poll() is not None:
                break
            time.sleep(0.1)
        raise AssertionError(f"{name} did not begin to serve\n{self.logs()}")


def free_port() -> int:
    """A port of the loopback that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _environment() -> dict[str, str]:
    clean = {name: text for name, text in os.environ.items() if not name.startswith("OUTDIAL_")}
    return clean | {"PYTHONPATH": str(ROOT)}
