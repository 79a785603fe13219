"""Where the embedded servers put their sockets."""

import hashlib
import os
import stat
import tempfile
from pathlib import Path

from workers.launch.errors import LaunchRefused

# sockaddr_un.sun_path holds 104 bytes on macOS, 108 on Linux, with the closing zero.
LONGEST = 103


def socket_folder(wanted: Path, name: str) -> Path:
    """`wanted`, or a folder with a short path when a socket `name` would not fit there.

    The short one is the same for each start, so that a left-over server is found again.
    """
    if len(os.fsencode(wanted.resolve() / name)) <= LONGEST:
        return wanted.resolve()
    mark = hashlib.sha256(os.fsencode(wanted.resolve())).hexdigest()[:12]
    return Path(tempfile.gettempdir()) / f"outdial-{os.geteuid()}-{mark}"


def claim(folder: Path, owner: tuple[int, int] | None = None) -> None:
    """Make the folder for `owner` (uid, gid) alone, or for us. Raises LaunchRefused.

    The place for temporary files is everybody's: a folder there that belongs to another
    user could be a trap.
    """
    folder.mkdir(mode=0o700, exist_ok=True)
    if owner is not None and os.geteuid() == 0:
        os.chown(folder, *owner)
    found = folder.stat(follow_symlinks=False)
    wanted = owner[0] if owner else os.geteuid()
    if found.st_uid != wanted or stat.S_IMODE(found.st_mode) != 0o700:
        raise LaunchRefused(
            f"The folder {folder} for the sockets belongs to another user. Remove it, or choose "
            "a data folder with a shorter path with --data-dir."
        )
