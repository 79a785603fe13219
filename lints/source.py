"""A module to check, and what is found in it."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import PurePosixPath

_ALLOW = re.compile(r"#\s*lint:\s*allow\s+(?P<name>[\w-]+)(?P<reason>,\s*because\s+\S.*)?")


@dataclass(frozen=True, slots=True)
class Finding:
    """One place that breaks a rule, and the way out."""

    path: PurePosixPath
    line: int
    rule: str
    message: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.rule}: {self.message}"


@dataclass(frozen=True)
class Module:
    """One Python file, by its path from the repository's root."""

    path: PurePosixPath
    text: str
    allowed: dict[int, set[str]] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        for number, line in enumerate(self.text.splitlines(), start=1):
            if (found := _ALLOW.search(line)) and found["reason"]:
                self.allowed.setdefault(number, set()).add(found["name"])

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.text)

    @property
    def slice(self) -> str | None:
        """The domain slice that the file belongs to: `campaigns` for domain/campaigns/rules.py."""
        parts = self.path.parts
        return parts[1] if len(parts) > 2 and parts[0] == "domain" else None

    def calls(self) -> Iterator[ast.Call]:
        return (node for node in ast.walk(self.tree) if isinstance(node, ast.Call))

    def finding(self, node: ast.expr | int, rule: str, message: str) -> Finding:
        line = node if isinstance(node, int) else node.lineno
        return Finding(self.path, line, rule, message)

    def excuses(self, found: Finding) -> bool:
        """Whether the line of the finding, or the one above it, allows it with a reason."""
        lines = (found.line, found.line - 1)
        return any(found.rule in self.allowed.get(line, ()) for line in lines)

    def bare_excuses(self) -> Iterator[int]:
        """Lines with an escape that gives no reason."""
        for number, line in enumerate(self.text.splitlines(), start=1):
            if (found := _ALLOW.search(line)) and not found["reason"]:
                yield number


def dotted(node: ast.expr) -> str:
    """`datetime.now` for that expression; "" for what is no chain of names."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute) and (before := dotted(node.value)):
        return f"{before}.{node.attr}"
    return ""
