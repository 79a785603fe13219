"""docs/errors.md has a section for every code, and no section without a code."""

import importlib
import pkgutil
import re
from collections.abc import Iterator
from pathlib import Path

import domain
from domain.core.errors import DomainError, OutdialError, Unavailable

LIST = Path(__file__).resolve().parent.parent / "docs" / "errors.md"

# Said by the door, where there is no rule that could refuse: schema/errors.py, schema/limits.py,
# api/graphql_ws.py.
OF_THE_DOOR = {
    "BAD_REQUEST",
    "INTERNAL",
    "OPERATION_TOO_LARGE",
    "RATE_LIMITED",
    "TOO_MANY",
    "UNAUTHENTICATED",
}

# The failureCode of work that a process of ours did not end; the codes of refusals stand there too.
OF_JOBS = {"READER_CRASHED", "WRITER_CRASHED"}


def kinds_of(error: type[OutdialError]) -> Iterator[type[OutdialError]]:
    for kind in error.__subclasses__():
        yield kind
        yield from kinds_of(kind)


def codes() -> set[str]:
    for module in pkgutil.walk_packages(domain.__path__, "domain."):
        importlib.import_module(module.name)
    ours = [Unavailable, *kinds_of(DomainError), *kinds_of(Unavailable)]
    return {kind.code for kind in ours if kind.__module__.startswith("domain.")}  # type: ignore[attr-defined]  # both trees have one


def test_every_code_has_a_section_that_says_what_to_do_and_no_section_is_left_over() -> None:
    sections = re.split(r"^### ", LIST.read_text(), flags=re.MULTILINE)[1:]
    written = {
        section.partition("\n")[0]: section.partition("\n")[2].strip() for section in sections
    }

    assert sorted(written) == sorted(codes() | OF_THE_DOOR | OF_JOBS)
    assert len(written) == len(sections)
    assert all(len(text) > 30 for text in written.values())
