"""Reading files in tests: what becomes of their rows."""

import csv
import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import orjson

from domain.targets.reading.blocks import Block, End, ReadRequest, Refused, Said
from domain.targets.reading.child import said
from domain.targets.reading.kinds import FileKind, kind_of


def read(path: Path, *, kind: FileKind | None = None, **more: Any) -> list[Said]:
    options = {"country": "US"} | more
    return list(said(ReadRequest(path=str(path), kind=kind or kind_of(path), **options)))


def refusal(path: Path, **more: Any) -> str:
    """The code of the refusal that reading ends in."""
    answer = read(path, **more)[-1]
    assert isinstance(answer, Refused), answer
    return answer.code


def outcome(path: Path, **more: Any) -> tuple[int, list[tuple[str, ...]]]:
    """How many rows are good, and row and code of the others."""
    good, problems = 0, list[tuple[str, ...]]()
    *blocks, end = read(path, **more)
    assert isinstance(end, End), end
    for block in blocks:
        assert isinstance(block, Block)
        good += block.staged_rows
        problems += [tuple(line[:2]) for line in _lines(block.reported)]
    return good, problems


def reported(path: Path, **more: Any) -> list[list[str]]:
    """Row, code, message and value of what is reported."""
    blocks = [block for block in read(path, **more) if isinstance(block, Block)]
    return [line for block in blocks for line in _lines(block.reported)]


def contacts(path: Path, **more: Any) -> list[tuple[Any, ...]]:
    """Row, number, name and variables of the good rows."""
    found: list[tuple[Any, ...]] = []
    for block in read(path, **more):
        if isinstance(block, Block):
            for line in _lines(block.staged):
                found.append((int(line[2]), line[3], line[4], orjson.loads(line[8])))
    return found


def _lines(content: bytes) -> Sequence[list[str]]:
    return list(csv.reader(io.StringIO(content.decode())))
