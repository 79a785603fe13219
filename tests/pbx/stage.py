"""The stage for a real Asterisk: its far ends are phones on loopback, which hear what is sent."""

import time
from uuid import UUID

from domain.telephony.port import Command, PlaceLeg, ToEndpoint, ToNumber
from tests.pbx.bed import sound
from tests.pbx.bed.phone import Call, Manner, Phones
from tests.pbx.bed.servers import Bed
from tests.telephony.stage import Script, Stage
from workers.gateway.asterisk.switch import AsteriskSwitch

OUR_NUMBER = "+12025559999"
HELLO = sound.silence(0.4) + sound.speech(0.5)
GREETING = sound.silence(0.3) + sound.speech(3.0) + sound.silence(0.4) + sound.tone(1000, 0.5)

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
    early_media="+12025550012",
    talks="+12025550010",
    agent="ear-1",
    other_agent="ear-2",
    agent_busy="ear-3",
    agent_dead="ghost",
    our_number=OUR_NUMBER,
    ring_limit_s=4.0,
)

MANNERS = {
    "12025550010": Manner(ring_s=0.2, says=HELLO),
    "12025550002": Manner(status=486),
    "12025550003": Manner(ring_s=120),
    "12025550004": Manner(status=404),
    "12025550005": Manner(status=503),
    "12025550006": Manner(says=GREETING),
    "12025550013": Manner(stays_s=1.5),
    "12025550009": Manner(status=603),
    "12025550014": Manner(status=0),
    "12025550008": Manner(says=sound.silence(0.5) + sound.tone(2100, 3.0)),
    "12025550012": Manner(ring_s=0.3, progress=True),
    "ear-3": Manner(status=486),
}


class PbxStage(Stage):
    """Knows which phone's call belongs to which leg: they come in the order of the commands."""

    def __init__(self, switch: AsteriskSwitch, bed: Bed, phones: Phones) -> None:
        super().__init__(switch, SCRIPT, limit_s=20.0)
        self.asterisk = switch
        self.bed = bed
        self.phones = phones
        self._placed: dict[str, list[UUID]] = {}
        self._dialed: Call | None = None
        phones.manners = dict(MANNERS)

    def now(self) -> float:
        return time.time()

    async def do(self, *commands: Command) -> None:
        for command in commands:
            if isinstance(command, PlaceLeg):
                user = self._user(command.to)
                if command.leg not in self._placed.setdefault(user, []):
                    self._placed[user].append(command.leg)
            await super().do(command)

    def _user(self, to: ToNumber | ToEndpoint) -> str:
        return to.endpoint if isinstance(to, ToEndpoint) else to.number.removeprefix("+")

    def far_end(self, leg: UUID) -> Call:
        """The call at the phone at the other end of a leg."""
        for user, legs in self._placed.items():
            if leg in legs:
                return self.phones.calls_of(user)[legs.index(leg)]
        assert self._dialed is not None
        return self._dialed

    async def press(self, leg: UUID, digits: str) -> None:
        for digit in digits:
            self.far_end(leg).press(digit)

    async def arrive(self) -> None:
        self._dialed = await self.phones.dial(
            self.bed.address, OUR_NUMBER.removeprefix("+"), "+12025550123"
        )

    async def far_end_hangs_up(self, leg: UUID) -> None:
        self.far_end(leg).hang_up()
