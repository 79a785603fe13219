import ast
import gc
from pathlib import Path

from tests.parsing import parse_without_collecting


class _Parses:
    """Garbage that parses when it is collected."""

    def __init__(self) -> None:
        self.itself = self

    def __del__(self) -> None:
        ast.parse("f(a + b)")


def test_garbage_that_parses_disturbs_no_parse() -> None:
    assert ast.parse is parse_without_collecting
    source = Path(ast.__file__).read_text()
    before = gc.get_threshold()
    gc.set_threshold(50)
    try:
        for _ in range(5):
            for _ in range(20):
                _Parses()
            assert isinstance(ast.parse(source), ast.Module)
    finally:
        gc.set_threshold(*before)
        gc.collect()
    assert gc.isenabled()
