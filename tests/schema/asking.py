"""Asking the schema as a test: one operation, as somebody, on fakes."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from graphql import ExecutionResult as GraphQLResult
from strawberry.types import ExecutionResult

from domain.access.principal import Principal
from schema.context import Context, RequestFacts
from schema.root import build_schema
from tests.fakes import FakePorts

SCHEMA = build_schema()


def context_of(who: Principal | None, fakes: FakePorts) -> Context:
    return Context(
        caller=who,
        ports=fakes.ports,
        throttle=fakes.throttle,
        request=RequestFacts(address="192.0.2.1"),
    )


async def execute(
    document: str, who: Principal | None, fakes: FakePorts, **variables: Any
) -> ExecutionResult:
    """The answer as it is, errors and all."""
    result = await SCHEMA.execute(
        document, variable_values=variables, context_value=context_of(who, fakes)
    )
    assert isinstance(result, ExecutionResult)
    return result


async def ask(document: str, who: Principal | None, fakes: FakePorts, **variables: Any) -> Any:
    """The value of the operation's only root field; errors fail the test."""
    result = await execute(document, who, fakes, **variables)
    assert result.errors is None, result.errors
    assert result.data is not None
    (value,) = result.data.values()
    return value


async def refusal_code(
    document: str, who: Principal | None, fakes: FakePorts, **variables: Any
) -> str:
    """The code under which the operation was refused, in its union or in `errors`."""
    result = await execute(document, who, fakes, **variables)
    return code_of(result)


def code_of(result: ExecutionResult | GraphQLResult) -> str:
    if result.errors:
        return str((result.errors[0].extensions or {}).get("code"))
    assert result.data is not None
    (value,) = result.data.values()
    assert isinstance(value, dict), value
    assert "code" in value, value
    return str(value["code"])


@asynccontextmanager
async def subscribed(
    document: str, who: Principal | None, fakes: FakePorts, **variables: Any
) -> AsyncIterator[AsyncIterator[Any]]:
    """What the subscription's only root field yields; an error is raised as it comes."""
    stream: Any = await SCHEMA.subscribe(
        document, variable_values=variables, context_value=context_of(who, fakes)
    )
    values = _values(stream)
    try:
        yield values
    finally:
        await values.aclose()
        if hasattr(stream, "aclose"):
            await stream.aclose()


class Refused(Exception):
    """A subscription answered with an error."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


async def _values(stream: Any) -> Any:
    if not hasattr(stream, "__aiter__"):
        raise Refused(code_of(stream))
    async for result in stream:
        if result.errors:
            raise Refused(code_of(result))
        (value,) = result.data.values()
        yield value
