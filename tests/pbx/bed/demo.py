"""The demo on a real PBX: `make run PBX=local`. Arguments go to `outdial up`."""

import signal
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.pbx.bed.servers import Bed, install


def main() -> int:
    """Bring Asterisk and its phones up, run the demo on them, and end both."""
    root = install()
    with tempfile.TemporaryDirectory(prefix="outdial-pbx-", ignore_cleanup_errors=True) as folder:
        bed = Bed(root, Path(folder))
        bed.start()
        host, port = bed.address
        sys.stdout.write(
            f"Asterisk takes calls at {host}:{port}. A softphone on this machine may register\n"
            "there as desk-1, password desk-1-on-loopback: it is the phone of agent 1020.\n"
        )
        sys.stdout.flush()
        command = [sys.executable, "-m", "workers.launch", "up", "--demo", "--pbx", bed.url]
        running = subprocess.Popen([*command, *sys.argv[1:]])
        for sign in (signal.SIGTERM, signal.SIGINT):
            signal.signal(sign, lambda *_: running.terminate())
        try:
            return running.wait()
        finally:
            bed.stop()


if __name__ == "__main__":
    sys.exit(main())
