"""Captured AMI streams, and what they mean."""

import re
from pathlib import Path
from typing import TypeVar
from uuid import UUID

import pytest

from domain.telephony.events import Verdict
from domain.telephony.port import Role
from tests.workers.gateway.asterisk.fake_ami import captured
from workers.gateway.asterisk import facts, mapping
from workers.gateway.asterisk.facts import ChannelState, leg_of
from workers.gateway.asterisk.mapping import (
    MalformedAmi,
    booted_of,
    channel_of,
    fact_of,
    in_agi,
    monitor_of,
    step_of,
    uniqueid_of,
    version_of,
)

FOLDER = Path(mapping.__file__).parent

ROOM = UUID("00000000-0000-4000-8000-0000000000f0")
ACCOUNT = UUID("00000000-0000-4000-8000-00000000aaaa")


def leg(n: int) -> str:
    return f"00000000-0000-4000-8000-{n:012d}"


K = TypeVar("K")


def of_kind(stream: str, kind: type[K]) -> list[K]:
    found = [fact_of(event) for event in captured(stream)]
    return [fact for fact in found if isinstance(fact, kind)]


def test_a_placed_leg_is_known_by_our_own_id_in_every_event() -> None:
    states = of_kind("talk", facts.StateChanged)

    first = states[0]
    channel = first.channel
    assert (channel.leg, channel.account) == (UUID(leg(1)), ACCOUNT)
    assert (channel.state, channel.trunk) == (ChannelState.RINGING, "ear-1")
    assert not channel.inner


def test_how_calls_failed() -> None:
    gone = {f.uniqueid: (f.cause, f.sip) for f in of_kind("outcomes", facts.Gone)}
    reasons = {f.leg: f.reason for f in of_kind("outcomes", facts.OriginateEnded)}

    assert gone == {
        leg(0): (17, 486),
        leg(1): (1, 404),
        leg(2): (34, 503),
        leg(3): (19, 480),
        leg(4): (19, 480),
    }
    # 3 is our own time limit: only this tells the last two from a refusal with 480
    assert [reasons[UUID(leg(n))] for n in range(5)] == [0, 0, 0, 3, 3]


def test_who_came_to_the_room_in_which_role_and_left() -> None:
    joined = of_kind("talk", facts.Joined)
    left = of_kind("talk", facts.Left)

    assert [(f.channel.uniqueid, f.room, f.role) for f in joined] == [
        (leg(1), ROOM, Role.AGENT),
        (leg(2), ROOM, Role.CUSTOMER),
    ]
    assert {f.uniqueid for f in left} == {leg(1), leg(2)}
    assert of_kind("talk", facts.RoomClosed) == [facts.RoomClosed(ROOM)]


def test_a_whisper_is_a_spy_on_the_agents_channel() -> None:
    began = of_kind("talk", facts.SpyBegan)

    assert facts.SpyBegan(leg(3), leg(1)) in began
    assert facts.SpyEnded(leg(3)) in of_kind("talk", facts.SpyEnded)


def test_keys_and_muting() -> None:
    assert of_kind("talk", facts.Pressed) == [facts.Pressed(leg(2), "5")]
    assert of_kind("talk", facts.Muted) == [facts.Muted(leg(2), ROOM, True)]


def test_a_far_end_that_hangs_up_says_so_first() -> None:
    assert facts.HangupAsked(leg(1)) in of_kind("talk", facts.HangupAsked)
    assert facts.HangupAsked(leg(2)) not in of_kind("talk", facts.HangupAsked)


def test_what_the_analysis_heard() -> None:
    assert {(f.uniqueid, f.verdict) for f in of_kind("analysis", facts.Analysed)} == {
        (leg(1), Verdict.LIVE),
        (leg(2), Verdict.MACHINE),
    }
    assert of_kind("analysis", facts.BeepHeard) == [facts.BeepHeard(leg(2))]


def test_a_call_that_arrived_gets_an_id_of_ours_that_stays_the_same() -> None:
    began = of_kind("arrival", facts.AgiBegan)[0]
    channel = began.channel

    assert channel.state is ChannelState.ARRIVED
    assert (channel.exten, channel.caller) == ("12025559999", "+12025550123")
    assert channel.leg == leg_of(channel.uniqueid) == leg_of(channel.uniqueid)
    assert str(channel.leg) != channel.uniqueid


def test_a_step_that_ended_names_its_command() -> None:
    done = of_kind("arrival", facts.AgiStepDone)

    assert facts.AgiStepDone(f"{ROOM}/0", 0) in done


@pytest.mark.parametrize(
    ("said", "result"),
    [("200 result=0 endpos=8", 0), ("200 result=53", 53), ("200 result=-1", -1), ("510 bad", -1)],
)
def test_the_result_of_a_step(said: str, result: int) -> None:
    event = {"Event": "AsyncAGIExec", "CommandId": "c", "Result": said}

    assert fact_of(event) == facts.AgiStepDone("c", result)


def test_an_event_that_tells_nothing_we_use_is_none() -> None:
    assert fact_of({"Event": "Cdr"}) is None
    assert fact_of({"Event": "UserEvent", "UserEvent": "Somebody else's"}) is None
    assert fact_of({"Event": "OriginateResponse", "ActionID": "not ours"}) is None
    assert fact_of({"Event": "ConfbridgeEnd", "Conference": "8600"}) is None
    assert fact_of({"Event": "DTMFEnd", "Direction": "Sent", "Digit": "1", "Uniqueid": "1"}) is None


def test_a_header_that_must_be_there_and_is_not_is_an_error_without_personal_data() -> None:
    with pytest.raises(MalformedAmi, match="Newstate without Uniqueid") as wrong:
        fact_of({"Event": "Newstate", "CallerIDNum": "+12025550123"})

    assert "2025550123" not in str(wrong.value)


@pytest.mark.parametrize("caller", ["", "<unknown>", "anonymous", "Anonymous", "unavailable"])
def test_a_withheld_caller_is_none(caller: str) -> None:
    said = {"Uniqueid": "1.1", "Channel": "PJSIP/a-1", "CallerIDNum": caller}

    assert channel_of(said).caller is None


def test_what_an_answer_or_a_line_of_a_list_says() -> None:
    line = {"Event": "CoreShowChannel", "Uniqueid": leg(1), "Application": "AGI"}
    assert (uniqueid_of(line), in_agi(line), step_of(line)) == (leg(1), True, None)
    assert not in_agi(line | {"Application": "ConfBridge"})
    status = {"CoreStartupDate": "2026-03-02", "CoreStartupTime": "10:00:00"}
    assert booted_of(status) == "2026-03-02 10:00:00"
    assert (version_of({"AsteriskVersion": "22.10.0"}), version_of({})) == ("22.10.0", "")
    assert (monitor_of({"MixMonitorID": "0x7f"}), monitor_of({})) == ("0x7f", "")
    with pytest.raises(MalformedAmi, match="CoreShowChannel without Uniqueid"):
        uniqueid_of({"Event": "CoreShowChannel"})


@pytest.mark.parametrize("module", sorted(FOLDER.glob("*.py")), ids=lambda path: path.stem)
def test_no_other_module_reads_a_header_by_its_name(module: Path) -> None:
    if module.stem in ("mapping", "session"):  # what every answer has, the session reads
        return
    read = re.findall(r"""(?:\.get\(|\w\[)["']([A-Z]\w+)["'](?!\] = )""", module.read_text())

    assert set(read) <= {"Action"}  # of what we send
