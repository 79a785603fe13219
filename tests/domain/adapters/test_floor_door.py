"""Commands to a floor and back over a real Valkey, with a small floor at the other end."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from uuid import UUID, uuid4

import msgspec
import pytest
from redis.asyncio import Redis

from domain.adapters.floor_door import RedisFloorDoor
from domain.agents.commands import AgentGoAvailable, AgentTakeBreak
from domain.core.errors import DomainError, FieldProblem, InvalidInput, NotFound, Unavailable
from domain.core.floor_wire import (
    Asked,
    answer,
    asked_of,
    decode_answer,
    error_classes,
    error_of,
    refusal,
)
from domain.core.floors import FloorUnavailable

ACCOUNT = uuid4()
INBOX = f"floor:{ACCOUNT}:0"


class WindowClosed(DomainError):
    code = "TEST_WINDOW_CLOSED"

    def __init__(self, opens_at: datetime, queue: UUID) -> None:
        super().__init__("Closed.")
        self.opens_at = opens_at
        self.queue = queue


@pytest.fixture
async def door(redis: Redis) -> AsyncIterator[RedisFloorDoor]:
    async with RedisFloorDoor(redis) as door:
        yield door


@asynccontextmanager
async def floor(redis: Redis, reply: Callable[[Asked], bytes]) -> AsyncIterator[None]:
    """A floor that answers each command."""

    async def run() -> None:
        at: bytes | str = "0"
        while True:
            for _, entries in await redis.xread({INBOX: at}, block=100):
                for entry, fields in entries:
                    at = entry
                    assert fields[b"k"] == b"command"
                    asked = asked_of(fields)
                    if asked.reply_to is not None:
                        await redis.publish(asked.reply_to, reply(asked))

    task = asyncio.create_task(run())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def test_a_floor_answers_the_one_who_asked(redis: Redis, door: RedisFloorDoor) -> None:
    def reply(asked: Asked) -> bytes:
        command = msgspec.json.decode(asked.command, type=AgentGoAvailable)
        return answer(asked.request_id, {"agent": str(command.agent)})

    agents = [uuid4() for _ in range(20)]
    async with floor(redis, reply):
        answers = await asyncio.gather(
            *(door.ask(ACCOUNT, AgentGoAvailable(agent=agent)) for agent in agents)
        )
    assert answers == [{"agent": str(agent)} for agent in agents]


async def test_a_refusal_is_raised_as_the_class_it_was(redis: Redis, door: RedisFloorDoor) -> None:
    opens, queue = datetime(2026, 3, 3, 9, tzinfo=UTC), uuid4()

    async with floor(redis, lambda a: refusal(a.request_id, WindowClosed(opens, queue))):
        with pytest.raises(WindowClosed, match="Closed") as raised:
            await door.ask(ACCOUNT, AgentTakeBreak(agent=uuid4()))

    assert (raised.value.opens_at, raised.value.queue) == (opens, queue)
    assert raised.value.message == "Closed."


async def test_without_a_floor_the_one_who_asks_is_told_in_time(door: RedisFloorDoor) -> None:
    with pytest.raises(FloorUnavailable, match=r"within 0\.05 s"):
        await door.ask(ACCOUNT, AgentGoAvailable(agent=uuid4()), timeout_s=0.05)
    assert door._waiting == {}


async def test_a_late_answer_and_a_broken_one_harm_nobody(
    redis: Redis, door: RedisFloorDoor
) -> None:
    with pytest.raises(FloorUnavailable):
        await door.ask(ACCOUNT, AgentGoAvailable(agent=uuid4()), timeout_s=0.05)
    await redis.publish(door._channel, b"\xff not JSON")
    await redis.publish(door._channel, b"{}")
    await redis.publish(door._channel, answer("nobody", {}))
    async with floor(redis, lambda a: answer(a.request_id, {"ok": True})):
        assert await door.ask(ACCOUNT, AgentGoAvailable(agent=uuid4())) == {"ok": True}


async def test_a_told_command_names_nobody_to_answer(redis: Redis, door: RedisFloorDoor) -> None:
    command = AgentGoAvailable(agent=uuid4())
    await door.tell(ACCOUNT, command)
    ((_, fields),) = await redis.xrange(INBOX)
    asked = asked_of(fields)
    assert msgspec.json.decode(asked.command, type=AgentGoAvailable) == command
    assert (asked.reply_to, asked.deadline) == (None, None)


async def test_a_question_says_until_when_it_is_asked(redis: Redis, door: RedisFloorDoor) -> None:
    before = time.time()
    with pytest.raises(FloorUnavailable):
        await door.ask(ACCOUNT, AgentGoAvailable(agent=uuid4()), timeout_s=1.0)
    ((_, fields),) = await redis.xrange(INBOX)
    deadline = asked_of(fields).deadline
    assert deadline is not None
    assert before < deadline < time.time() + 1.0


async def test_redis_away_is_a_floor_that_does_not_answer() -> None:
    async with RedisFloorDoor(Redis.from_url("redis://127.0.0.1:1")) as door:
        with pytest.raises(FloorUnavailable):
            await door.ask(ACCOUNT, AgentGoAvailable(agent=uuid4()), timeout_s=0.3)
        await door.tell(ACCOUNT, AgentGoAvailable(agent=uuid4()))


@pytest.mark.parametrize(
    "error",
    [
        NotFound("campaign", uuid4()),
        InvalidInput(FieldProblem("a.b", "is wrong"), FieldProblem("c", "too")),
        FloorUnavailable(2.5),
    ],
)
def test_errors_travel_whole(error: DomainError | Unavailable) -> None:
    rebuilt = error_of(decode_answer(refusal("7", error)))
    assert type(rebuilt) is type(error)
    assert str(rebuilt) == str(error)
    assert {**vars(error), "message": str(error)} == vars(rebuilt)


def test_an_unknown_code_is_still_a_refusal_with_that_code() -> None:
    rebuilt = error_of(decode_answer(b'{"id":"1","code":"NEW","message":"No.","data":{"x":1}}'))
    assert isinstance(rebuilt, DomainError)
    assert (rebuilt.code, rebuilt.message) == ("NEW", "No.")


def test_no_two_errors_share_a_code() -> None:
    found: dict[str, type] = {}
    todo: list[type] = [*DomainError.__subclasses__(), *Unavailable.__subclasses__()]
    while todo:
        kind = todo.pop()
        todo += kind.__subclasses__()
        if "code" in vars(kind):
            assert found.setdefault(vars(kind)["code"], kind) is kind
    assert found.items() <= error_classes().items()
