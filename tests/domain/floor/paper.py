"""A floor on paper: its parts without rows, broker and switch, on a clock that stands still."""

from uuid import UUID, uuid4

from domain.agents.models import EndpointKind
from domain.calls.rules import Disposition
from domain.campaigns.announcements import Announcement
from domain.campaigns.rules import CampaignState, DialMode, MachineAction
from domain.floor.calls.machines import Machines
from domain.floor.context import Timers
from domain.floor.director import Floor
from domain.floor.journal.group import Group
from domain.floor.journal.writer import Journal
from domain.floor.settings import Settings
from domain.floor.state import Line, Run, Seat
from domain.pacing import policy_for
from domain.pacing.interface import PacingSettings
from domain.targets.hopper import HopperTarget
from domain.targets.rules import TargetState
from domain.telephony.events import (
    EndCause,
    EndedBy,
    Event,
    Failure,
    LegAnswered,
    LegEnded,
    LegFailed,
    RoomJoined,
)
from domain.telephony.link import Node
from domain.telephony.port import Analysis, Collect, Command, HangUp, Join, PlaceLeg, Play
from domain.trunks.rules import TrunkUse
from tests.fakes import FakeFloors, FakeThrottle, FixedClock, RecordingBus

AGENTS, PORTS, TRUNKS = 3, 2, 3
SAID = Announcement(sound="said", opt_out_key="9", agent_key="1", repeats=1)
NODE = Node(node="sim", incarnation="1", up=True, legs=0, capacity=100, kind="simulated")
ACCOUNT = UUID(int=1)


class PaperJournal(Journal):
    """Commits at once, to nothing but a note of whose rows were written."""

    written: set[UUID]

    def commit(self) -> None:
        group, self._group = self._group, Group()
        self.written |= group.targets.keys()
        for launch in group.launches:
            launch.place(launch.lines)
        for call in group.after:
            call()


