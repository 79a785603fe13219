"""The fast executor answers exactly what the stock one does: data, order, nulls, errors, rights."""

import asyncio
import re
import uuid
from collections.abc import AsyncGenerator
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

import orjson
import pytest
import strawberry
from graphql import (
    ExecutionResult,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLOutputType,
    get_named_type,
    is_leaf_type,
)
from strawberry.extensions import FieldExtension
from strawberry.permission import BasePermission
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext as StockExecutor

from api.answers import written
from domain.access.models import Account, ApiKey, User
from domain.access.permissions import PERMISSIONS_OF_ROLE, Role
from domain.access.principal import Principal, PrincipalKind
from domain.agents.models import Agent, Team
from schema.context import Context
from schema.engine import Engine, Request
from schema.executor import FastExecutor
from schema.guards import public
from schema.related import related
from schema.root import build_schema
from tests.fakes import FakePorts


def same(fast: ExecutionResult, stock: ExecutionResult) -> bytes:
    """What both wrote, byte by byte but for the references of hidden errors."""
    texts = [
        re.sub(rb'(reference"?:? ?"?)[0-9a-f]{8}', rb"\1-", written(result))
        for result in (fast, stock)
    ]
    assert texts[0] == texts[1]
    return texts[0]


class Colour(StrEnum):
    RED = "red"
    BLUE = "blue"


class Other(StrEnum):
    RED = "red"


strawberry.enum(Colour)


class Never(BasePermission):
    message = "never"

    def has_permission(self, source: Any, info: Any, **given: Any) -> bool:
        return False


class Loud(FieldExtension):
    def resolve(self, next_: Any, source: Any, info: Any, **given: Any) -> Any:
        return f"{next_(source, info, **given)}!"


@strawberry.interface
class Named:
    name: str


@strawberry.type
class Cat(Named):
    lives: int


@strawberry.type
class Dog(Named):
    loud: bool


async def later(value: Any) -> Any:
    await asyncio.sleep(0)
    return value


@strawberry.type
class Thing:
    text: str = "plain"
    maybe: str | None = None
    number: int = 7
    fraction: float = 0.5
    truth: bool = True
    id: strawberry.ID = strawberry.ID("x")
    key: uuid.UUID = uuid.UUID(int=7)
    at: datetime = datetime(2026, 3, 2, 10, tzinfo=UTC)
    colour: Colour = Colour.RED
    colours: list[Colour] = strawberry.field(default_factory=lambda: [Colour.BLUE])
    secret: str | None = strawberry.field(default="told", permission_classes=[Never])
    strict_secret: str = strawberry.field(default="told", permission_classes=[Never])
    shout: str = strawberry.field(default="hey", extensions=[Loud()])
    old: str = strawberry.field(default="old", name="renamed", deprecation_reason="x")
    inner: "Thing | None" = None

    @strawberry.field
    def computed(self, times: int = 2) -> str:
        return self.text * times

    @strawberry.field
    async def awaited(self) -> str:
        return await later(self.text)  # type: ignore[no-any-return]  # it is the text

    @strawberry.field
    def pets(self) -> list[Cat | Dog]:
        return [Cat(name="Tom", lives=9), Dog(name="Rex", loud=True)]


ODD: list[dict[str, Any]] = [
    {"text": None},
    {"text": 7},
    {"text": Colour.RED},
    {"text": ["no"]},
    {"text": ValueError("as a value")},
    {"maybe": 7.5},
    {"maybe": True},
    {"number": 7.0},
    {"number": 7.5},
    {"number": 2**31},
    {"number": "7"},
    {"number": True},
    {"fraction": 1},
    {"fraction": float("nan")},
    {"fraction": "0.5"},
    {"truth": 1},
    {"truth": "true"},
    {"id": 7},
    {"id": 7.5},
    {"key": "not a uuid"},
    {"key": None},
    {"at": datetime(2026, 3, 2, 10)},  # noqa: DTZ001  # without an offset, on purpose
    {"at": "2026"},
    {"colour": "red"},
    {"colour": "RED"},
    {"colour": Other.RED},
    {"colour": None},
    {"inner": Thing(text=None)},  # type: ignore[arg-type]  # on purpose
]


