"""Files of contacts made for tests."""

import io
from collections.abc import AsyncIterator, Iterable, Sequence
from typing import Any

from openpyxl import Workbook

HEADER = ("Phone", "Customer Name", "Caller ID", "Priority", "City")


def xlsx(rows: Iterable[Sequence[Any]], *, header: Sequence[Any] | None = HEADER) -> bytes:
    """A workbook of one sheet, as openpyxl writes it."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet("List")
    if header is not None:
        sheet.append(list(header))
    for row in rows:
        sheet.append(list(row))
    return saved(book)


def saved(book: Workbook) -> bytes:
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


async def in_chunks(content: bytes, *, size: int = 64 * 1024) -> AsyncIterator[bytes]:
    for start in range(0, len(content), size):
        yield content[start : start + size]


def us_number(index: int) -> str:
    """A valid number of the United States; a different one for each index below ten million."""
    return f"+1202{2_000_000 + index}"
