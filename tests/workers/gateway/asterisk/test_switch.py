"""The whole adapter against captured streams and a PBX that misbehaves, without a PBX."""

import asyncio
from collections.abc import AsyncIterator, Callable
from uuid import UUID, uuid4

import pytest

from domain.adapters.system_clock import SystemClock
from domain.telephony.events import (
    EndCause,
    EndedBy,
    Event,
    Failure,
    LegAnalysed,
    LegArrived,
    LegEnded,
    LegFailed,
    LegRinging,
)
from domain.telephony.port import (
    Analysis,
    CallerId,
    File,
    HangUp,
    Hold,
    Join,
    PlaceLeg,
    Play,
    Role,
    SetRole,
    StartRecording,
    ToEndpoint,
    ToNumber,
)
from tests.workers.gateway.asterisk.fake_ami import FakeAmi, Headers, captured
from workers.gateway.asterisk import exchange
from workers.gateway.asterisk.settings import AsteriskSettings
from workers.gateway.asterisk.switch import AsteriskSwitch

ACCOUNT = UUID("00000000-0000-4000-8000-00000000aaaa")
ROOM = UUID("00000000-0000-4000-8000-0000000000f0")


def leg(n: int) -> UUID:
    return UUID(f"00000000-0000-4000-8000-{n:012d}")


def listing(channel: Headers) -> str:
    """The answer to CoreShowChannels of a PBX that has one channel."""
    shown = "".join(f"{name}: {value}\r\n" for name, value in channel.items())
    return (
        "Response: Success\r\nActionID: @ID\r\nEventList: start\r\n\r\n"
        f"Event: CoreShowChannel\r\nActionID: @ID\r\n{shown}\r\n"
        "Event: CoreShowChannelsComplete\r\nActionID: @ID\r\nEventList: Complete\r\n"
        "ListItems: 1\r\n\r\n"
    )


class Gateway:
    """A switch on the fake PBX, with what it told."""

    def __init__(self, ami: FakeAmi, settings: AsteriskSettings) -> None:
        self.ami = ami
        self.events: list[Event] = []
        self.switch = AsteriskSwitch(settings, clock=SystemClock(), account_of=lambda n: ACCOUNT)

    def place(self, n: int, *, number: str = "+12025550100", **more: object) -> PlaceLeg:
        values: dict[str, object] = {
            "leg": leg(n),
            "account": ACCOUNT,
            "to": ToNumber(number=number),
            "not_after": SystemClock().now().timestamp() + 10,
        }
        return PlaceLeg(**(values | more))  # type: ignore[arg-type]  # a test's words

    async def in_room(self, n: int) -> Headers:
        """Bring a leg into ROOM; what Asterisk tells of its channel there."""
        known = {"Uniqueid": str(leg(n)), "Channel": "PJSIP/wire-1", "AccountCode": str(ACCOUNT)}
        room = known | {"Conference": str(ROOM), "Exten": f"normal-m0-{ROOM}", "ChannelState": "6"}
        await self.switch.execute(self.place(n, join=ROOM))
        self.ami.say(room | {"Event": "ConfbridgeJoin"})
        await self.until(lambda: "RoomJoined" in self.told(n))
        return room

    def told(self, n: int) -> list[str]:
        return [type(e).__name__ for e in self.events if getattr(e, "leg", None) == leg(n)]

    async def until(self, condition: Callable[[], bool]) -> None:
        async with asyncio.timeout(20):
            while not condition():  # noqa: ASYNC110  # a test looks on from outside
                await asyncio.sleep(0.01)

    def seen(self, kind: type[Event]) -> list[Event]:
        return [event for event in self.events if isinstance(event, kind)]


@pytest.fixture
async def gateway(ami: FakeAmi, settings: AsteriskSettings) -> AsyncIterator[Gateway]:
    made = Gateway(ami, settings)
    await made.switch.start(made.events.append)
    yield made
    await made.switch.stop()


async def test_captured_failures_become_outcomes(gateway: Gateway) -> None:
    for n in range(5):
        await gateway.switch.execute(gateway.place(n))

    gateway.ami.say(*captured("outcomes"))
    await gateway.until(lambda: len(gateway.seen(LegFailed)) == 5)

    failures = {e.leg: e.failure for e in gateway.events if isinstance(e, LegFailed)}
    assert failures == {
        leg(0): Failure.BUSY,
        leg(1): Failure.INVALID,
        leg(2): Failure.CONGESTION,
        leg(3): Failure.NO_ANSWER,
        leg(4): Failure.UNREACHABLE,
    }
    assert gateway.switch.legs == 0


