"""Keeps the bed up until Ctrl-C: `python -m tests.pbx.bed [folder]`."""

import signal
import sys
from pathlib import Path

from tests.pbx.bed.servers import SECRET, Bed, install


def main() -> None:
    bed = Bed(install(), Path(sys.argv[1] if len(sys.argv) > 1 else "/tmp/outdial-bed").resolve())
    bed.start()
    host, port = bed.address
    sys.stdout.write(
        f"Asterisk takes calls at {host}:{port}, AMI at {host}:5038 (outdial / {SECRET}).\n"
        f"A softphone may register as desk-1 with the password desk-1-on-loopback.\n"
        f"Logs are in {bed.run}/log. Ctrl-C ends it.\n"
    )
    sys.stdout.flush()
    try:
        signal.sigwait({signal.SIGINT, signal.SIGTERM})
    finally:
        bed.stop()


if __name__ == "__main__":
    main()
