"""`python -m lints`: check every module of the product."""

import sys
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from lints.rules import check
from lints.source import Module

# Migrations are generated and frozen; tests freeze clocks and reach rows as they like.
CHECKED = ("api", "schema", "domain", "workers", "lints")


def modules(root: Path) -> Iterator[Module]:
    for package in CHECKED:
        for path in sorted((root / package).rglob("*.py")):
            yield Module(PurePosixPath(path.relative_to(root)), path.read_text())


def main() -> None:
    root = Path(__file__).resolve().parent.parent
    found = [finding for module in modules(root) for finding in check(module)]
    for finding in found:
        print(finding)  # noqa: T201  # the output of a command
    sys.exit(1 if found else 0)


main()