async def test_a_captured_talk_is_told_in_order(gateway: Gateway) -> None:
    commands = [
        gateway.place(1, to=ToEndpoint(endpoint="ear-1"), join=ROOM, role=Role.AGENT),
        gateway.place(2),
        gateway.place(3, to=ToEndpoint(endpoint="ear-2"), join=ROOM, role=Role.WHISPER),
    ]
    for command in commands:
        await gateway.switch.execute(command)

    gateway.ami.say(*captured("talk"))
    await gateway.until(lambda: len(gateway.seen(LegEnded)) == 3)

    assert gateway.told(1) == ["LegRinging", "LegAnswered", "RoomJoined", "RoomLeft", "LegEnded"]
    customer = [name for name in gateway.told(2) if name != "LegTalking"]
    assert customer == [
        "LegRinging",
        "LegAnswered",
        "RoomJoined",
        "LegMuted",
        "Digit",
        "RoomLeft",
        "LegEnded",
    ]
    ended = {e.leg: e.by for e in gateway.events if isinstance(e, LegEnded)}
    assert ended[leg(1)] is EndedBy.FAR_END


async def test_a_captured_analysis_tells_the_verdict_and_then_the_beep(gateway: Gateway) -> None:
    for n in (1, 2):
        await gateway.switch.execute(gateway.place(n, analysis=Analysis()))

    gateway.ami.say(*captured("analysis"))
    await gateway.until(lambda: len(gateway.seen(LegAnalysed)) == 3)

    heard = [e for e in gateway.events if isinstance(e, LegAnalysed) and e.leg == leg(2)]
    assert [event.beep_at is not None for event in heard] == [False, True]


@pytest.mark.parametrize(("unsure", "beeps"), [(False, "idle"), (True, "beep")])
async def test_a_call_says_whether_an_unsure_answer_is_listened_to_for_a_beep(
    gateway: Gateway, unsure: bool, beeps: str
) -> None:
    asked, shown = Analysis(beep_if_unsure=unsure), CallerId(number="+12025550100")
    await gateway.switch.execute(gateway.place(1, analysis=asked, caller_id=shown))

    await gateway.until(lambda: len(gateway.ami.sent("Originate")) == 1)

    (action,) = gateway.ami.sent("Originate")
    assert action["Variable"] == f"OUTDIAL_UNSURE={beeps}"  # the last of several


async def test_a_captured_arrival_gets_an_account_and_is_marked_with_it(gateway: Gateway) -> None:
    gateway.ami.say(*captured("arrival"))
    await gateway.until(lambda: bool(gateway.seen(LegEnded)))

    arrived = gateway.seen(LegArrived)[0]
    assert isinstance(arrived, LegArrived)
    assert (arrived.number, arrived.account) == ("+12025559999", ACCOUNT)
    marked = [a for a in gateway.ami.sent("Setvar") if a["Variable"] == "CHANNEL(accountcode)"]
    assert [action["Value"] for action in marked] == [str(ACCOUNT)]


async def test_the_same_stream_twice_tells_nothing_twice(gateway: Gateway) -> None:
    await gateway.switch.execute(gateway.place(0))
    gateway.ami.say(*captured("outcomes"), *captured("outcomes"))
    await gateway.until(lambda: bool(gateway.seen(LegFailed)))
    await asyncio.sleep(0.1)

    assert len(gateway.seen(LegFailed)) == 1


async def test_an_unanswered_originate_is_settled_by_the_next_login_and_never_repeated(
    gateway: Gateway,
) -> None:
    gateway.ami.answer = lambda action: None if action["Action"] == "Originate" else ""
    await gateway.switch.execute(gateway.place(1))
    await gateway.until(lambda: bool(gateway.seen(LegFailed)))
    await gateway.switch.execute(gateway.place(1))

    assert gateway.told(1) == ["LegFailed"]
    assert len(gateway.ami.sent("Originate")) == 1
    assert gateway.ami.logins == 2


async def test_a_call_that_appears_after_it_was_given_up_is_hung_up(gateway: Gateway) -> None:
    gateway.ami.answer = lambda action: None if action["Action"] == "Originate" else ""
    await gateway.switch.execute(gateway.place(1))
    await gateway.until(lambda: bool(gateway.seen(LegFailed)) and gateway.switch.up)

    born = {"Event": "Newchannel", "Uniqueid": str(leg(1)), "Channel": "PJSIP/carrier-1"}
    gateway.ami.say(born | {"ChannelState": "0", "AccountCode": "", "Context": "outdial-inbound"})
    await gateway.until(lambda: bool(gateway.ami.sent("Hangup")))

    assert gateway.ami.sent("Hangup")[0]["Channel"] == str(leg(1))
    assert gateway.told(1) == ["LegFailed"]


