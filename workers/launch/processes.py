"""Processes of this machine: whether one lives, what it is, how it ends."""

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterable
from pathlib import Path

from workers.launch.errors import LaunchRefused


def is_alive(pid: int) -> bool:
    """Whether the process runs. One that ended and waits for its parent does not."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return _state(pid) != "Z"


def runs(pid: int, program: str) -> bool:
    """Whether this process is `program`. A pid in a file may belong to another by now."""
    return is_alive(pid) and program in _command(pid)


def end(pid: int, program: str, *, first: signal.Signals, patience_s: float = 10) -> None:
    """End a process that is `program`: ask with `first`, insist with SIGKILL, wait for it."""
    for sign, wait_s in ((first, patience_s), (signal.SIGKILL, 5.0)):
        if not runs(pid, program):
            return
        try:
            os.kill(pid, sign)
        except ProcessLookupError:
            return
        deadline = time.monotonic() + wait_s
        while time.monotonic() < deadline:
            _reap(pid)
            if not is_alive(pid):
                return
            time.sleep(0.01)


def last_lines(log: Path, count: int = 5) -> str:
    """The end of a log file, to stand in a refusal."""
    try:
        lines = log.read_text(errors="replace").splitlines()
    except OSError:
        return ""
    return "\n".join(f"  {line}" for line in lines[-count:])


def spawn(
    command: Iterable[str | Path],
    *,
    log: Path,
    ends_with_us: signal.Signals,
    user: tuple[int, int] | None = None,
    reads_past_permissions: bool = False,
) -> "subprocess.Popen[bytes]":
    """Start a server in a session of its own, its output in `log`.

    When we die, the kernel sends it `ends_with_us` (Linux; elsewhere it stays, to be
    adopted). As root, `user` is (uid, gid) to drop to.
    """
    with log.open("ab") as output:
        return subprocess.Popen(
            [
                *setpriv(user, ends_with_us, reads_past_permissions=reads_past_permissions),
                *map(str, command),
            ],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            cwd="/",
            start_new_session=True,
        )


def setpriv(
    user: tuple[int, int] | None,
    ends_with_us: signal.Signals | None = None,
    *,
    reads_past_permissions: bool = False,
) -> list[str]:
    """The `setpriv` prefix of a command (util-linux), or [] where it has nothing to do.

    `reads_past_permissions` lets the user pass folders such as /root that are closed to it,
    so that we need not open them to everybody.
    """
    program = shutil.which("setpriv") if sys.platform == "linux" else None
    if program is None:
        if user is None:
            return []
        raise LaunchRefused(
            "Nothing was started: PostgreSQL refuses to run as root, and there is no setpriv "
            "(util-linux) here to run it as another user. Start Outdial as an ordinary user."
        )
    options: list[str] = []
    if ends_with_us is not None:
        options += ["--pdeathsig", ends_with_us.name.removeprefix("SIG")]
    if user is not None:
        options += [f"--reuid={user[0]}", f"--regid={user[1]}", "--clear-groups"]
        if reads_past_permissions:
            capability = _capability_to_read()
            options += [f"--inh-caps=+{capability}", f"--ambient-caps=+{capability}"]
    return [program, *options] if options else []


def _capability_to_read() -> str:
    """The smaller one that we have of the two capabilities that pass closed folders.

    Docker's default set has only the larger.
    """
    ours = re.search(r"^CapEff:\s*(\w+)$", Path("/proc/self/status").read_text(), re.MULTILINE)
    bits = int(ours[1], 16) if ours else 0
    for name, bit in (("dac_read_search", 2), ("dac_override", 1)):  # linux/capability.h
        if bits >> bit & 1:
            return name
    raise LaunchRefused(
        "Nothing was started: PostgreSQL refuses to run as root, and the way to its programs or "
        "its data is closed to other users. Start Outdial as an ordinary user, or from a folder "
        "that others may pass."
    )


def _reap(pid: int) -> None:
    try:
        os.waitpid(pid, os.WNOHANG)
    except ChildProcessError:
        pass  # not ours: an adopted server


def _state(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (OSError, IndexError):
        return ""


def _command(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_text().replace("\0", " ")
    except OSError:
        listed = subprocess.run(
            ["ps", "-o", "command=", "-p", str(pid)], capture_output=True, text=True, check=False
        )
        return listed.stdout
