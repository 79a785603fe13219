"""Which column of an open table is what: as a person said, or guessed."""

from itertools import chain

from domain.targets.errors import NoPhoneColumn
from domain.targets.importing.columns import ColumnMap, chosen, guess, signatures
from domain.targets.numbers import e164
from domain.targets.reading.blocks import ReadRequest
from domain.targets.reading.tables import Table


class Columns:
    """The column map of a table, made anew when its headers have grown.

    What was chosen for such files before is looked for once: by the header row, or, where records
    name their own fields, by those of the first NAMING_ROWS. So a later record with another field
    changes nothing, wherever a run begins.
    """

    def __init__(self, table: Table, request: ReadRequest) -> None:
        self.has_header = True
        self._table = table
        self._request = request
        self._known = -1
        self._map = ColumnMap(phones=())
        self._choices = request.columns
        if table.header is not None:
            try:
                self._take_header_as_row(self.now())
            except NoPhoneColumn:
                if not self._take_header_as_row(None):
                    raise

    def now(self) -> ColumnMap:
        """The map for the headers that are known by now. Raises NoPhoneColumn."""
        headers = self._table.headers
        if len(headers) != self._known:
            self._choices = self._choices or self._remembered()
            self._map = chosen(headers, self._choices) if self._choices else guess(headers)
            self._known = len(headers)
        return self._map

    def _remembered(self) -> tuple[tuple[str, str], ...]:
        """What was chosen for files with the headers of the first rows, or of some of them."""
        remembered, table = dict(self._request.remembered), self._table
        for count in sorted(set(table.first_widths), reverse=True) if remembered else ():
            for each in signatures(table.headers[:count]):
                if choices := remembered.get(each):
                    return choices
        return ()

    def _take_header_as_row(self, columns: ColumnMap | None) -> bool:
        """Whether row 1 is no header but holds a number already, as plain lists do."""
        table, country = self._table, self._request.country
        assert table.header is not None  # as the only caller has seen
        _, cells = table.header
        phones = [i for i, cell in enumerate(cells) if isinstance(e164(cell, country=country), str)]
        if columns is None and phones and not self._request.columns:
            others = (i for i in range(len(cells)) if i != phones[0])
            self._map = ColumnMap(
                phones=(phones[0],),
                variables={i: f"Column {i + 1}" for i in others},
            )
            self._known = len(table.headers)
        elif columns is None or not set(columns.phones) & set(phones):
            return False
        self.has_header = False
        table.rows = chain([table.header], table.rows)
        return True