async def test_calls_of_others_on_the_same_pbx_are_left_alone(
    ami: FakeAmi, settings: AsteriskSettings
) -> None:
    rings = {"ChannelState": "4", "AccountCode": "", "Exten": "100", "Context": "from-elsewhere"}
    listed = rings | {"Uniqueid": "1.1", "Channel": "PJSIP/door-1", "Application": "Dial"}
    ami.answer = lambda action: listing(listed) if action["Action"] == "CoreShowChannels" else ""
    gateway = Gateway(ami, settings)
    await gateway.switch.start(gateway.events.append)

    asks = rings | {"Uniqueid": "2.2", "Channel": "PJSIP/door-2"}
    born = asks | {"Uniqueid": str(uuid4()), "ChannelState": "0"}
    ami.say(asks | {"Event": "AsyncAGIStart"}, born | {"Event": "Newchannel"})
    ours = asks | {"Uniqueid": "3.3", "Channel": "PJSIP/wire-3", "Context": "outdial-inbound"}
    ami.say(ours | {"Event": "AsyncAGIStart"})
    await gateway.until(lambda: bool(gateway.seen(LegArrived)))
    # The answer to this comes after that to all that was asked before.
    await gateway.switch.execute(gateway.place(2))
    await gateway.switch.stop()

    assert len(gateway.seen(LegArrived)) == 1
    assert ami.sent("Hangup") == []


async def test_a_leg_that_could_not_be_held_is_told_when_it_leaves_its_room(
    gateway: Gateway,
) -> None:
    room = await gateway.in_room(1)
    refusal = "Response: Error\r\nActionID: @ID\r\nMessage: no\r\n\r\n"
    gateway.ami.answer = lambda action: refusal if action["Action"] == "Redirect" else ""

    await gateway.switch.execute(Hold(leg=leg(1), on=True))
    await gateway.switch.execute(SetRole(leg=leg(1), role=Role.AGENT))
    gateway.ami.say(room | {"Event": "ConfbridgeLeave"})

    await gateway.until(lambda: "RoomLeft" in gateway.told(1))


async def test_a_leg_that_is_still_on_its_way_to_the_place_before_is_sent_on_from_there(
    gateway: Gateway,
) -> None:
    await gateway.in_room(1)
    busy = "Response: Error\r\nActionID: @ID\r\nMessage: Redirect failed, channel not up.\r\n\r\n"
    refused: list[Headers] = []

    def answer(action: Headers) -> str:
        if action["Action"] != "Redirect" or len(refused) == 3:
            return ""
        refused.append(action)
        return busy

    gateway.ami.answer = answer
    other = uuid4()
    await gateway.switch.execute(Join(leg=leg(1), room=other, role=Role.CUSTOMER))

    sent = gateway.ami.sent("Redirect")
    assert len(refused) == 3
    assert [each["Exten"] for each in sent] == [f"customer-m0-{other}"] * 4


async def test_a_leg_is_sent_nowhere_before_its_dialplan_has_begun(
    gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exchange, "SETTLES_S", 60.0)
    up = {"Event": "Newstate", "ChannelState": "6", "AccountCode": str(ACCOUNT)}
    channel = {"Uniqueid": str(leg(1)), "Channel": "PJSIP/wire-1"}
    await gateway.switch.execute(gateway.place(1))
    gateway.ami.say(up | channel)
    await gateway.until(lambda: "LegAnswered" in gateway.told(1))

    joining = asyncio.create_task(
        gateway.switch.execute(Join(leg=leg(1), room=ROOM, role=Role.CUSTOMER))
    )
    await asyncio.sleep(0.1)
    assert gateway.ami.sent("Redirect") == []

    gateway.ami.say(up | channel | {"Event": "AsyncAGIStart", "Env": ""})
    await joining
    assert [each["Exten"] for each in gateway.ami.sent("Redirect")] == [f"customer-m0-{ROOM}"]