OWNERS = {number: f"owner {number}" for number in range(3)}
asked_for: list[list[int]] = []


async def owners_by_number(numbers: list[int]) -> list[str | None]:
    """Fails for 13, finds nothing for 7."""
    asked_for.append(numbers)
    if 13 in numbers:
        raise ValueError("unlucky")
    return [OWNERS.get(number) for number in numbers]


@strawberry.type
class Owner:
    name: str
    number: strawberry.Private[int] = 0
    boss: "Owner | None" = related(
        owners_by_number, by="number", of=lambda name: Owner(name=f"boss {name}"), text="x"
    )

    @strawberry.field
    def loud(self) -> str:
        return self.name.upper()

    @classmethod
    def of(cls, name: str) -> "Owner":
        return cls(name=name, number=int(name[-1]))


@strawberry.type
class Pet:
    owner_number: strawberry.Private[int | None]
    name: str = "Tom"
    owner: Owner | None = related(owners_by_number, by="owner_number", of=Owner.of, text="x")
    keeper: Owner = related(owners_by_number, by="owner_number", of=Owner.of, text="x")


@strawberry.type
class Queries:
    @strawberry.field(extensions=[public()])
    def owned(self, by: list[int | None]) -> list[Pet]:
        return [Pet(owner_number=number) for number in by]

    @strawberry.field(extensions=[public()])
    def thing(self, odd: int = -1) -> Thing | None:
        return Thing(**(ODD[odd] if odd >= 0 else {}))

    @strawberry.field(extensions=[public()])
    def things(self, odd: int = -1) -> list[Thing]:
        return [Thing(), Thing(**(ODD[odd] if odd >= 0 else {})), Thing(inner=Thing())]

    @strawberry.field(extensions=[public()])
    def holes(self) -> list[Thing | None]:
        return [Thing(), None, Thing(maybe="x")]

    @strawberry.field(extensions=[public()])
    def coming(self) -> list[Thing]:
        soon: Any = [later(Thing()), Thing(), later(Thing(maybe="y"))]
        return soon  # type: ignore[no-any-return]  # a list of what comes

    @strawberry.field(extensions=[public()])
    def awaited_attribute(self) -> Thing:
        coming: Any = later("came")
        return Thing(text=coming, maybe="now")

    @strawberry.field(extensions=[public()])
    def generated(self) -> list[Thing]:
        rows: Any = (Thing(number=number) for number in range(3))
        return rows  # type: ignore[no-any-return]  # a generator


LEAVES = "text maybe number fraction truth id key at colour colours renamed"
DOCUMENTS = [
    f"{{ thing {{ {LEAVES} }} }}",
    f"{{ things {{ {LEAVES} inner {{ {LEAVES} }} }} }}",
    "{ things { b: text a: text text __typename computed(times: 3) awaited number } }",
    "{ thing { number secret text } }",
    "{ thing { number strictSecret text } }",
    "{ things { number secret } }",
    "{ things { strictSecret } }",
    "{ thing { shout text } }",
    "{ things { shout } }",
    "{ thing { pets { ... on Named { name } __typename ... on Cat { lives } ...D } text } }"
    " fragment D on Dog { loud }",
    "{ holes { text maybe } }",
    "{ coming { text maybe } }",
    "{ awaitedAttribute { text maybe } }",
    "{ generated { number text } }",
    "query($y: Boolean!) { thing { text @skip(if: $y) number @include(if: $y) ...F } }"
    " fragment F on Thing { text colour ... { at } }",
    "{ thing { inner { text } maybe } other: thing { text } }",
]


@pytest.fixture(scope="module")
def engines() -> tuple[Engine, Engine]:
    schema = build_schema(queries=[Queries], mutations=[], subscriptions=[])
    return Engine(schema), Engine(schema, executor=StockExecutor)


