"""Collecting everything that is wrong with an input, so that a person is told once."""

from domain.core.errors import FieldProblem, InvalidInput


class Problems:
    """Problems found so far. `path` is the public name of the field, as in `retryDelays.busy`."""

    def __init__(self) -> None:
        self.found: list[FieldProblem] = []

    def add(self, path: str, message: str) -> None:
        self.found.append(FieldProblem(path, message))

    def unless(self, holds: bool, path: str, message: str) -> None:
        if not holds:
            self.add(path, message)

    def text(self, path: str, value: str, *, longest: int, empty: bool = False) -> str:
        """The text without blanks around it, which must be 1 (or 0) to `longest` characters."""
        value = value.strip()
        self.unless(bool(value) or empty, path, "must not be empty")
        self.unless(len(value) <= longest, path, f"must be at most {longest} characters")
        self.unless(value.isprintable(), path, "must not have control characters")
        return value

    def between(self, path: str, value: float, low: float, high: float) -> None:
        # NaN fails both comparisons, so it is refused too.
        self.unless(low <= value <= high, path, f"must be {low:.12g} to {high:,.12g}")

    def refuse_any(self) -> None:
        """Raise InvalidInput with all of them, if there are any."""
        if self.found:
            raise InvalidInput(*self.found)