async def test_a_recording_whose_folder_cannot_be_made_is_not_begun_and_said_so(
    gateway: Gateway, settings: AsteriskSettings, caplog: pytest.LogCaptureFixture
) -> None:
    (settings.recordings / str(ACCOUNT)).write_text("no folder")
    up = {"Event": "Newstate", "ChannelState": "6", "AccountCode": str(ACCOUNT)}
    await gateway.switch.execute(gateway.place(1))
    gateway.ami.say(up | {"Uniqueid": str(leg(1)), "Channel": "PJSIP/wire-1"})
    await gateway.until(lambda: "LegAnswered" in gateway.told(1))

    await gateway.switch.execute(StartRecording(recording=uuid4(), leg=leg(1)))

    assert gateway.ami.sent("MixMonitor") == []
    assert "folder can't be used" in caplog.text


async def test_a_restarted_pbx_is_told_from_a_broken_link(gateway: Gateway) -> None:
    up = {"Event": "Newstate", "ChannelState": "6", "AccountCode": str(ACCOUNT)}
    booted = ["05:00:00"]

    def answer(action: Headers) -> str:
        if action["Action"] != "CoreStatus":
            return ""
        started = f"CoreStartupDate: 2026-11-22\r\nCoreStartupTime: {booted[0]}\r\n\r\n"
        return f"Response: Success\r\nActionID: @ID\r\n{started}"

    gateway.ami.answer = answer
    gateway.ami.drop()
    await gateway.until(lambda: gateway.ami.logins == 2 and gateway.switch.up)
    causes = []
    for n, boot in ((1, "05:00:00"), (2, "06:00:00")):
        await gateway.switch.execute(gateway.place(n))
        gateway.ami.say(up | {"Uniqueid": str(leg(n)), "Channel": f"PJSIP/carrier-{n}"})
        await gateway.until(lambda n=n: "LegAnswered" in gateway.told(n))  # type: ignore[misc]  # bound now
        booted[0] = boot
        gateway.ami.drop()
        await gateway.until(lambda n=n: "LegEnded" in gateway.told(n))  # type: ignore[misc]  # bound now
        await gateway.until(lambda: gateway.switch.up)
        ended = gateway.seen(LegEnded)[-1]
        assert isinstance(ended, LegEnded)
        causes.append(ended.cause)

    assert causes == [EndCause.UNKNOWN, EndCause.SWITCH_LOST]


@pytest.mark.parametrize(("application", "stopped"), [("AGI", True), ("AMD", False)])
async def test_a_new_gateway_ends_the_recording_of_an_analysis_that_is_over(
    ami: FakeAmi, settings: AsteriskSettings, application: str, stopped: bool
) -> None:
    running = settings.recordings / "running"
    running.mkdir()
    note = f'{{"account":"{ACCOUNT}","leg":"{leg(1)}","monitor":"m-1"}}'
    (running / f"{leg(1)}.json").write_text(note)
    channel = {
        "Uniqueid": str(leg(1)),
        "Channel": "PJSIP/wire-1",
        "AccountCode": str(ACCOUNT),
        "ChannelState": "6",
        "Application": application,
    }
    ami.answer = lambda action: listing(channel) if action["Action"] == "CoreShowChannels" else ""
    gateway = Gateway(ami, settings)
    await gateway.switch.start(gateway.events.append)
    await gateway.until(lambda: gateway.switch.legs == 1)
    # The answer to this comes after that to all that was asked before.
    await gateway.switch.execute(gateway.place(2))
    await gateway.until(lambda: bool(ami.sent("Originate")))
    await gateway.switch.stop()

    asked = [action["MixMonitorID"] for action in ami.sent("StopMixMonitor")]
    assert asked == (["m-1"] if stopped else [])


@pytest.mark.parametrize(
    "name", ["a,b", 'say "x"', "back\\slash", "x" * 500, "  ", "<1>", "line\r\nAction: Logoff"]
)
async def test_a_callers_name_stays_inside_its_quotes(gateway: Gateway, name: str) -> None:
    await gateway.switch.execute(
        gateway.place(1, caller_id=CallerId(number="+12025550100", name=name))
    )

    shown = gateway.ami.sent("Originate")[0]["CallerID"]
    assert shown.endswith("<+12025550100>")
    assert not set(shown.removesuffix("<+12025550100>").strip().strip('"')) & set('",;<>\\\r\n')
    assert len(shown) < 100
    assert gateway.ami.sent("Logoff") == []


