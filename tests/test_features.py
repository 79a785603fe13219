from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest

from tests.features import FeatureNotes, listed, proven, read_notes, report


def test_the_list_is_read_in_its_order() -> None:
    ids = list(listed())
    assert ids[:3] == ["CAM-01", "CAM-02", "CAM-03"]
    assert len(ids) == len(set(ids)) > 80


def test_a_feature_is_proven_when_every_test_that_names_it_passed() -> None:
    notes: dict[str, dict[str, object]] = {
        "a": {"features": ["CAM-01", "CAM-02"], "passed": True},
        "b": {"features": ["CAM-02"], "passed": False},
    }
    assert proven(notes) == {"CAM-01": True, "CAM-02": False}
    lines = list(report(notes))
    assert lines[0] == "proven (1):"
    assert lines[1].startswith("  CAM-01   Active-campaign list")
    assert lines[2] == "failing (1):"
    assert lines[4] == f"without a test ({len(listed()) - 2}):"


def test_a_run_of_some_tests_keeps_the_notes_of_the_others(
    tmp_path: Path, pytester: pytest.Pytester
) -> None:
    pytester.makepyfile(
        """
        import pytest

        @pytest.mark.feature("CAM-03")
        def test_good(): pass

        @pytest.mark.feature("CAM-03")
        @pytest.mark.feature("CAM-04")
        def test_bad(): assert False
        """
    )
    pytester.makeini(
        "[pytest]\nmarkers = feature(id): x\nasyncio_default_fixture_loop_scope = session"
    )
    file = tmp_path / "notes.json"
    pytester.inline_run("-p", "no:cacheprovider", plugins=[FeatureNotes(file)])
    assert {name.partition("::")[2]: note["passed"] for name, note in read_notes(file).items()} == {
        "test_good": True,
        "test_bad": False,
    }
    pytester.inline_run("-p", "no:cacheprovider", "-k", "good", plugins=[FeatureNotes(file)])
    assert len(read_notes(file)) == 2


def test_runs_that_end_at_once_keep_the_notes_of_each(tmp_path: Path) -> None:
    file, count = tmp_path / "notes.json", 16
    together = Barrier(count)

    def ends(number: int) -> None:
        notes = FeatureNotes(file)
        notes._ids = {f"test_{number}": ["CAM-03"]}
        notes._passed = {f"test_{number}": True}
        together.wait()
        notes.pytest_sessionfinish()

    with ThreadPoolExecutor(count) as threads:
        list(threads.map(ends, range(count)))

    assert set(read_notes(file)) == {f"test_{number}" for number in range(count)}
