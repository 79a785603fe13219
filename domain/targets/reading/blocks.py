"""What the reading process says: blocks of rows ready to insert, then an end or a refusal."""

import msgspec


class ReadRequest(msgspec.Struct, frozen=True, kw_only=True):
    """What to read and how."""

    path: str
    kind: str  # a FileKind
    country: str | None  # ISO 3166-1; None: numbers are international
    encoding: str | None = None  # a TextEncoding, of text; None: guessed
    columns: tuple[tuple[str, str], ...] = ()  # header and meaning, as a person chose
    # What was chosen for files with these headers before: columns.signature and choices. Without
    # either the columns are guessed from the headers.
    remembered: tuple[tuple[str, tuple[tuple[str, str], ...]], ...] = ()
    preview_rows: int = 0  # more than 0: say a Preview instead of blocks
    skip: int = 0  # rows that an earlier run committed
    block_rows: int = 2_000
    entries: bool = False  # of a do-not-call list, not targets
    timezone: str = "UTC"  # of dates of expiry


class Block(msgspec.Struct, frozen=True, kw_only=True, tag="block"):
    """Some rows, in order. Staged and reported ones are CSV for PostgreSQL's COPY."""

    rows: int  # of the file, with those that had no text in them
    staged: bytes
    staged_rows: int
    reported: bytes
    reported_rows: int
    rows_total: int | None  # the best guess so far; None: none yet


class PreviewRow(msgspec.Struct, frozen=True, kw_only=True):
    """One of the first rows: its cells as text, and what would become of it."""

    row: int
    cells: tuple[str, ...]
    number: str | None  # E.164; None: the row is reported, or empty
    problem: str | None  # why it would be reported


class Preview(msgspec.Struct, frozen=True, kw_only=True, tag="preview"):
    """The beginning of a file."""

    headers: tuple[str, ...]
    columns: tuple[tuple[str, str], ...]  # header and meaning; empty: none looks like a number
    rows: tuple[PreviewRow, ...]
    rows_total: int | None  # a guess
    encoding: str | None = None  # a codec's name; None: it is no text, or says so itself
    has_header: bool = True  # False: a plain list, whose first row is a row like the others


class End(msgspec.Struct, frozen=True, kw_only=True, tag="end"):
    """The file is read to its end."""

    rows_total: int


class Refused(msgspec.Struct, frozen=True, kw_only=True, tag="refused"):
    """The file can't be read any further. An ImportFileRefused by its code and words."""

    code: str
    message: str


class Crashed(msgspec.Struct, frozen=True, kw_only=True, tag="crashed"):
    """Our own fault. `where` names the code, never the data."""

    where: str


Said = Block | Preview | End | Refused | Crashed
HEADER_BYTES = 4  # big-endian length in front of each message
