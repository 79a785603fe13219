"""Scalars of our own, and stricter readings of the usual ones."""

import datetime as dt
import re
from collections.abc import Mapping
from typing import Any, NewType
from uuid import UUID

import strawberry
from graphql import GraphQLError
from strawberry.file_uploads import Upload
from strawberry.types.scalar import ScalarDefinition

PhoneNumber = NewType("PhoneNumber", str)
Json = NewType("Json", object)

_E164 = re.compile(r"\+[1-9][0-9]{1,14}")

FIRST_YEAR = 1900
# Rules look days and weeks ahead, in any zone. Of the last year that a date can hold its beginning
# leaves them room; people write its end for `never`.
LAST_INSTANT = dt.datetime(dt.MAXYEAR, 1, 2, tzinfo=dt.UTC)


def _number(value: object) -> PhoneNumber:
    if not isinstance(value, str) or not _E164.fullmatch(value):
        raise GraphQLError(
            "Expected a telephone number in E.164: a plus sign, the country code and the number, "
            "at most 15 digits, as in +12025550103."
        )
    return PhoneNumber(value)


def _uuid(value: object) -> UUID:
    try:
        return UUID(value if isinstance(value, str) else "")
    except ValueError:
        raise GraphQLError("Expected a UUID, as the ids in earlier answers.") from None


def _instant(value: object) -> dt.datetime:
    try:
        instant = dt.datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        instant = None
    if instant is None or instant.tzinfo is None:
        raise GraphQLError(
            "Expected an ISO 8601 instant with its offset, as in 2026-03-02T20:00:00+01:00."
        )
    if instant.year < FIRST_YEAR:
        raise GraphQLError(f"Expected an instant of the year {FIRST_YEAR} or later.")
    return LAST_INSTANT if instant.year == dt.MAXYEAR else instant


def _file(value: object) -> object:
    if not hasattr(value, "read"):
        raise GraphQLError("Expected a file: send a multipart request whose map names this place.")
    return value


def _with_offset(value: dt.datetime) -> str:
    if value.tzinfo is None:
        raise ValueError("an instant without an offset")
    return value.isoformat()


SCALARS: Mapping[object, ScalarDefinition] = {
    PhoneNumber: strawberry.scalar(
        name="PhoneNumber",
        description="A telephone number in E.164 with the plus sign: `+12025550103`.",
        specified_by_url="https://www.itu.int/rec/T-REC-E.164",
        serialize=str,
        parse_value=_number,
    ),
    UUID: strawberry.scalar(
        name="UUID",
        description="An id, as in `0197f3c2-8a4e-7b1c-9d2e-5f60718293a4`.",
        specified_by_url="https://datatracker.ietf.org/doc/html/rfc9562",
        serialize=str,
        parse_value=_uuid,
    ),
    dt.datetime: strawberry.scalar(
        name="DateTime",
        description="An instant in ISO 8601 with its offset: `2026-03-02T20:00:00+00:00`. From "
        f"the year {FIRST_YEAR} on; any of the year {dt.MAXYEAR} is its second day.",
        specified_by_url="https://datatracker.ietf.org/doc/html/rfc3339",
        serialize=_with_offset,
        parse_value=_instant,
    ),
    Upload: strawberry.scalar(
        name="Upload",
        description="A file of the same multipart request (graphql-multipart-request-spec).",
        parse_value=_file,
    ),
    Json: strawberry.scalar(
        name="JSON",
        description="Any JSON value, as it was stored.",
        serialize=lambda value: value,
        parse_value=lambda value: value,
    ),
}


def phone_number(value: str) -> PhoneNumber:
    """A stored number as the scalar; rows hold E.164 already."""
    return PhoneNumber(value)


def json_value(value: Any) -> Json:
    """A stored JSON value as the scalar."""
    return Json(value)
