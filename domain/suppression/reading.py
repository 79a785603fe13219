"""A row of a file as an entry of a do-not-call list. Runs in the process that reads files."""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import chain
from typing import Literal
from zoneinfo import ZoneInfo

from domain.core.ids import new_id
from domain.suppression.rules import MAX_REASON, Pattern, SuppressionSource, is_never, pattern_of
from domain.targets.errors import NoPhoneColumn
from domain.targets.importing.columns import guess
from domain.targets.importing.header_words import plain_header
from domain.targets.reading.blocks import ReadRequest
from domain.targets.reading.cells import Cell, Row, RowProblem, text_of
from domain.targets.reading.staging import MAX_SHOWN, Reported
from domain.targets.reading.tables import Table

_PATTERN = frozenset({"prefix", "pattern", "numberorprefix"})
_REASON = frozenset({"reason", "comment", "note", "remark", "powod", "причина", "סיבה"})
_SOURCE = frozenset({"source", "origin", "zrodlo", "источник", "מקור"})
_EXPIRES = frozenset(
    {"expires", "expiry", "expiresat", "expirydate", "expirationdate", "until", "validuntil"}
)
EXPIRY_UNKNOWN = RowProblem("EXPIRY_UNKNOWN", "Write the date of expiry as 2026-12-31.")
Never = Literal["infinity"]  # as PostgreSQL writes it
NEVER: Never = "infinity"


@dataclass(frozen=True, slots=True)
class EntryColumns:
    """What each column is, by its position from 0. None: the file has no such column."""

    number: int
    reason: int | None = None
    source: int | None = None
    expires: int | None = None


@dataclass(frozen=True, slots=True)
class StagedEntry:
    """A row that is ready to become an entry. None: as the import says."""

    row: int
    pattern: Pattern
    source: str | None
    reason: str | None
    expires_at: datetime | Never | None


def columns_of(headers: Sequence[str]) -> EntryColumns:
    """What the columns are, by their headers. Raises NoPhoneColumn."""
    named: dict[str, int] = {}
    for position, header in enumerate(headers):
        plain = plain_header(header)
        for meaning, names in (
            ("number", _PATTERN),
            ("reason", _REASON),
            ("source", _SOURCE),
            ("expires", _EXPIRES),
        ):
            if plain in names:
                named.setdefault(meaning, position)
    if "number" not in named:
        named["number"] = guess(list(headers)).phones[0]
    return EntryColumns(**named)


class EntryRows:
    """Reads the rows of a table as entries."""

    def __init__(self, table: Table, request: ReadRequest) -> None:
        self._table = table
        self._country = request.country
        self._zone = ZoneInfo(request.timezone)
        self._known = -1
        self._columns = EntryColumns(0)
        if table.header is not None:
            try:
                self._now()
            except NoPhoneColumn:
                if not self._take_header_as_row():
                    raise

    def read(self, rows: Sequence[Row]) -> tuple[bytes, int, list[Reported]]:
        """Those that are ready, as CSV for COPY, how many they are, and those that are not."""
        columns = self._now()
        results = [self._entry(row, columns) for row in rows]
        good = [result for result in results if isinstance(result, StagedEntry)]
        bad = [result for result in results if isinstance(result, Reported)]
        return _copy(good), len(good), bad

    def _now(self) -> EntryColumns:
        if len(self._table.headers) != self._known:
            self._columns = columns_of(self._table.headers)
            self._known = len(self._table.headers)
        return self._columns

    def _take_header_as_row(self) -> bool:
        """Whether row 1 is no header but holds a number already, as plain lists do."""
        table = self._table
        assert table.header is not None  # as the only caller has seen
        for position, cell in enumerate(table.header[1]):
            if isinstance(pattern_of(cell, country=self._country), Pattern):
                self._columns, self._known = EntryColumns(position), len(table.headers)
                table.rows = chain([table.header], table.rows)
                return True
        return False

    def _entry(self, row: Row, columns: EntryColumns) -> StagedEntry | Reported | None:
        number, cells = row
        if isinstance(cells, RowProblem):
            return Reported(number, cells, "")

        def cell(position: int | None) -> Cell:
            return cells[position] if position is not None and position < len(cells) else None

        pattern = pattern_of(cell(columns.number), country=self._country)
        if isinstance(pattern, RowProblem):
            if not any(text_of(each) for each in cells):
                return None
            shown = " ".join(text_of(cell(columns.number)).split())
            return Reported(number, pattern, shown[:MAX_SHOWN])
        expires_at: datetime | Never | None = None
        if text_of(wrong := cell(columns.expires)):
            expires_at = _instant(wrong, self._zone)
            if expires_at is None:
                return Reported(number, EXPIRY_UNKNOWN, text_of(wrong)[:MAX_SHOWN])
        source, reason = text_of(cell(columns.source)), text_of(cell(columns.reason))
        known = source.lower() in {each.value for each in SuppressionSource}
        if source and not known:  # a number is protected, whatever the list calls its source
            reason = f"{source}: {reason}" if reason else source
        reason = " ".join(reason.split())[:MAX_REASON]
        return StagedEntry(
            number, pattern, source.lower() if known else None, reason or None, expires_at
        )


def _instant(cell: Cell, zone: ZoneInfo) -> datetime | Never | None:
    """When an entry ends that holds until a date, which is included, or an instant.

    None: that cannot be read.
    """
    match cell:
        case datetime():
            found = cell
        case date():
            found = datetime.combine(cell, time())
        case _:
            try:
                found = datetime.fromisoformat(text_of(cell))
            except ValueError:
                return None
    if is_never(found):
        return NEVER
    if found.tzinfo is None:
        if found.time() == time() and ":" not in text_of(cell):
            found += timedelta(days=1)
        found = found.replace(tzinfo=zone)
    return found


def _copy(entries: Sequence[StagedEntry]) -> bytes:
    """In the order of import_run.STAGED. Ids ascend, so that lists keep the order of the file."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(
        (
            id,
            entry.row,
            entry.pattern.text,
            entry.pattern.is_prefix,
            entry.source,
            entry.reason,
            entry.expires_at.isoformat()
            if isinstance(entry.expires_at, datetime)
            else entry.expires_at,
        )
        for id, entry in zip(sorted(new_id() for _ in entries), entries, strict=True)
    )
    return text.getvalue().encode("utf-8", "replace")