@pytest.mark.parametrize(
    ("to", "failure"),
    [
        (ToEndpoint(endpoint="a/b"), Failure.INVALID),
        (ToEndpoint(endpoint="a,b"), Failure.INVALID),
        (ToEndpoint(endpoint=""), Failure.INVALID),
        (ToNumber(number="12025550100"), Failure.INVALID),
        (ToNumber(number="+1202555010a"), Failure.INVALID),
        # The trunk is wrong, not the number: it may be called again.
        (ToNumber(number="+12025550100", trunk="a&PJSIP/b"), Failure.FAILED),
    ],
)
async def test_an_address_that_is_none_dials_nothing(
    gateway: Gateway, to: ToNumber | ToEndpoint, failure: Failure
) -> None:
    await gateway.switch.execute(gateway.place(1, to=to))

    assert [e.failure for e in gateway.events if isinstance(e, LegFailed)] == [failure]
    assert gateway.ami.sent("Originate") == []


async def test_a_late_command_and_one_too_many_dial_nothing(
    ami: FakeAmi, settings: AsteriskSettings
) -> None:
    narrow = AsteriskSettings(
        node="fake",
        username="outdial",
        secret="s3cret",
        recordings=settings.recordings,
        port=ami.port,
        trunks=settings.trunks,
        capacity=1,
    )
    gateway = Gateway(ami, narrow)
    await gateway.switch.start(gateway.events.append)
    await gateway.switch.execute(gateway.place(1, not_after=1.0))
    await gateway.switch.execute(gateway.place(2))
    await gateway.switch.execute(gateway.place(3))
    await gateway.switch.stop()

    failures = [e.failure for e in gateway.events if isinstance(e, LegFailed)]
    assert failures == [Failure.STALE, Failure.STALE]
    assert [action["ChannelId"] for action in ami.sent("Originate")] == [str(leg(2))]


async def test_a_call_delivered_too_late_is_hung_up_and_never_told_as_answered(
    gateway: Gateway,
) -> None:
    channel = {"Uniqueid": str(leg(1)), "Channel": "PJSIP/wire-1", "AccountCode": str(ACCOUNT)}
    command = gateway.place(1, not_after=SystemClock().now().timestamp() + 0.3)
    await gateway.switch.execute(command)
    await asyncio.sleep(0.4)  # Asterisk stood still meanwhile

    gateway.ami.say(channel | {"Event": "Newchannel", "ChannelState": "0"})
    gateway.ami.say(channel | {"Event": "Newstate", "ChannelState": "6"})
    await gateway.until(lambda: bool(gateway.ami.sent("Hangup")))
    gateway.ami.say(channel | {"Event": "Hangup", "Cause": "16", "ChannelState": "6"})
    await gateway.until(lambda: "LegFailed" in gateway.told(1))

    assert gateway.told(1) == ["LegFailed"]
    (failed,) = gateway.seen(LegFailed)
    assert isinstance(failed, LegFailed)
    assert failed.failure is Failure.STALE
    assert gateway.switch.legs == 0


async def test_names_from_outside_reach_no_dialplan_argument(gateway: Gateway) -> None:
    up = {"Event": "Newstate", "ChannelState": "6", "AccountCode": str(ACCOUNT)}
    await gateway.switch.execute(gateway.place(1))
    gateway.ami.say(up | {"Uniqueid": str(leg(1)), "Channel": "PJSIP/carrier-1"})
    await gateway.until(lambda: "LegAnswered" in gateway.told(1))

    await gateway.switch.execute(Hold(leg=leg(1), music="x,${SHELL(id)}"))
    bad = (File(name="../../etc/passwd"), File(name="a&b"), File(name="a b"))
    await gateway.switch.execute(Play(playback=uuid4(), media=bad, leg=leg(1)))

    assert gateway.ami.sent("Redirect")[-1]["Exten"] == "default"
    assert gateway.ami.sent("AGI") == []
    assert [type(e).__name__ for e in gateway.events][-1] == "PlaybackFinished"


async def test_nothing_raises_when_the_pbx_refuses_everything(gateway: Gateway) -> None:
    up = {"Event": "Newstate", "ChannelState": "6", "AccountCode": str(ACCOUNT)}
    await gateway.switch.execute(gateway.place(1))
    gateway.ami.say(up | {"Uniqueid": str(leg(1)), "Channel": "PJSIP/carrier-1"})
    await gateway.until(lambda: "LegAnswered" in gateway.told(1))
    refusal = "Response: Error\r\nActionID: @ID\r\nMessage: no\r\n\r\n"
    gateway.ami.answer = lambda action: "" if action["Action"] == "Ping" else refusal

    await gateway.switch.execute(StartRecording(recording=uuid4(), leg=leg(1)))
    await gateway.switch.execute(HangUp(leg=leg(1)))
    await gateway.switch.execute(gateway.place(2))

    assert gateway.told(1) == ["LegAnswered"]
    assert gateway.told(2) == ["LegFailed"]
    assert gateway.seen(LegRinging) == []
