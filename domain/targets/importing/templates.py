"""The file to fill in, for each kind that is read."""

import csv
import io
import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from xml.sax.saxutils import escape

from openpyxl import Workbook
from openpyxl.comments import Comment
from openpyxl.styles import Font, PatternFill

SYSTEM_COLUMNS = {
    "Phone": "The number to dial. Required.",
    "Customer Name": "Shown to the agent.",
    "Caller ID": "The number that the customer sees. Empty: the campaign's.",
    "Priority": "1 to 10; 10 is dialed first. Empty: that of the import.",
}
OPTIONAL_COLUMNS = ("City", "Language", "Note")
NUMBER_COLUMNS = {
    "Phone 2": "Dialed when the first number reaches nobody. As many as Phone 10; or Mobile, Home "
    "Phone, Work Phone. Phone 2 Hours, as in Mon-Fri 09:00-17:00: when it may be called.",
}

GREEN = "FFA9D08E"
BLUE = "FF9DC3E6"
_ROWS_FORMATTED_AS_TEXT = 1_000


@cache
def xlsx_template() -> bytes:
    """A workbook with green columns that the system uses and blue ones for the screen pop."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None  # a new book has one
    sheet.title = "Targets"
    sheet.freeze_panes = "A2"
    for index, (name, meaning) in enumerate(
        [
            *SYSTEM_COLUMNS.items(),
            *((name, "") for name in OPTIONAL_COLUMNS),
            *NUMBER_COLUMNS.items(),
        ],
        start=1,
    ):
        system = name in SYSTEM_COLUMNS
        cell = sheet.cell(row=1, column=index, value=name)
        cell.font = Font(bold=True)
        cell.fill = PatternFill("solid", fgColor=GREEN if system else BLUE)
        said = meaning or "Shown to the agent. Rename it, remove it, or add more."
        cell.comment = Comment(said, "Outdial")
        sheet.column_dimensions[cell.column_letter].width = 22
    # As text, so that 0501234567 keeps its zero and a long number is not shown as 5.01E+08.
    for column in ("A", "C", "H"):
        for row in range(2, _ROWS_FORMATTED_AS_TEXT + 2):
            sheet[f"{column}{row}"].number_format = "@"
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


EXAMPLE = {
    "Phone": "+1 202 555 0123",
    "Customer Name": "Ana Example",
    "Caller ID": "",
    "Priority": "5",
    "City": "Springfield",
    "Language": "en",
    "Note": "Delete this example",
    "Phone 2": "",
}


def csv_template() -> bytes:
    """A header alone, with the mark that makes Excel read UTF-8."""
    text = io.StringIO()
    csv.writer(text).writerow([*SYSTEM_COLUMNS, *OPTIONAL_COLUMNS, *NUMBER_COLUMNS])
    return text.getvalue().encode("utf-8-sig")


def json_template() -> bytes:
    """A list of one example."""
    return json.dumps([EXAMPLE], indent=2).encode() + b"\n"


def ndjson_template() -> bytes:
    """One example on one line."""
    return json.dumps(EXAMPLE).encode() + b"\n"


def xml_template() -> bytes:
    """One example; names have no blanks in XML."""
    fields = "\n".join(
        f"    <{name}>{escape(text)}</{name}>"
        for name, text in ((key.replace(" ", ""), value) for key, value in EXAMPLE.items())
    )
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<targets>\n  <target>\n{fields}\n'
        "  </target>\n</targets>\n"
    ).encode()


@cache
def xls_template() -> bytes:
    """The same as the XLSX one for old programs; a file, since nothing we use writes XLS."""
    return (Path(__file__).parent / "template.xls").read_bytes()


@dataclass(frozen=True, slots=True)
class Template:
    """A file to fill in."""

    kind: str
    media_type: str
    content: Callable[[], bytes]


_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
TEMPLATES = {
    template.kind: template
    for template in (
        Template("xlsx", _XLSX, xlsx_template),
        Template("xls", "application/vnd.ms-excel", xls_template),
        Template("csv", "text/csv; charset=utf-8", csv_template),
        Template("xml", "application/xml", xml_template),
        Template("json", "application/json", json_template),
        Template("ndjson", "application/x-ndjson", ndjson_template),
    )
}
