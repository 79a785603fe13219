"""The bus against a real Valkey, which is restarted, emptied and flooded."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from redis.asyncio import Redis

from domain.adapters import redis_bus
from domain.adapters.redis_bus import RedisBus
from domain.core.bus import BusUnavailable, Delivery, Listener, Notice, Signal
from workers.launch.valkey import EmbeddedValkey


@pytest.fixture
async def bus(redis: Redis) -> AsyncIterator[RedisBus]:
    async with RedisBus(redis) as bus:
        yield bus


@pytest.fixture
def server(tmp_path: Path) -> Iterator[EmbeddedValkey]:
    """A Valkey of this test alone, to be stopped and started."""
    server = EmbeddedValkey(tmp_path)
    server.start()
    yield server
    server.stop()


@pytest.fixture
async def fragile_bus(server: EmbeddedValkey) -> AsyncIterator[RedisBus]:
    redis = Redis.from_url(server.url)
    async with RedisBus(redis) as bus:
        yield bus
    await redis.aclose()


async def heard(listener: Listener, count: int) -> list[Delivery]:
    found: list[Delivery] = []
    async with asyncio.timeout(10):
        async for delivery in listener:
            found.append(delivery)
            if len(found) == count:
                break
    return found


def payloads(deliveries: list[Delivery]) -> list[bytes]:
    return [delivery.payload for delivery in deliveries]


async def test_a_listener_hears_its_topics_in_order_and_no_other(bus: RedisBus) -> None:
    async with bus.listen("a", "b") as listener:
        await bus.publish(
            [Notice("a", b"1"), Notice("c", b"x"), Notice("b", b"2"), Notice("a", b"\xff\n3")]
        )
        found = await heard(listener, 3)

    assert [(d.signal, d.topic, d.payload, d.cursor) for d in found] == [
        (Signal.MESSAGE, "a", b"1", None),
        (Signal.MESSAGE, "b", b"2", None),
        (Signal.MESSAGE, "a", b"\xff\n3", None),
    ]


async def test_many_first_listeners_at_once_all_hear(bus: RedisBus) -> None:
    ready = asyncio.Semaphore(0)

    async def listen() -> list[Delivery]:
        async with bus.listen("busy") as listener:
            ready.release()
            return await heard(listener, 1)

    tasks = [asyncio.create_task(listen()) for _ in range(50)]
    for _ in tasks:
        await ready.acquire()
    await bus.publish([Notice("busy", b"now")])

    assert [payloads(await task) for task in tasks] == [[b"now"]] * 50


async def test_one_who_leaves_does_not_silence_the_others(bus: RedisBus) -> None:
    async with bus.listen("t") as first:
        async with bus.listen("t"):
            pass
        await bus.publish([Notice("t", b"still here")])
        assert payloads(await heard(first, 1)) == [b"still here"]


async def test_a_topic_can_be_left_and_heard_again(bus: RedisBus) -> None:
    for round_ in range(20):
        async with bus.listen("t") as listener:
            await bus.publish([Notice("t", b"%d" % round_)])
            assert payloads(await heard(listener, 1)) == [b"%d" % round_]


async def test_a_slow_reader_gets_the_newest_of_each_entity(bus: RedisBus) -> None:
    async with bus.listen("rows", "end") as listener, bus.listen("end") as end:
        await bus.publish(
            [Notice("rows", b'{"key":"%d","n":%d}' % (n % 3, n)) for n in range(1_000)]
        )
        await bus.publish([Notice("end", b"{}")])
        await heard(end, 1)
        found = payloads(await heard(listener, 4))
        while b"{}" not in found:
            found += payloads(await heard(listener, 1))

    assert len(found) <= 65
    assert {b'{"key":"0","n":999}', b'{"key":"1","n":997}', b'{"key":"2","n":998}'} <= set(found)


async def test_a_reader_that_cannot_follow_is_told_to_read_again(bus: RedisBus) -> None:
    async with bus.listen("log") as listener, bus.listen("end") as end:
        await bus.publish([Notice("log", b"[%d]" % n) for n in range(65)])
        await bus.publish([Notice("log", b"[65]"), Notice("end", b"")])
        await heard(end, 1)
        found = await heard(listener, 2)

    assert [(d.signal, d.payload) for d in found] == [
        (Signal.RESYNC, b""),
        (Signal.MESSAGE, b"[65]"),
    ]


@pytest.mark.feature("API-02")
async def test_a_kept_topic_goes_on_after_the_cursor(bus: RedisBus) -> None:
    await bus.publish([Notice("pops", b"%d" % n, kept=True) for n in range(5)])
    async with bus.resume("pops", after=None) as listener:
        await bus.publish([Notice("pops", b"5", kept=True)])
        (newest,) = await heard(listener, 1)
    assert newest.payload == b"5"
    assert newest.cursor == await bus.cursor("pops")
    assert newest.cursor is not None

    generation = newest.cursor.partition(":")[0]
    async with bus.resume("pops", after=f"{generation}:2") as listener:
        await bus.publish([Notice("pops", b"6", kept=True)])
        found = await heard(listener, 5)
    assert payloads(found) == [b"2", b"3", b"4", b"5", b"6"]


async def test_a_cursor_of_an_empty_topic_misses_nothing(bus: RedisBus) -> None:
    cursor = await bus.cursor("quiet")
    await bus.publish([Notice("quiet", b"first", kept=True)])
    async with bus.resume("quiet", after=cursor) as listener:
        assert payloads(await heard(listener, 1)) == [b"first"]


@pytest.mark.parametrize("cursor", ["", "nonsense", "a:b", "a:1", ":", "x:-1", "é:٣"])
async def test_a_cursor_that_is_none_is_a_gap(bus: RedisBus, cursor: str) -> None:
    await bus.publish([Notice("pops", b"old", kept=True)])
    async with bus.resume("pops", after=cursor) as listener:
        await bus.publish([Notice("pops", b"new", kept=True)])
        found = await heard(listener, 2)
    assert [(d.signal, d.payload) for d in found] == [
        (Signal.GAP, b""),
        (Signal.MESSAGE, b"new"),
    ]


async def test_the_newest_of_a_kept_topic_are_read_without_following_it(bus: RedisBus) -> None:
    await bus.publish([Notice("pops", b"%d" % n, kept=True) for n in range(5)])

    assert await bus.newest("pops", 2) == [b"4", b"3"]
    assert await bus.newest("quiet", 2) == []


async def test_a_cursor_older_than_what_is_kept_is_a_gap(bus: RedisBus) -> None:
    await bus.publish([Notice("pops", b"", kept=True)])
    cursor = await bus.cursor("pops")
    for _ in range(12):
        await bus.publish([Notice("pops", b"", kept=True)] * 100)
    async with bus.resume("pops", after=cursor) as listener:
        (gap,) = await heard(listener, 1)
    assert (gap.signal, gap.cursor) == (Signal.GAP, await bus.cursor("pops"))


async def test_an_emptied_redis_makes_every_cursor_old(bus: RedisBus, redis: Redis) -> None:
    await bus.publish([Notice("pops", b"%d" % n, kept=True) for n in range(3)])
    cursor = await bus.cursor("pops")
    await redis.flushdb()
    await bus.publish([Notice("pops", b"%d" % n, kept=True) for n in range(5)])
    async with bus.resume("pops", after=cursor) as listener:
        (gap,) = await heard(listener, 1)
    assert gap.signal is Signal.GAP


async def test_a_slow_reader_of_a_kept_topic_misses_nothing(bus: RedisBus) -> None:
    async with bus.resume("pops", after=None) as listener:
        for start in range(0, 500, 50):
            await bus.publish(
                [Notice("pops", b"%d" % n, kept=True) for n in range(start, start + 50)]
            )
        found = await heard(listener, 500)
    assert payloads(found) == [b"%d" % n for n in range(500)]


async def test_a_restart_is_told_and_survived(
    server: EmbeddedValkey, fragile_bus: RedisBus
) -> None:
    async with fragile_bus.listen("t") as listener, fragile_bus.resume("k", after=None) as kept:
        await fragile_bus.publish([Notice("t", b"before"), Notice("k", b"kept", kept=True)])
        assert payloads(await heard(listener, 1)) == [b"before"]
        assert payloads(await heard(kept, 1)) == [b"kept"]

        await asyncio.to_thread(server.stop)
        with pytest.raises(BusUnavailable):
            await fragile_bus.publish([Notice("t", b"lost")])
        await asyncio.to_thread(server.start)

        assert (await heard(listener, 1))[0].signal is Signal.RESYNC
        # This Valkey keeps nothing on disk, so what was kept is gone as well.
        assert (await heard(kept, 1))[0].signal is Signal.GAP
        await fragile_bus.publish([Notice("t", b"after"), Notice("k", b"again", kept=True)])
        assert payloads(await heard(listener, 1)) == [b"after"]
        assert payloads(await heard(kept, 1)) == [b"again"]


async def test_a_cut_line_loses_no_kept_message(
    server: EmbeddedValkey, fragile_bus: RedisBus
) -> None:
    async with Redis.from_url(server.url) as other, fragile_bus.resume("k", after=None) as kept:
        await fragile_bus.publish([Notice("k", b"1", kept=True)])
        await other.client_kill_filter(_type="pubsub")
        await fragile_bus.publish([Notice("k", b"2", kept=True), Notice("k", b"3", kept=True)])
        assert payloads(await heard(kept, 3)) == [b"1", b"2", b"3"]


async def test_one_who_listens_while_redis_is_away_is_refused(
    server: EmbeddedValkey, fragile_bus: RedisBus
) -> None:
    await asyncio.to_thread(server.stop)
    with pytest.raises(BusUnavailable):
        async with fragile_bus.listen("t"):
            pass
    await asyncio.to_thread(server.start)
    async with fragile_bus.listen("t") as listener:
        await fragile_bus.publish([Notice("t", b"hello")])
        assert Delivery(Signal.MESSAGE, "t", b"hello") in await heard(listener, 1)


async def test_figures_are_remembered_for_a_while(bus: RedisBus, redis: Redis) -> None:
    await bus.remember("board", b"{}", seconds=5)
    assert await bus.recall("board") == b"{}"
    assert 0 < await redis.pttl("bus:board:board") <= 5_000
    assert await bus.recall("another") is None


async def test_a_forgotten_script_is_sent_again(bus: RedisBus, redis: Redis) -> None:
    await redis.script_flush()
    await bus.publish([Notice("pops", b"1", kept=True)])
    await redis.script_flush()
    assert (await bus.cursor("pops")).endswith(":1")


async def test_nothing_to_publish_asks_nothing_of_redis(
    server: EmbeddedValkey, fragile_bus: RedisBus
) -> None:
    server.stop()
    await fragile_bus.publish([])


async def test_a_topic_keeps_no_more_than_its_cap(bus: RedisBus, redis: Redis) -> None:
    for _ in range(15):
        await bus.publish([Notice("pops", b"x", kept=True)] * 100)
    assert await redis.xlen("bus:kept:pops") < redis_bus.KEPT_MESSAGES + 200
