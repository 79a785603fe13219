"""What the demo asks is held against the schema, since no generator does it for Python."""

import pytest
from graphql import build_schema, parse, validate

from schema.export import sdl
from workers.demo import queries


def test_every_query_of_the_module_is_looked_at() -> None:
    assert len(queries.ALL) == 12
    assert queries.DESK in queries.ALL


@pytest.mark.parametrize("query", queries.ALL)
def test_the_schema_answers_it(query: str) -> None:
    assert validate(build_schema(sdl()), parse(query)) == []
