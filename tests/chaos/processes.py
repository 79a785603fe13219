"""Real worker and gateway processes, to be killed."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parents[2]


class Processes:
    """Children of a test: started with the same environment, killed at its end."""

    def __init__(self, environment: dict[str, str], folder: Path) -> None:
        self._environment = {**os.environ, **environment, "PYTHONPATH": str(ROOT)}
        self._folder = folder
        self.running: dict[str, subprocess.Popen[bytes]] = {}

    def start(self, name: str, module: str) -> subprocess.Popen[bytes]:
        """`python -m module` under a name of ours; its output goes to a file."""
        with (self._folder / f"{name}.log").open("ab") as log:
            child = subprocess.Popen(
                [sys.executable, "-m", module],
                cwd=self._folder,
                env=self._environment,
                stdout=log,
                stderr=log,
            )
        self.running[name] = child
        return child

    def kill(self, name: str) -> None:
        """End a child as the kernel does when memory is out: no word, no clean-up."""
        child = self.running.pop(name)
        child.send_signal(signal.SIGKILL)
        child.wait()

    def stop_all(self) -> None:
        for child in self.running.values():
            child.send_signal(signal.SIGKILL)
        for child in self.running.values():
            child.wait()

    def logs(self) -> str:
        """What all children wrote, for a test that failed."""
        return "\n".join(
            f"== {path.name}\n{path.read_text()[-4000:]}" for path in self._folder.glob("*.log")
        )


@contextmanager
def processes(environment: dict[str, str], folder: Path) -> Iterator[Processes]:
    children = Processes(environment, folder)
    try:
        yield children
    finally:
        children.stop_all()