def nobody(tmp_path: Path) -> Context:
    ports = FakePorts(tmp_path).ports
    throttle: Any = None
    return Context(None, ports, throttle)


async def both(
    engines: tuple[Engine, Engine], query: str, variables: dict[str, Any], context: Context
) -> bytes:
    request = Request(query, variables)
    results = []
    for engine in engines:
        context.forget_loaded()
        results.append(await engine.execute(request, context))
    return same(*results)


@pytest.mark.parametrize("query", DOCUMENTS)
async def test_an_operation_is_answered_the_same(
    engines: tuple[Engine, Engine], query: str, tmp_path: Path
) -> None:
    for yes in (True, False):
        assert b'"data"' in await both(engines, query, {"y": yes}, nobody(tmp_path))


LINKS = [
    "name owner { name } keeper { name }",
    "__typename k: keeper { __typename n: name boss { name } } owner { boss { boss { name } } }",
    "owner { loud name } name",
    "owner { name } ... on Pet { owner { boss { name } } }",
]


@pytest.mark.parametrize("fields", LINKS)
@pytest.mark.parametrize("by", [[], [1], [1, 2, 1, 0], [1, None], [7, 1], [13, 1]])
async def test_a_list_that_leads_to_other_rows_is_answered_the_same(
    engines: tuple[Engine, Engine], fields: str, by: list[int | None], tmp_path: Path
) -> None:
    query = f"query($by: [Int]!) {{ owned(by: $by) {{ {fields} }} }}"
    await both(engines, query, {"by": by}, nobody(tmp_path))


async def test_a_list_asks_for_each_related_row_once(tmp_path: Path) -> None:
    engine = Engine(build_schema(queries=[Queries], mutations=[], subscriptions=[]))
    asked_for.clear()
    query = "query($by: [Int]!) { owned(by: $by) { owner { name } keeper { name boss { name } } } }"
    answer = await engine.execute(Request(query, {"by": [2, 1, 2, 1]}), nobody(tmp_path))

    assert answer.data is not None
    assert [pet["keeper"]["boss"]["name"] for pet in answer.data["owned"]] == [
        "boss owner 2", "boss owner 1", "boss owner 2", "boss owner 1",
    ]  # fmt: skip
    assert asked_for == [[2, 1]]


@pytest.mark.parametrize("odd", range(len(ODD)))
async def test_a_value_that_does_not_fit_is_judged_the_same(
    engines: tuple[Engine, Engine], odd: int, tmp_path: Path
) -> None:
    for query in (
        f"query($n: Int!) {{ thing(odd: $n) {{ {LEAVES} inner {{ text }} }} }}",
        f"query($n: Int!) {{ things(odd: $n) {{ {LEAVES} }} }}",
        "query($n: Int!) { thing(odd: $n) { secret text computed } }",
    ):
        await both(engines, query, {"n": odd}, nobody(tmp_path))


async def test_a_long_subscription_remembers_nothing_of_its_events(tmp_path: Path) -> None:
    @strawberry.type
    class Subscriptions:
        @strawberry.subscription(extensions=[public()])
        async def things(self) -> AsyncGenerator[list[Thing], None]:
            for number in range(50):
                yield [Thing(number=number)]

    seen: list[FastExecutor] = []

    class Seen(FastExecutor):
        def build_per_event_executor(self, payload: Any) -> FastExecutor:
            seen.append(self)
            return super().build_per_event_executor(payload)

    schema = build_schema(queries=[Queries], mutations=[], subscriptions=[Subscriptions])
    engine = Engine(schema, executor=Seen)
    query = "subscription { things { number inner { text } pets { __typename } } }"
    events = await engine.subscribe(Request(query), nobody(tmp_path))
    assert not isinstance(events, ExecutionResult)
    numbers = [event.data["things"][0]["number"] async for event in events if event.data]

    assert numbers == list(range(50))
    assert {id(executor) for executor in seen} == {id(seen[0])}
    assert len(seen[0]._relevant_sub_fields) + len(seen[0]._plans) == 0


