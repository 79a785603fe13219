"""Kinds of index that Tortoise does not have."""

from typing import Any

from tortoise.indexes import Index


class FilledIndex(Index):
    """An index of those rows alone in which a column is not NULL."""

    def __init__(self, *, fields: list[str] | tuple[str, ...], name: str, filled: str) -> None:
        super().__init__(fields=fields, name=name)
        self.filled = filled
        self.extra = f' WHERE "{filled}" IS NOT NULL'

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        """How a migration writes it."""
        path, args, kwargs = super().deconstruct()
        return path, args, {**kwargs, "filled": self.filled}
