"""Ages of calls, talks and wrap-ups, counted only when a policy looks at them."""

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import overload

import numpy as np


class Ages(Sequence[float]):
    """Ages of what began at `began`, counted only when somebody looks."""

    __slots__ = ("_began", "_now")

    def __init__(self, began: dict[int, float], now: float) -> None:
        self._began = began
        self._now = now

    def __len__(self) -> int:
        return len(self._began)

    def __iter__(self) -> Iterator[float]:
        now = self._now
        return (now - t for t in self._began.values())

    @overload
    def __getitem__(self, index: int) -> float: ...
    @overload
    def __getitem__(self, index: slice) -> list[float]: ...
    def __getitem__(self, index: int | slice) -> float | list[float]:
        if isinstance(index, slice):
            return list(self)[index]
        at = index if index >= 0 else len(self) + index
        return next(islice(iter(self), at, None))

    def __array__(
        self, dtype: object = None, copy: bool | None = None
    ) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
        began = np.fromiter(self._began.values(), dtype=np.float64, count=len(self._began))
        return self._now - began