class PaperFloor:
    """A floor with one campaign and three agents, and a switch that does as it is told."""

    def open(
        self,
        mode: DialMode = DialMode.PROGRESSIVE,
        *,
        lines: float = 1.0,
        analysed: bool = False,
        consoles: bool = False,
        targets: int = AGENTS,
    ) -> None:
        """Three agents wait for the customers of one campaign."""
        self.clock = FixedClock()
        self.floor = Floor(
            ACCOUNT,
            redis=None,  # type: ignore[arg-type]  # nothing here asks for it
            gateways=FakeFloors(),  # type: ignore[arg-type]  # nor for these
            bus=RecordingBus(),
            clock=self.clock,
            throttle=FakeThrottle(self.clock),
        )
        self.floor._build(1)
        self.state, self.context = self.floor.state, self.floor.context
        self.journal = PaperJournal(ACCOUNT, 1, self.floor._publish, self.clock.sleep)
        self.journal.written = set()
        self.context.journal, self.context.send = self.journal, self._sent
        self.context.nodes = {"sim": NODE}
        self.floor.lines.placing.place_before = lambda: self.context.unix() + 3.0
        self.floor.dialing.refill = lambda run: None
        self.ended: list[UUID] = []
        self.floor.endings.has_ended = self._has_ended
        self.legs: dict[UUID, str] = {}  # at the switch: dialing, ringing, up
        self.plays: list[Play] = []
        self.collecting: set[UUID] = set()
        self.dialed: list[UUID] = []
        self.came: list[UUID] = []  # targets
        self.trunks_of: dict[UUID, list[UUID]] = {}  # by which each target was dialed, in order
        self.state.trunks = {
            UUID(int=n): TrunkUse(UUID(int=n), f"trunk-{n}", channels=2, calls_per_second=9.0)
            for n in range(10, 10 + TRUNKS)
        }
        self.sent: list[Command] = []
        self.run = self._campaign(mode, lines, analysed, consoles)
        self.state.runs[self.run.campaign_id] = self.run
        for n in range(AGENTS):
            seat = self._seat(n)
            self.state.seats[seat.agent_id] = seat
            self.floor.seats.sign_in(seat)
            self.floor.seats.go_available(seat)
        self.settle()
        self.phones_are_picked_up()
        self.add_targets(targets)

    @property
    def agents(self) -> list[Seat]:
        return list(self.state.seats.values())

    def phones_are_picked_up(self) -> None:
        for leg in [leg for leg in self.state.legs if self.legs.get(leg) == "dialing"]:
            self.answers(leg)

    def customers_answer(self) -> None:
        """As many as there are free agents are dialed, and are with them."""
        self.wait(1.0)
        for leg in self.customers("dialing", "ringing"):
            self.answers(leg)
        self.settle()

    def next_owner_resumes(self, line: Line) -> None:
        """Go on with a line as one does who knows only what the rows say."""
        self.floor.lines._machines = Machines(self.context, self.floor.endings)
        self.floor.hearing._machines = self.floor.lines._machines
        self.context.timers = Timers()
        self.floor.lines.resume(self.run, line)

    def wait(self, seconds: float) -> None:
        self.clock.advance(seconds)
        self.context.timers.run_due(self.clock.monotonic())
        self.settle()

    def answers(self, leg: UUID) -> None:
        self.legs[leg] = "up"
        at, seat = self.context.unix(), self.state.legs.get(leg)
        self.hear(LegAnswered(account=ACCOUNT, at=at, leg=leg))
        if seat is not None:  # it was placed into the agent's room
            self.hear(RoomJoined(account=ACCOUNT, at=at, leg=leg, room=seat.agent_id))

    def add_targets(self, count: int) -> None:
        """Somebody to call, at once."""
        for _ in range(count):
            id = uuid4()
            self.came.append(id)
            self.run.hopper.append(
                HopperTarget(
                    id=id,
                    contact_id=id,
                    number="+12025550100",
                    caller_id=None,
                    priority=5,
                    attempts=0,
                    max_attempts=1,
                    last_ordinal=0,
                    name="",
                    variables={},
                    state=TargetState.NEW,
                )
            )
        self.run.due = True
        self.settle()

    def _campaign(self, mode: DialMode, lines: float, analysed: bool, consoles: bool) -> Run:
        paced = PacingSettings(lines_per_agent=lines, ports=PORTS)
        unpaced = mode in (DialMode.AGENT_FIRST, DialMode.PREVIEW)
        return Run(
            campaign_id=UUID(int=2),
            settings=Settings(
                name="Spring",
                mode=mode,
                state=CampaignState.RUNNING,
                priority=5,
                caller_id=None,
                caller_name="",
                lines_per_agent=lines,
                ring_limit_s=28.0,
                patience_s=2.0,
                analysis=Analysis() if analysed else None,
                machine_action=MachineAction.HANG_UP,
                machine_message="",
                agent_announcement="",
                record=False,
                trunks=(),
                retry_delays_s={},
                wrap_up_s=5.0,
                preview_s=10.0,
                variables=(),
                crm_url="",
                call_guide=(),
                next_number_after=frozenset(),
                ports=PORTS,
                announcement=SAID,
                abandon_message=Announcement(sound="sorry", opt_out_key="9") if consoles else None,
            ),
            policy=policy_for(DialMode.PROGRESSIVE if unpaced else mode, paced),
            exhausted=True,
        )

    def _seat(self, n: int) -> Seat:
        return Seat(
            agent_id=UUID(int=100 + n),
            name=f"Agent {n}",
            endpoint_kind=EndpointKind.SIP,
            endpoint=f"phone-{n}",
            caller_id=None,
            record=False,
            team_id=None,
            levels={UUID(int=2): n},
        )

    # The switch

    def _sent(self, node: str, command: Command) -> None:
        self.sent.append(command)
        match command:
            case PlaceLeg():
                assert command.leg not in self.dialed
                self.dialed.append(command.leg)
                self.legs[command.leg] = "dialing"
            case Play() if command.leg in self.legs:
                self.plays.append(command)
            case Collect():
                self.collecting.add(command.leg)
            case Join() if self.legs.get(command.leg) == "up":
                self.journal.after(lambda: self._joined(command))
            case HangUp():
                self.journal.after(lambda: self.gone(command.leg, EndedBy.US))

    def _joined(self, command: Join) -> None:
        if self.legs.get(command.leg) == "up":
            at = self.context.unix()
            self.hear(RoomJoined(account=ACCOUNT, at=at, leg=command.leg, room=command.room))

    def _has_ended(self, line: Line) -> None:
        self.ended.append(line.id)
        self.floor.transfers.line_ended(line)
        assert line.trunk is not None
        if line.disposition is not Disposition.NOT_PLACED:
            self.trunks_of.setdefault(line.target.id, []).append(line.trunk.id)

    def gone(self, leg: UUID, by: EndedBy) -> None:
        state = self.legs.pop(leg, None)
        self.collecting.discard(leg)
        at = self.context.unix()
        if state == "up":
            self.hear(LegEnded(account=ACCOUNT, at=at, leg=leg, cause=EndCause.NORMAL, by=by))
        elif state is not None:
            failure = Failure.CANCELED if by is EndedBy.US else Failure.BUSY
            self.hear(LegFailed(account=ACCOUNT, at=at, leg=leg, failure=failure))

    def hear(self, event: Event) -> None:
        self.floor.hearing.hear(event, "sim")

    def settle(self) -> None:
        for _ in range(20):
            self.journal.commit()
        self.floor.dialing.decide()
        for _ in range(3):  # calls that were decided and given up at once are written, too
            self.journal.commit()

    def carrier_fails(self, leg: UUID, failure: Failure) -> None:
        del self.legs[leg]
        at = self.context.unix()
        self.hear(LegFailed(account=ACCOUNT, at=at, leg=leg, failure=failure))

    def customers(self, *states: str) -> list[UUID]:
        return [leg for leg, s in self.legs.items() if leg in self.state.lines and s in states]


def paper_floor(*, talking: bool = False) -> PaperFloor:
    """A floor whose three agents are free, or each with a customer."""
    floor = PaperFloor()
    floor.open(targets=AGENTS if talking else 0)
    if talking:
        floor.customers_answer()
    return floor
