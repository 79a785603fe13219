"""The columns of files whose records name their own fields, found while records are read."""

from collections.abc import Sequence

from domain.targets.errors import MAX_COLUMNS
from domain.targets.importing.columns import NAMING_ROWS, is_system
from domain.targets.reading.cells import Cell, Remark, RowProblem, text_of

# Beyond MAX_COLUMNS, and only for numbers, names and the like: so that one record full of keys does
# not take the column of the phones from all that follow it.
SYSTEM_COLUMNS = 50
MAX_HEADER = 1_000  # characters

TOO_MANY_FIELDS = RowProblem(
    "TOO_MANY_FIELDS", f"This record has more than {MAX_COLUMNS} fields, as no contact may have."
)
FIELD_LEFT_OUT = RowProblem(
    "FIELD_LEFT_OUT",
    f"Left out, with any further one: earlier rows have {MAX_COLUMNS} other fields, the most kept.",
)


class Fields:
    """Headers that grow as records are read, at most MAX_COLUMNS and some for system columns."""

    def __init__(self) -> None:
        self.headers: list[str] = []
        self.remarks: list[Remark] = []
        self.first_widths: list[int] = []  # how many headers there were after each first record
        self._positions: dict[tuple[str, int], int] = {}
        self._cleaned: dict[str, str] = {}

    def cells(self, row: int, fields: Sequence[tuple[str, Cell]]) -> list[Cell] | RowProblem:
        """The fields of a record in their columns. Fields of one name have a column each."""
        if len(fields) > MAX_COLUMNS:
            return TOO_MANY_FIELDS
        cells: list[Cell] = [None] * len(self.headers)
        seen: dict[str, int] = {}
        reported = False
        for key, cell in fields:
            name = self._cleaned.get(key) or self._clean(key)
            ordinal = seen[name] = seen.get(name, -1) + 1
            position = self._positions.get((name, ordinal))
            if position is None:
                if not self._has_room(name):
                    if not reported:
                        self.remarks.append(Remark(row, FIELD_LEFT_OUT, name))
                    reported = True
                    continue
                position = self._positions[name, ordinal] = len(self.headers)
                self.headers.append(name)
                cells.append(None)
            cells[position] = cell
        if len(self.first_widths) < NAMING_ROWS:
            self.first_widths.append(len(self.headers))
        return cells

    def _clean(self, key: str) -> str:
        name = " ".join(text_of(key).split())[:MAX_HEADER]
        if len(self._cleaned) < 2 * MAX_COLUMNS:
            self._cleaned[key] = name
        return name

    def _has_room(self, name: str) -> bool:
        columns = len(self.headers)
        return columns < MAX_COLUMNS or (columns < MAX_COLUMNS + SYSTEM_COLUMNS and is_system(name))
