"""Which capabilities of docs/features.md a passing test proves.

A test run notes each test's marks and outcome in .features.json; `make features` reads both.
"""

import argparse
import fcntl
import json
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
LIST = ROOT / "docs" / "features.md"
NOTES = ROOT / ".features.json"

_ROW = re.compile(r"^\| (?P<id>[A-Z]+-\d+) \| (?P<text>.*) \|$", re.MULTILINE)


def listed() -> dict[str, str]:
    """Every capability by its ID, in the order of the list."""
    return {row["id"]: row["text"] for row in _ROW.finditer(LIST.read_text())}


class FeatureNotes:
    """A pytest plugin that keeps, for each test with a feature mark, its IDs and its outcome.

    A run of some tests only changes the notes of these.
    """

    def __init__(self, file: Path = NOTES) -> None:
        self._file = file
        self._ids: dict[str, list[str]] = {}
        self._passed: dict[str, bool] = {}

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        known = listed()
        for item in items:
            ids = [str(mark.args[0]) for mark in item.iter_markers("feature")]
            if unknown := [each for each in ids if each not in known]:
                raise pytest.UsageError(f"{item.nodeid}: docs/features.md has no {unknown[0]}")
            if ids:
                self._ids[item.nodeid] = ids

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.nodeid in self._ids:
            passed = report.outcome == "passed" and self._passed.get(report.nodeid, True)
            self._passed[report.nodeid] = passed

    def pytest_sessionfinish(self) -> None:
        if self._passed:
            with _alone(self._file):  # both halves of a run end here, perhaps at once
                notes = read_notes(self._file)
                notes |= {
                    test: {"features": self._ids[test], "passed": passed}
                    for test, passed in self._passed.items()
                }
                new = self._file.with_name(f"{self._file.name}.new")
                new.write_text(json.dumps(notes, indent=1, sort_keys=True))
                new.replace(self._file)  # whoever reads meanwhile finds the old notes, whole


@contextmanager
def _alone(file: Path) -> Iterator[None]:
    """Nobody else is in such a block of the same file."""
    with file.with_name(f"{file.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def read_notes(file: Path = NOTES) -> dict[str, dict[str, object]]:
    try:
        notes: dict[str, dict[str, object]] = json.loads(file.read_text())
    except FileNotFoundError:
        return {}
    return notes


def proven(notes: dict[str, dict[str, object]]) -> dict[str, bool]:
    """Each ID that a test names: True when all tests that name it passed."""
    found: dict[str, bool] = {}
    for note in notes.values():
        for each in note["features"]:  # type: ignore[attr-defined]  # JSON of our own
            found[each] = found.get(each, True) and bool(note["passed"])
    return found


def report(notes: dict[str, dict[str, object]]) -> Iterator[str]:
    """Lines for the screen: what is proven, what fails, what no test names."""
    found = proven(notes)
    groups = {
        "proven": [each for each in listed() if found.get(each)],
        "failing": [each for each in listed() if found.get(each) is False],
        "without a test": [each for each in listed() if each not in found],
    }
    for group, ids in groups.items():
        yield f"{group} ({len(ids)}):"
        for each in ids:
            text = listed()[each].replace("*", "")
            yield f"  {each:<8} {text[:88]}{'…' if len(text) > 88 else ''}"


def main() -> None:
    parser = argparse.ArgumentParser(description="Which features a passing test proves.")
    parser.add_argument("--fresh", action="store_true", help="forget the notes of earlier runs")
    if parser.parse_args().fresh:
        NOTES.unlink(missing_ok=True)
    notes = read_notes()
    if not notes:
        sys.exit("No test with a feature mark has run yet. Run: make test")
    print("\n".join(report(notes)))  # noqa: T201  # the output of a command


if __name__ == "__main__":
    main()
