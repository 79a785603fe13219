"""`python -m api`: one API process, set by OUTDIAL_* variables."""

import sys

from api.server import run
from domain.core import logs
from domain.core.errors import OutdialError
from domain.core.settings import Settings


def main() -> int:
    """Exit code 0 after a stop that was asked for, 1 with one sentence when it can't start."""
    try:
        settings = Settings.from_environment()
        logs.configure(settings, "api")
        run(settings)
    except OutdialError as error:
        sys.stderr.write(f"outdial: {error}\n")
        return 1
    except KeyboardInterrupt:
        return 0
    return 0


if __name__ == "__main__":
    sys.exit(main())
