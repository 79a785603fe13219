"""The AMI link stays honest where panoramisk alone would not: each test stages a fault of its."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import pytest

from domain.telephony.errors import SwitchUnavailable
from tests.workers.gateway.asterisk.fake_ami import Answer, FakeAmi
from workers.gateway.asterisk.session import AmiRefused, AmiSession, Headers
from workers.gateway.asterisk.settings import AsteriskSettings

ORIGINATE = {"Action": "Originate", "Channel": "PJSIP/1@carrier", "Async": "true"}


async def nothing() -> None:
    return None


@asynccontextmanager
async def linked(
    settings: AsteriskSettings,
    *,
    on_event: Callable[[Headers], None] = lambda event: None,
    on_up: Callable[[], Awaitable[None]] = nothing,
) -> AsyncIterator[AmiSession]:
    session = AmiSession(settings, on_event=on_event, on_up=on_up, on_down=lambda: None)
    await session.start()
    yield session
    await session.stop()


async def eventually(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not condition():  # noqa: ASYNC110  # a test looks on from outside
            await asyncio.sleep(0.01)


async def test_an_originate_without_a_reply_is_never_sent_again(
    ami: FakeAmi, settings: AsteriskSettings
) -> None:
    ami.answer = lambda action: None if action["Action"] == "Originate" else ""
    async with linked(settings) as session:
        pending = asyncio.create_task(session.request(ORIGINATE, timeout_s=5))
        await eventually(lambda: len(ami.sent("Originate")) == 1)

        ami.drop()
        with pytest.raises(SwitchUnavailable):
            await pending
        await eventually(lambda: ami.logins == 2 and session.up)
        await asyncio.sleep(0.1)

        assert len(ami.sent("Originate")) == 1


async def test_an_action_while_the_link_is_down_is_refused_and_not_kept(
    ami: FakeAmi, settings: AsteriskSettings
) -> None:
    async with linked(settings) as session:
        ami.drop()
        await eventually(lambda: not session.up)
        with pytest.raises(SwitchUnavailable):
            await session.request(ORIGINATE)
        await eventually(lambda: session.up)

        assert ami.sent("Originate") == []


@pytest.mark.parametrize(
    "text", ["Added interface to queue", "DTMF successfully queued", "Channels will follow"]
)
async def test_a_replys_text_never_makes_it_a_list(
    ami: FakeAmi, settings: AsteriskSettings, text: str
) -> None:
    async with linked(settings) as session:
        ami.answer = lambda action: f"Response: Success\r\nActionID: @ID\r\nMessage: {text}\r\n\r\n"

        reply = await session.request({"Action": "PlayDTMF", "Digit": "1"})

        assert reply.headers["Message"] == text
        assert session.up


async def test_a_list_is_returned_whole(ami: FakeAmi, settings: AsteriskSettings) -> None:
    def answer(action: Headers) -> str:
        if action["Action"] != "Status":
            return ""
        item = "Event: StatusComplete{}\r\nActionID: @ID\r\nN: {}\r\n{}\r\n"
        return (
            "Response: Success\r\nActionID: @ID\r\nEventList: start\r\n\r\n"
            # an item whose name ends like that of the last message
            + item.format("", 1, "")
            + item.format("", 2, "")
            + item.format("", 0, "EventList: Complete\r\n")
        )

    ami.answer = answer
    async with linked(settings) as session:
        reply = await session.request({"Action": "Status"})

    assert [item["N"] for item in reply.items] == ["1", "2"]


async def test_a_refusal_carries_asterisks_words(ami: FakeAmi, settings: AsteriskSettings) -> None:
    async with linked(settings) as session:
        ami.answer = lambda action: "Response: Error\r\nActionID: @ID\r\nMessage: No such\r\n\r\n"

        with pytest.raises(AmiRefused, match="No such"):
            await session.request({"Action": "Redirect"})


async def test_a_failing_callback_loses_neither_the_link_nor_the_next_event(
    ami: FakeAmi, settings: AsteriskSettings
) -> None:
    heard: list[str] = []

    def hear(event: Headers) -> None:
        if event["Event"] == "Bad":
            raise RuntimeError("a bug of ours")
        heard.append(event["Event"])

    async with linked(settings, on_event=hear) as session:
        ami.say(b"Event: Bad\r\n\r\nEvent: Good\r\n\r\n")
        await eventually(lambda: "Good" in heard)

        assert session.up
        assert ami.logins == 1


@pytest.mark.parametrize("value", ["a\r\nAction: Originate", "a\nb", "a\rb", "a\x00b", "\x7f"])
async def test_a_value_that_would_break_its_line_is_refused_and_not_shown(
    ami: FakeAmi, settings: AsteriskSettings, value: str
) -> None:
    async with linked(settings) as session:
        before = len(ami.actions)
        with pytest.raises(ValueError, match="CallerID") as refused:
            await session.request({"Action": "Originate", "CallerID": value})
        with pytest.raises(ValueError, match="Variable"):
            await session.request({"Action": "Originate", "Variable": ["fine", value]})

        assert value not in str(refused.value)
        assert [a for a in ami.actions[before:] if a["Action"] != "Ping"] == []


async def test_a_line_that_asterisk_would_cut_in_two_is_refused(
    ami: FakeAmi, settings: AsteriskSettings
) -> None:
    async with linked(settings) as session:
        with pytest.raises(ValueError, match="too long"):
            await session.request({"Action": "Originate", "CallerID": "x" * 10_000})
        with pytest.raises(ValueError, match="too long"):
            await session.request({"Action": "Originate", "CallerID": "é" * 500})

        assert ami.sent("Originate") == []


async def test_a_character_split_between_packets_stays_whole(
    ami: FakeAmi, settings: AsteriskSettings
) -> None:
    heard: list[Headers] = []
    async with linked(settings, on_event=heard.append):
        data = "Event: Name\r\nCallerIDName: José 😀\r\n\r\n".encode()
        for n in range(len(data)):
            ami.say(data[n : n + 1])
            await asyncio.sleep(0)
            await asyncio.sleep(0.001)
        await eventually(lambda: any(event["Event"] == "Name" for event in heard))

    assert heard[-1]["CallerIDName"] == "José 😀"


async def test_a_request_without_an_answer_ends_and_is_forgotten(
    ami: FakeAmi, settings: AsteriskSettings
) -> None:
    async with linked(settings) as session:
        ami.answer = lambda action: None if action["Action"] == "Status" else ""
        for _ in range(3):
            with pytest.raises(SwitchUnavailable):
                await session.request({"Action": "Status"}, timeout_s=0.02)

        protocol = session._protocol
        assert protocol is not None
        assert not [a for a in protocol.responses.values() if a["Action"] == "Status"]


async def test_a_peer_that_answers_no_ping_is_left_and_linked_anew(
    ami: FakeAmi, settings: AsteriskSettings
) -> None:
    impatient = replace(settings, request_timeout_s=0.3, ping_s=0.2)
    async with linked(impatient) as session:
        ami.answer = lambda action: None if action["Action"] == "Ping" else ""
        await eventually(lambda: ami.logins == 2)
        ami.answer = lambda action: ""

        await eventually(lambda: session.up)


async def test_what_goes_over_the_wire_is_not_logged(
    ami: FakeAmi, settings: AsteriskSettings, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level("DEBUG"):
        async with linked(settings) as session:
            await session.request({"Action": "Originate", "CallerID": "<+12025550100>"})
            ami.say({"Event": "Newchannel", "CallerIDNum": "+12025550199"})
            await asyncio.sleep(0.05)

    assert "+120255501" not in caplog.text
    assert "s3cret" not in caplog.text


async def test_a_stopped_session_stays_stopped(ami: FakeAmi, settings: AsteriskSettings) -> None:
    session = AmiSession(settings, on_event=lambda event: None, on_up=nothing, on_down=lambda: None)
    await session.start()
    ami.drop()
    await session.stop()
    await asyncio.sleep(0.2)

    assert ami.logins == 1
    assert not session.up


async def test_nobody_is_let_in_before_the_state_was_read(
    ami: FakeAmi, settings: AsteriskSettings
) -> None:
    gate = asyncio.Event()

    async def read() -> None:
        await gate.wait()

    session = AmiSession(settings, on_event=lambda event: None, on_up=read, on_down=lambda: None)
    starting = asyncio.create_task(session.start())
    await eventually(lambda: ami.logins == 1)
    await asyncio.sleep(0.05)
    assert not session.up

    gate.set()
    await starting
    assert session.up
    await session.stop()


async def test_a_failure_while_the_state_is_read_makes_a_new_link(
    ami: FakeAmi, settings: AsteriskSettings
) -> None:
    tries: list[int] = []

    async def fail_once() -> None:
        tries.append(1)
        if len(tries) == 1:
            raise KeyError("a bug of ours")

    async with linked(settings, on_up=fail_once) as session:
        assert session.up
        assert len(tries) == 2


async def test_a_login_that_is_refused_says_what_to_look_at(
    ami: FakeAmi, settings: AsteriskSettings
) -> None:
    ami.answer = lambda action: (
        "Response: Error\r\nActionID: @ID\r\nMessage: Authentication\r\n\r\n"
    )
    session = AmiSession(settings, on_event=lambda event: None, on_up=nothing, on_down=lambda: None)

    with pytest.raises(SwitchUnavailable, match=r"manager\.conf") as refused:
        await session.start(timeout_s=2.0)

    assert "s3cret" not in str(refused.value) + repr(settings)


def on_boot_nothing(action: Headers) -> str:
    """A user without `system` in `read` logs in and is not told that the PBX has booted."""
    return "Response: Success\r\nActionID: @ID\r\nMessage: Authentication accepted\r\n\r\n"


@pytest.mark.parametrize(
    ("answer", "remedy"),
    [
        (lambda action: None, "port of AMI"),
        (on_boot_nothing, "`system`"),
        (
            lambda action: "Response: Error\r\nActionID: @ID\r\nMessage: Not you\r\n\r\n",
            r"refused the login \(\"Not you\"\).*secret",
        ),
    ],
    ids=["no AMI", "not told of the boot", "refused"],
)
async def test_how_far_a_login_came_is_said_with_the_remedy(
    ami: FakeAmi, settings: AsteriskSettings, answer: Answer, remedy: str
) -> None:
    ami.answer = answer
    session = AmiSession(settings, on_event=lambda event: None, on_up=nothing, on_down=lambda: None)

    with pytest.raises(SwitchUnavailable, match=remedy):
        await session.start(timeout_s=1.0)


@pytest.mark.parametrize(
    ("changes", "remedy"),
    [({"port": 1}, "nothing listens there.*enabled"), ({"host": "no.invalid"}, "not known")],
    ids=["closed", "unknown"],
)
async def test_a_place_without_an_asterisk_is_said_with_the_remedy(
    settings: AsteriskSettings, changes: dict[str, Any], remedy: str
) -> None:
    elsewhere = replace(settings, **changes)
    session = AmiSession(
        elsewhere, on_event=lambda event: None, on_up=nothing, on_down=lambda: None
    )

    with pytest.raises(SwitchUnavailable, match=remedy):
        await session.start(timeout_s=2.0)


async def test_the_log_says_once_why_the_link_is_down_and_again_when_it_is_for_another_reason(
    ami: FakeAmi, settings: AsteriskSettings, caplog: pytest.LogCaptureFixture
) -> None:
    refusal = "Response: Error\r\nActionID: @ID\r\nMessage: Not you\r\n\r\n"
    async with linked(settings) as session:
        ami.answer = lambda action: refusal if action["Action"] == "Login" else ""
        ami.drop()
        await eventually(lambda: len(ami.sent("Login")) >= 5)
        ami.answer = lambda action: ""
        await eventually(lambda: session.up)

    told = [record.getMessage() for record in caplog.records if "is down" in record.message]
    assert ["Not you" in text for text in told] == [False, True]


async def test_a_start_that_is_given_up_leaves_no_link(
    ami: FakeAmi, settings: AsteriskSettings
) -> None:
    ami.answer = on_boot_nothing
    session = AmiSession(settings, on_event=lambda event: None, on_up=nothing, on_down=lambda: None)
    starting = asyncio.create_task(session.start())
    await eventually(lambda: bool(ami.sent("Login")))

    starting.cancel()
    await asyncio.gather(starting, return_exceptions=True)

    assert not [task for task in asyncio.all_tasks() if task.get_name() == "ami-link"]
