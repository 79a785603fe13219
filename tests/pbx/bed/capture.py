"""Writes what a real Asterisk says: `python -m tests.pbx.bed.capture` renews tests/ami/*.txt.

Each file is the stream of one scene as it came over AMI, told by the ids in its first lines.
"""

import asyncio
import tempfile
from collections.abc import Mapping
from pathlib import Path
from uuid import UUID

import msgspec

from domain.adapters.system_clock import SystemClock
from domain.telephony.events import (
    LegAnalysed,
    LegAnswered,
    LegArrived,
    LegEnded,
    LegFailed,
    PlaybackFinished,
    RoomJoined,
)
from domain.telephony.port import (
    Analysis,
    Answer,
    HangUp,
    Join,
    PlaceLeg,
    Play,
    Role,
    SetRole,
    Tone,
    ToNumber,
)
from tests.pbx.bed.phone import Phones
from tests.pbx.bed.servers import Bed, install
from tests.pbx.stage import OUR_NUMBER, PbxStage
from tests.telephony.stage import ACCOUNT
from workers.gateway.asterisk.session import AmiSession
from workers.gateway.asterisk.settings import Trunk
from workers.gateway.asterisk.switch import AsteriskSwitch

FOLDER = Path(__file__).parents[2] / "ami"
ROOM = UUID("00000000-0000-4000-8000-0000000000f0")


def leg(n: int) -> UUID:
    """The ids of captured legs, so that tests can name them."""
    return UUID(f"00000000-0000-4000-8000-{n:012d}")


def numbered(n: int, command: PlaceLeg) -> PlaceLeg:
    return msgspec.structs.replace(command, leg=leg(n))


async def outcomes(stage: PbxStage) -> None:
    for n, number in enumerate(("+9486000", "+9404000", "+9503000", "+3000000", "+8000000")):
        to = ToNumber(number=number, trunk="carrier")
        late = stage.now() + 10
        await stage.do(PlaceLeg(leg=leg(n), account=ACCOUNT, to=to, not_after=late, ring_limit_s=2))
    await stage.see_all(5, LegFailed)


async def talk(stage: PbxStage) -> None:
    agent = stage.place(stage.script.agent, endpoint=True, join=ROOM, role=Role.AGENT)
    await stage.do(numbered(1, agent))
    await stage.see(RoomJoined, leg=leg(1))
    await stage.do(numbered(2, stage.place(stage.script.answers)))
    await stage.see(LegAnswered, leg=leg(2))
    await asyncio.sleep(0.2)
    await stage.do(Join(leg=leg(2), room=ROOM, role=Role.CUSTOMER, entry=Tone()))
    await stage.see(RoomJoined, leg=leg(2))
    await asyncio.sleep(1)
    await stage.do(numbered(3, stage.place(stage.script.other_agent, endpoint=True)))
    await stage.see(LegAnswered, leg=leg(3))
    await stage.do(Join(leg=leg(3), room=ROOM, role=Role.WHISPER))
    await stage.see(RoomJoined, leg=leg(3))
    await stage.do(HangUp(leg=leg(3)), SetRole(leg=leg(2), role=Role.MUTED))
    await stage.see(LegEnded, leg=leg(3))
    await stage.press(leg(2), "5")
    await asyncio.sleep(0.5)
    await stage.far_end_hangs_up(leg(1))
    await stage.see(LegEnded, leg=leg(1))
    await stage.do(HangUp(leg=leg(2)))
    await stage.see(LegEnded, leg=leg(2))


async def analysis(stage: PbxStage) -> None:
    for n, number in ((1, stage.script.answers), (2, stage.script.machine)):
        await stage.do(numbered(n, stage.place(number, analysis=Analysis())))
    await stage.see_all(3, LegAnalysed)


async def arrival(stage: PbxStage) -> None:
    await stage.arrive()
    arrived = await stage.see(LegArrived)
    await stage.do(Answer(leg=arrived.leg))
    await stage.see(LegAnswered)
    await stage.do(Play(playback=ROOM, media=(Tone(),), leg=arrived.leg, interruptible=True))
    await stage.see(PlaybackFinished)
    await stage.far_end_hangs_up(arrived.leg)
    await stage.see(LegEnded)


async def capture(bed: Bed) -> None:
    phones = Phones(f"{bed.net}.6")
    await phones.open()
    for scene in (outcomes, talk, analysis, arrival):
        said: list[Mapping[str, str]] = []

        async def ready() -> None:
            return None

        spy = AmiSession(bed.settings(), on_event=said.append, on_up=ready, on_down=lambda: None)
        await spy.start()
        said.clear()
        switch = AsteriskSwitch(
            bed.settings(trunks=(Trunk("wire"),)),
            clock=SystemClock(),
            account_of={OUR_NUMBER: ACCOUNT}.get,
        )
        stage = PbxStage(switch, bed, phones)
        await switch.start(stage.hear)
        await scene(stage)
        await asyncio.sleep(0.3)
        await switch.stop()
        await spy.stop()
        bed.cli("channel request hangup all")
        phones.forget()
        blocks = ["".join(f"{k}: {v}\r\n" for k, v in e.items() if k != "content") for e in said]
        FOLDER.mkdir(exist_ok=True)
        (FOLDER / f"{scene.__name__}.txt").write_bytes("\r\n".join([*blocks, ""]).encode())
    await phones.close()


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="pbx-") as folder:
        bed = Bed(install(), Path(folder), net="127.79.0")
        bed.start()
        try:
            asyncio.run(capture(bed))
        finally:
            bed.stop()


if __name__ == "__main__":
    main()
