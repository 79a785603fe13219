"""Deny by default: a field that forgot its rule is refused before anybody can ask it."""

from collections.abc import AsyncGenerator

import pytest
import strawberry
from graphql import GraphQLInputObjectType, GraphQLInterfaceType, GraphQLObjectType

from domain.access.permissions import Permission
from schema.guards import Guard, public, requires
from schema.root import MUTATIONS, QUERIES, SUBSCRIPTIONS, UnguardedField, build_schema

# Every field here is one that a stranger may ask. A new line needs a reason.
PUBLIC: dict[str, str] = {
    "sign_in": "nobody is signed in before",
    "desk_sign_in": "nobody is signed in before",
}


@strawberry.type
class OpenQueries:
    @strawberry.field(description="Says hello.", extensions=[public()])
    def hello(self) -> str:
        return "hello"


def test_every_public_field_is_on_the_list() -> None:
    found = {
        field.python_name
        for root in (*QUERIES, *MUTATIONS, *SUBSCRIPTIONS)
        for field in root.__strawberry_definition__.fields  # type: ignore[attr-defined]
        for extension in field.extensions
        if isinstance(extension, Guard) and extension.words == public().words
    }
    assert found == set(PUBLIC)


def test_a_query_without_a_guard_is_not_built() -> None:
    @strawberry.type
    class Queries:
        @strawberry.field
        def secret(self) -> str:
            return "told"

    with pytest.raises(UnguardedField, match=r"Queries\.secret has 0 guards"):
        build_schema(queries=[OpenQueries, Queries], mutations=[], subscriptions=[])


def test_a_plain_attribute_of_a_root_is_not_built() -> None:
    @strawberry.type
    class Queries:
        version: str = "1"

    with pytest.raises(UnguardedField, match=r"Queries\.version has 0 guards"):
        build_schema(queries=[Queries], mutations=[], subscriptions=[])


def test_a_mutation_without_a_guard_is_not_built() -> None:
    @strawberry.type
    class Mutations:
        @strawberry.mutation
        async def erase(self) -> bool:
            return True

    with pytest.raises(UnguardedField, match=r"Mutations\.erase"):
        build_schema(queries=[OpenQueries], mutations=[Mutations], subscriptions=[])


def test_a_subscription_without_a_guard_is_not_built() -> None:
    @strawberry.type
    class Subscriptions:
        @strawberry.subscription
        async def watch(self) -> AsyncGenerator[int, None]:
            yield 1

    with pytest.raises(UnguardedField, match=r"Subscriptions\.watch"):
        build_schema(queries=[OpenQueries], mutations=[], subscriptions=[Subscriptions])


def test_two_guards_on_one_field_are_one_too_many() -> None:
    @strawberry.type
    class Queries:
        @strawberry.field(extensions=[public(), requires(Permission.DESK)])
        def both(self) -> str:
            return "?"

    with pytest.raises(UnguardedField, match="has 2 guards"):
        build_schema(queries=[Queries], mutations=[], subscriptions=[])


def test_requires_without_a_permission_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="say signed_in"):
        requires()


@pytest.mark.feature("API-01")
def test_every_type_field_and_argument_is_described() -> None:
    silent: list[str] = []
    for name, kind in build_schema()._schema.type_map.items():
        if name.startswith("__") or name in ("Query", "Mutation", "Subscription"):
            pass
        elif not kind.description:
            silent.append(name)
        if name.startswith("__"):
            continue
        if isinstance(kind, GraphQLObjectType | GraphQLInterfaceType | GraphQLInputObjectType):
            for field_name, field in kind.fields.items():
                if not field.description:
                    silent.append(f"{name}.{field_name}")
                for argument_name, argument in getattr(field, "args", {}).items():
                    if not argument.description:
                        silent.append(f"{name}.{field_name}({argument_name})")
    assert silent == []
