"""A disk on which nothing more fits, for the process that writes files."""

import pytest

from domain.targets.exporting import writer

# The process opens /dev/full in the place of its file: the system itself says ENOSPC.
_ON_A_FULL_DISK = "import sys; sys.argv[2] = '/dev/full'; " + writer._CODE


def fill(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let files that are written from now on find the disk full."""
    monkeypatch.setattr(writer, "_CODE", _ON_A_FULL_DISK)
