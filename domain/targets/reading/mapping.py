"""Which column of an open table is what: as a person said, or guessed."""

from itertools import chain

from domain.targets.columns import ColumnMap, chosen, guess, signature
from domain.targets.errors import NoPhoneColumn
from domain.targets.numbers import e164
from domain.targets.reading.blocks import ReadRequest
from domain.targets.reading.tables import Table


class Columns:
    """The column map of a table, made anew when its headers have grown."""

    def __init__(self, table: Table, request: ReadRequest) -> None:
        self._table = table
        self._request = request
        self._known = -1
        self._map = ColumnMap(phones=())
        self._remembered = dict(request.remembered)
        if table.header is not None:
            try:
                self.now()
            except NoPhoneColumn:
                if not self._take_header_as_row():
                    raise

    def now(self) -> ColumnMap:
        """The map for the headers that are known by now. Raises NoPhoneColumn."""
        headers = self._table.headers
        if len(headers) != self._known:
            choices = self._request.columns or self._remembered.get(signature(headers), ())
            self._map = chosen(headers, choices) if choices else guess(headers)
            self._known = len(headers)
        return self._map

    def _take_header_as_row(self) -> bool:
        """Whether row 1 is no header but holds a number already, as plain lists do."""
        table, country = self._table, self._request.country
        if table.header is None or self._request.columns:
            return False
        _, cells = table.header
        phones = [i for i, cell in enumerate(cells) if isinstance(e164(cell, country=country), str)]
        if not phones:
            return False
        others = (i for i in range(len(cells)) if i != phones[0])
        self._map = ColumnMap(
            phones=(phones[0],),
            variables={i: f"Column {i + 1}" for i in others},
        )
        self._known = len(table.headers)
        table.rows = chain([table.header], table.rows)
        return True
