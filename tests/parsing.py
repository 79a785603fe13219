"""Lets `ast.parse` bear a garbage collection, as far as CPython 3.11 does not.

A destructor that runs in the middle of a parse and parses itself (a task that was never awaited
prints its traceback, whose carets are found by parsing) makes the outer parse fail with "AST
constructor recursion depth mismatch" (gh-106905). Pytest parses to show why a test failed, so the
reason was hidden just where tasks were left over.
"""

import ast
import gc
from functools import wraps
from typing import Any

_parse = ast.parse


@wraps(_parse)
def parse_without_collecting(*arguments: Any, **options: Any) -> Any:
    """What `ast.parse` gives. No garbage is collected meanwhile."""
    collects = gc.isenabled()
    gc.disable()
    try:
        return _parse(*arguments, **options)
    finally:
        if collects:
            gc.enable()


def install() -> None:
    """Let everybody in this process parse that way."""
    ast.parse = parse_without_collecting
