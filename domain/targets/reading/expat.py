"""XML read as a stream, with no document type: that is where entity bombs live."""

from collections.abc import Iterator
from typing import IO
from xml.parsers import expat

from domain.targets.errors import FileBroken, FileUnpacksTooLarge

CHUNK_BYTES = 1 << 17


def parser(encoding: str | None = None) -> expat.XMLParserType:
    """An expat parser that refuses a DOCTYPE, and so every entity but the five of XML.

    `encoding`: whatever the file says itself.
    """
    made = expat.ParserCreate(encoding, namespace_separator=None)
    made.buffer_text = True
    made.buffer_size = 1 << 16

    def refuse(*_: object) -> None:
        raise FileUnpacksTooLarge("it declares a document type, which lists of contacts never do.")

    made.StartDoctypeDeclHandler = refuse
    made.EntityDeclHandler = refuse
    return made


def feed(made: expat.XMLParserType, file: IO[bytes]) -> Iterator[int]:
    """Parse the file chunk by chunk; yields the bytes of each. Raises FileBroken."""
    try:
        while chunk := file.read(CHUNK_BYTES):
            made.Parse(chunk, False)
            yield len(chunk)
        made.Parse(b"", True)
    except expat.ExpatError as error:
        raise FileBroken(
            f"its XML is damaged at line {error.lineno}, column {error.offset}. Send it again."
        ) from error
    yield 0


def local(name: str) -> str:
    """The element's name without its namespace prefix."""
    return name.rpartition(":")[2]
