"""The fake keeps the contract of a switch, so what is tested with it holds for the others."""

from collections.abc import AsyncIterator, Callable
from uuid import UUID

import pytest

from domain.telephony.events import Failure, Verdict
from domain.telephony.port import File, ToNumber
from tests.fakes import FixedClock
from tests.telephony.contract import LegsContract, RoomsContract, SoundsContract
from tests.telephony.fake import FakeLeg, FakeSwitch
from tests.telephony.stage import ACCOUNT, Script, Stage

SCRIPT = Script(
    answers="+12025550010",
    busy="+12025550002",
    rings="+12025550003",
    invalid="+12025550004",
    congestion="+12025550005",
    machine="+12025550006",
    hangs_up="+12025550013",
    rejects="+12025550009",
    unreachable="+12025550014",
    fax="+12025550008",
    early_media=None,  # nothing of a floor hangs on it
    talks=None,
    agent="agent",
    other_agent="other",
    agent_busy="busy",
    agent_dead="dead",
    our_number="+12025559999",
    writes_files=False,
)
FAILURES = {
    SCRIPT.busy: Failure.BUSY,
    SCRIPT.invalid: Failure.INVALID,
    SCRIPT.congestion: Failure.CONGESTION,
    SCRIPT.rejects: Failure.REJECTED,
    SCRIPT.unreachable: Failure.UNREACHABLE,
    SCRIPT.agent_busy: Failure.BUSY,
    SCRIPT.agent_dead: Failure.UNREACHABLE,
}
VERDICTS = {SCRIPT.machine: Verdict.MACHINE, SCRIPT.fax: Verdict.FAX}


class FakeStage(Stage):
    """Acts the far ends of the script on the fake, one step after another."""

    def __init__(self, switch: FakeSwitch, clock: FixedClock) -> None:
        super().__init__(switch, SCRIPT)
        self.fake = switch
        self.clock = clock

    def now(self) -> float:
        return self.fake.now()

    async def let_pass(self, until: Callable[[], bool], limit_s: float) -> bool:
        deadline = self.now() + limit_s
        while not until() and self.now() < deadline:
            self.clock.advance(0.25)
            for call in tuple(self.fake.calls.values()):
                self.act(call)
            for playback, (play, _) in tuple(self.fake.playing.items()):
                if play.media != (File(name=SCRIPT.long_sound),):
                    self.fake.finish_playing(playback)
        return until()

    def act(self, call: FakeLeg) -> None:
        if call.placed is None:
            return
        to = call.placed.to
        name = to.number if isinstance(to, ToNumber) else to.endpoint
        waited_s = self.now() - call.since
        if name in FAILURES:
            self.fake.fail(call.id, FAILURES[name])
        elif call.state == "dialing":
            self.fake.ring(call.id)
        elif call.state == "ringing" and name != SCRIPT.rings:
            self.fake.answer(call.id)
            if call.placed.analysis is not None:
                self.fake.analyse(call.id, VERDICTS.get(name, Verdict.LIVE))
        elif call.state == "ringing" and waited_s >= call.placed.ring_limit_s:
            self.fake.fail(call.id, Failure.NO_ANSWER)
        elif name == SCRIPT.hangs_up:
            self.fake.hang_up_far_end(call.id)
        elif name == SCRIPT.machine and call.placed.analysis is not None:
            self.fake.analyse(call.id, Verdict.MACHINE, beep_at=self.now())
        elif call.collect is not None and waited_s >= (
            call.collect.between_digits_s if call.digits else call.collect.first_digit_s
        ):
            self.fake.finish_collecting(call.id)

    async def press(self, leg: UUID, digits: str) -> None:
        self.fake.press(leg, digits)

    async def arrive(self) -> None:
        self.fake.arrive(ACCOUNT, SCRIPT.our_number)

    async def far_end_hangs_up(self, leg: UUID) -> None:
        self.fake.hang_up_far_end(leg)


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    clock = FixedClock()
    switch = FakeSwitch(clock)
    made = FakeStage(switch, clock)
    await switch.start(made.hear)
    yield made
    await switch.stop()


class TestLegs(LegsContract):
    pass


class TestRooms(RoomsContract):
    pass


class TestSounds(SoundsContract):
    pass


async def test_every_command_is_remembered(stage: Stage) -> None:
    fake = FakeSwitch(FixedClock())
    command = stage.place(SCRIPT.answers)

    await fake.execute(command)
    await fake.execute(command)

    assert fake.commands == [command, command]
    assert fake.placed == [command, command]
    assert fake.legs == 1
