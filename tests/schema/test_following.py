"""Work in the background, followed until it is over, on a bus in memory."""

from contextlib import aclosing

import msgspec

from domain.core.bus import Notice
from schema.following import follow
from tests.fakes import RecordingBus

TOPIC = "work:1"


class Progressed(msgspec.Struct, frozen=True):
    done: int


class Work:
    """What is read; who asks makes it go on."""

    def __init__(self, bus: RecordingBus, done: int) -> None:
        self.bus = bus
        self.done = done
        self.reads = 0

    async def read(self) -> Progressed:
        self.reads += 1
        return Progressed(self.done)

    async def say(self, done: int) -> None:
        self.done = done
        await self.bus.publish([Notice(TOPIC, msgspec.json.encode(Progressed(done)))])

    async def read_as_more_is_said(self) -> Progressed:
        said = await self.read()
        await self.say(100)
        return said


def is_over(said: Progressed) -> bool:
    return said.done == 100


async def test_messages_are_told_as_they_come_and_read_no_more_than_once() -> None:
    bus = RecordingBus()
    work = Work(bus, 0)
    told = []

    async for said in follow(bus, TOPIC, read=work.read, is_over=is_over, heard=Progressed):
        told.append(said.done)
        await work.say(said.done + 50)

    assert (told, work.reads, bus.listeners) == ([0, 50, 100], 1, 0)


async def test_what_is_over_already_is_told_once() -> None:
    bus = RecordingBus()
    work = Work(bus, 100)

    told = [said async for said in follow(bus, TOPIC, read=work.read, is_over=is_over)]

    assert (told, bus.listeners) == ([Progressed(100)], 0)


async def test_what_is_said_while_it_is_first_read_is_not_lost() -> None:
    bus = RecordingBus()
    work = Work(bus, 0)

    following = follow(
        bus, TOPIC, read=work.read_as_more_is_said, is_over=is_over, heard=Progressed
    )

    assert [said.done async for said in following] == [0, 100]


async def test_a_message_that_holds_nothing_lets_it_be_read() -> None:
    bus = RecordingBus()
    work = Work(bus, 0)
    told = []

    async for said in follow(bus, TOPIC, read=work.read, is_over=is_over):
        told.append(said.done)
        await work.say(said.done + 50)

    assert (told, work.reads) == ([0, 50, 100], 3)


async def test_after_a_bus_that_was_away_it_is_read_again() -> None:
    bus = RecordingBus()
    work = Work(bus, 0)
    following = follow(bus, TOPIC, read=work.read, is_over=is_over, heard=Progressed)

    async with aclosing(following) as news:
        await anext(news)
        work.done = 30
        bus.resync(TOPIC)

        assert await anext(news) == Progressed(30)
    assert bus.listeners == 0