async def test_a_forbidden_field_is_never_told(
    engines: tuple[Engine, Engine], tmp_path: Path
) -> None:
    for query in ("{ things { secret } }", "{ thing { text secret number } }"):
        text = await both(engines, query, {}, nobody(tmp_path))
        assert b"told" not in text
        assert b"never" in text


def role_principal(account: Account, role: Role) -> Principal:
    return Principal(
        kind=PrincipalKind.USER,
        id=uuid.uuid4(),
        account_id=account.id,
        name=role,
        permissions=PERMISSIONS_OF_ROLE[role],
    )


@pytest.fixture
async def account(database: str) -> Account:
    """An account with a few of everything that lists show."""
    account = await Account.create(name="Acme", slug="acme")
    team = await Team.create(account=account, name="Blue")
    for number in range(3):
        await User.create(
            account=account,
            email=f"{number}@example.com",
            name=f"U{number}",
            role=Role.SUPERVISOR,
            password_hash="-",
        )
        await Agent.create(
            account=account,
            name=f"A{number}",
            code=str(100 + number),
            pin_hash="-",
            team=team if number else None,
            endpoint=f"sip{number}",
        )
        await ApiKey.create(
            account=account, name=f"K{number}", prefix="odk_", digest=f"{number}", scopes=["desk"]
        )
    return account


async def seeded_ids(account: Account) -> dict[str, str]:
    """Ids for the arguments of single things, by the name of the root field."""
    tables = {"agent": Agent, "user": User, "team": Team}
    return {
        name: str((await table.all().first().values("id"))["id"]) for name, table in tables.items()
    }


def selection(kind: GraphQLOutputType, levels: int) -> str:
    """Everything that can be asked of a type without arguments."""
    named = get_named_type(kind)
    if is_leaf_type(named) or levels <= 0:
        return ""
    parts = ["__typename"]
    if isinstance(named, GraphQLObjectType):
        for name, field in named.fields.items():
            if any(isinstance(argument.type, GraphQLNonNull) for argument in field.args.values()):
                continue
            inner = selection(field.type, levels - 1)
            if inner or is_leaf_type(get_named_type(field.type)):
                parts.append(f"{name}{inner}")
    return "{" + " ".join(parts) + "}"


def questions(engine: Engine, ids: dict[str, str]) -> list[str]:
    """One operation for every root query."""
    query_type = engine.schema._schema.query_type
    assert query_type is not None
    found = []
    for name, field in query_type.fields.items():
        given = []
        for argument_name, argument in field.args.items():
            if isinstance(argument.type, GraphQLNonNull) and argument.default_value is None:
                kind = get_named_type(argument.type).name
                value = ids.get(name, str(uuid.UUID(int=1))) if kind == "UUID" else "x"
                given.append(f"{argument_name}: {orjson.dumps(value).decode()}")
        arguments = f"({', '.join(given)})" if given else ""
        found.append(f"{{ {name}{arguments} {selection(field.type, 3)} }}")
    return found


@pytest.mark.parametrize("role", [None, *Role])
async def test_the_whole_schema_is_answered_the_same(
    account: Account, role: Role | None, tmp_path: Path
) -> None:
    schema = build_schema()
    engines = Engine(schema), Engine(schema, executor=StockExecutor)
    context = nobody(tmp_path)
    if role is not None:
        context = Context(role_principal(account, role), context.ports, context.throttle)
    texts = [
        await both(engines, question, {}, context)
        for question in questions(engines[0], await seeded_ids(account))
    ]
    assert any(b'"data":{' in text for text in texts) or role is None
    if role is Role.ADMIN:
        assert sum(text.count(b'"A1"') for text in texts) >= 1
    if role is None:
        assert not any(b"A1" in text for text in texts)
