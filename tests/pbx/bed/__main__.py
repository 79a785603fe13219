"""Keeps the bed up until Ctrl-C: `python -m tests.pbx.bed [folder [account]]`.

The phones belong to the account of that id; the folder must have a short name.
"""

import signal
import sys
from pathlib import Path
from uuid import UUID

from tests.pbx.bed.servers import ACCOUNT, Bed, install


def main() -> None:
    given = dict(enumerate(sys.argv))
    folder = Path(given.get(1, "/tmp/outdial-bed")).resolve()
    bed = Bed(install(), folder, account=UUID(given.get(2, str(ACCOUNT))))
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    # A shell that starts it in the background has told it to ignore Ctrl-C.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        bed.start()
        host, port = bed.address
        sys.stdout.write(
            f"OUTDIAL_PBX={bed.url}\n"
            f"Asterisk takes calls at {host}:{port}. A softphone on this machine may register\n"
            "there as desk-1, password desk-1-on-loopback. The phones agent-1 to agent-25 answer\n"
            f"by themselves. Logs are in {bed.run}/log. Ctrl-C ends it.\n"
        )
        sys.stdout.flush()
        signal.pause()
    except KeyboardInterrupt:
        pass
    finally:
        bed.stop()


if __name__ == "__main__":
    main()
