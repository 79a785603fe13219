"""Runs operations: parsed and validated once per text, executed by the fast executor.

It does what Strawberry's `Schema.execute` does with our extensions, less the machinery around it;
a test runs both over the whole schema and compares.
"""

import contextlib
from collections import OrderedDict
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field
from typing import Any

from graphql import (
    DocumentNode,
    ExecutionResult,
    FieldNode,
    GraphQLError,
    OperationDefinitionNode,
    OperationType,
    execute,
    parse,
    specified_rules,
    subscribe,
)
from graphql.execution import Executor
from graphql.validation.specified_rules import recommended_rules
from strawberry.execution import optimized_is_awaitable
from strawberry.schema.schema import validate_document

from domain.core.errors import Unavailable
from schema.context import Context
from schema.ended import FORGET, may_end_credentials
from schema.errors import spoken
from schema.executor import FastExecutor
from schema.limits import CACHED_DOCUMENTS, MAX_TOKENS, too_large
from schema.root import OutdialSchema
from schema.sharing import Share, Shared

LONGEST_CACHED = 20_000  # characters; a longer text is parsed each time


class NoSuchOperation(GraphQLError):
    """The document has no operation of that name, or several and no name was given."""

    def __init__(self, message: str) -> None:
        super().__init__(message, extensions={"code": "BAD_REQUEST"})


@dataclass(frozen=True, slots=True)
class Request:
    """What a client asks. The transport has checked the types of the members."""

    query: str
    variables: dict[str, Any] | None = None
    operation_name: str | None = None


@dataclass(frozen=True, slots=True)
class Prepared:
    """A document that may be run, or why it may not."""

    document: DocumentNode | None
    errors: list[GraphQLError] = field(default_factory=list)

    def operation(self, name: str | None) -> OperationDefinitionNode:
        """The operation to run. Raises NoSuchOperation."""
        found = [
            definition
            for definition in (self.document.definitions if self.document else ())
            if isinstance(definition, OperationDefinitionNode)
            and (name is None or (definition.name is not None and definition.name.value == name))
        ]
        if len(found) == 1:
            return found[0]
        if name is None:
            raise NoSuchOperation(
                "Say which operation to run: the document has "
                f"{len(found) or 'none'}{' and `operationName` names none' if found else ''}."
            )
        raise NoSuchOperation(f"The document has no operation named {name!r}.")


class Engine:
    """One per process. `executor` is another class only in tests and benchmarks."""

    def __init__(
        self, schema: OutdialSchema, *, executor: type[Executor[Any]] = FastExecutor
    ) -> None:
        self.schema = schema
        self._schema = schema._schema
        self._executor = executor
        self._rules = (*specified_rules, *recommended_rules)
        self._prepared: OrderedDict[str, Prepared] = OrderedDict()
        self._shares = _shares(schema)

    def prepare(self, query: str) -> Prepared:
        """The document of a text, parsed and validated, from memory if it came before."""
        known = self._prepared.get(query)
        if known is not None:
            self._prepared.move_to_end(query)
            return known
        prepared = self._prepare(query)
        if len(query) <= LONGEST_CACHED:
            self._prepared[query] = prepared
            if len(self._prepared) > CACHED_DOCUMENTS:
                self._prepared.popitem(last=False)
        return prepared

    def _prepare(self, query: str) -> Prepared:
        try:
            document = parse(query, max_tokens=MAX_TOKENS)
            errors = too_large(document) or validate_document(self._schema, document, self._rules)
        except GraphQLError as error:
            return Prepared(None, [spoken(error)])
        except RecursionError:
            return Prepared(None, [spoken(GraphQLError("The document is nested too deeply."))])
        return Prepared(document, [spoken(_of_the_document(error)) for error in errors])

    async def execute(self, request: Request, context: Context) -> ExecutionResult:
        """The answer to a prepared query or mutation."""
        prepared = self.prepare(request.query)
        if prepared.errors or prepared.document is None:
            return ExecutionResult(None, list(prepared.errors))
        is_awaitable: Any = optimized_is_awaitable  # Strawberry's is no type guard
        result: Any = execute(
            self._schema,
            prepared.document,
            context_value=context,
            variable_values=request.variables,
            operation_name=request.operation_name,
            executor_class=self._executor,
            is_awaitable=is_awaitable,
            operation_extensions=None,
        )
        answer = result if isinstance(result, ExecutionResult) else await result
        if may_end_credentials(prepared.operation(request.operation_name)):
            with contextlib.suppress(Unavailable):  # then they remember it for seconds longer
                await context.ports.bus.publish([FORGET])
        return _told(answer)

    async def subscribe(
        self, request: Request, context: Context
    ) -> AsyncGenerator[ExecutionResult, None] | ExecutionResult:
        """The answers to a prepared subscription as they come, or why there are none."""
        prepared = self.prepare(request.query)
        if prepared.errors or prepared.document is None:
            return ExecutionResult(None, list(prepared.errors))
        events: Any = subscribe(
            self._schema,
            prepared.document,
            context_value=context,
            variable_values=request.variables,
            operation_name=request.operation_name,
            executor_class=self._executor,
            operation_extensions=None,
        )
        if optimized_is_awaitable(events):
            events = await events
        return _told(events) if isinstance(events, ExecutionResult) else _told_each(events)

    def share_of(self, operation: OperationDefinitionNode) -> Share | None:
        """How this operation may be shared, or None if everybody needs a run of their own."""
        if operation.operation is not OperationType.SUBSCRIPTION:
            return None
        first = operation.selection_set.selections[0]
        return self._shares.get(first.name.value) if isinstance(first, FieldNode) else None


def _of_the_document(error: GraphQLError) -> GraphQLError:
    """The error as the document's. Python reads no number of more than 4,300 digits."""
    if isinstance(error.original_error, ValueError):
        return GraphQLError("A number in the document is too long.", nodes=error.nodes)
    return error


def _shares(schema: OutdialSchema) -> dict[str, Share]:
    kind = schema._schema.subscription_type
    return {
        name: extension.share
        for name, declared in (kind.fields if kind else {}).items()
        for extension in declared.extensions["strawberry-definition"].extensions
        if isinstance(extension, Shared)
    }


def _told(result: ExecutionResult) -> ExecutionResult:
    if result.errors:
        result.errors = [spoken(error) for error in result.errors]
    return result


async def _told_each(events: Any) -> AsyncGenerator[ExecutionResult, None]:
    try:
        async for result in events:
            yield _told(result)
    except Exception as error:  # a resolver's generator broke: say it once, then end
        cause = GraphQLError(str(error), original_error=error)
        yield ExecutionResult(None, [spoken(cause)])
    finally:
        await events.aclose()
