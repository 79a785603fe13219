"""Whatever agents, customers and chance do, in whatever order: what always holds on a floor.

The floor's parts run on paper: without rows, broker and switch, on a clock that stands still.
"""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any
from uuid import UUID, uuid4

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from domain.agents.models import EndpointKind
from domain.agents.rules import AgentState
from domain.calls.rules import AttemptState
from domain.campaigns.announcements import Announcement
from domain.campaigns.rules import CampaignState, DialMode, MachineAction
from domain.core.errors import DomainError
from domain.floor.director import Floor
from domain.floor.journal import Group, Journal
from domain.floor.manual import Wanted
from domain.floor.state import Line, Run, Seat, Settings
from domain.pacing import policy_for
from domain.pacing.interface import PacingSettings
from domain.targets.by_hand import new_target
from domain.targets.hopper import HopperTarget
from domain.targets.rules import TargetState
from domain.telephony.events import (
    DigitsCollected,
    EndCause,
    EndedBy,
    Failure,
    LegAnalysed,
    LegAnswered,
    LegEnded,
    LegFailed,
    LegRinging,
    PlaybackFinished,
    Verdict,
)
from domain.telephony.link import Node
from domain.telephony.port import Analysis, Collect, HangUp, PlaceLeg, Play
from tests.fakes import FakeFloors, FixedClock, RecordingBus

AGENTS, PORTS = 3, 2
SAID = Announcement(sound="said", opt_out_key="9", agent_key="1", repeats=1)
NODE = Node(node="sim", incarnation="1", up=True, legs=0, capacity=100, kind="simulated")
ACCOUNT = UUID(int=1)


class PaperJournal(Journal):
    """Commits at once, to nothing."""

    def commit(self) -> None:
        group, self._group = self._group, Group()
        for launch in group.launches:
            launch.place(launch.lines)
        for call in group.after:
            call()


class FloorMachine(RuleBasedStateMachine):
    """A floor with one campaign and three agents, and a switch that does as chance says."""

    @initialize(
        mode=st.sampled_from(DialMode),
        lines=st.sampled_from([1.0, 2.0, 3.0]),
        analysed=st.booleans(),
        consoles=st.booleans(),
    )
    def begin(self, mode: DialMode, lines: float, analysed: bool, consoles: bool) -> None:
        self.clock = FixedClock()
        self.floor = Floor(
            ACCOUNT,
            redis=None,  # type: ignore[arg-type]  # nothing here asks for it
            gateways=FakeFloors(),  # type: ignore[arg-type]  # nor for these
            bus=RecordingBus(),
            clock=self.clock,
        )
        self.floor._build(1)
        self.state, self.context = self.floor.state, self.floor.context
        self.journal = PaperJournal(ACCOUNT, 1, self.floor._publish, self.clock.sleep)
        self.context.journal, self.context.send = self.journal, self._sent
        self.context.nodes = {"sim": NODE}
        self.floor.lines.place_before = lambda: self.context.unix() + 3.0
        self.floor.dialing.refill = lambda run: None
        self.ended: list[UUID] = []
        self.floor.endings.has_ended = lambda line: self.ended.append(line.id)
        self.met_by_hand = 0  # live answers that no ledger counts
        self.floor.lines.was_connected = self._met
        self.legs: dict[UUID, str] = {}  # at the switch: dialing, ringing, up
        self.plays: list[Play] = []
        self.collecting: set[UUID] = set()
        self.dialed: list[UUID] = []
        self.run = self._campaign(mode, lines, analysed, consoles)
        self.state.runs[self.run.campaign_id] = self.run
        for n in range(AGENTS):
            seat = self._seat(n)
            self.state.seats[seat.agent_id] = seat
            self.floor.seats.sign_in(seat)
            self.floor.seats.go_available(seat)
        self._settle()
        for leg in list(self.legs):
            self._answers(leg)
        self.targets_come(6)

    def _met(self, run: Run, line: Line, seat: Seat) -> None:
        self.met_by_hand += line.by_hand

    def _answers(self, leg: UUID) -> None:
        self.legs[leg] = "up"
        self._hear(LegAnswered(account=ACCOUNT, at=self.context.unix(), leg=leg))

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

    def _sent(self, node: str, command: Any) -> None:
        match command:
            case PlaceLeg():
                assert command.leg not in self.dialed
                self.dialed.append(command.leg)
                self.legs[command.leg] = "dialing"
            case Play() if command.leg in self.legs:
                self.plays.append(command)
            case Collect():
                self.collecting.add(command.leg)
            case HangUp():
                self.journal.after(lambda: self._gone(command.leg, EndedBy.US))

    def _gone(self, leg: UUID, by: EndedBy) -> None:
        state = self.legs.pop(leg, None)
        self.collecting.discard(leg)
        at = self.context.unix()
        if state == "up":
            self._hear(LegEnded(account=ACCOUNT, at=at, leg=leg, cause=EndCause.NORMAL, by=by))
        elif state is not None:
            failure = Failure.CANCELED if by is EndedBy.US else Failure.BUSY
            self._hear(LegFailed(account=ACCOUNT, at=at, leg=leg, failure=failure))

    def _hear(self, event: Any) -> None:
        self.floor.hearing.hear(event)

    def _settle(self) -> None:
        for _ in range(20):
            self.journal.commit()
        self.floor.dialing.decide()
        self.journal.commit()

    def _customers(self, *states: str) -> list[UUID]:
        return [leg for leg, s in self.legs.items() if leg in self.state.lines and s in states]

    @contextmanager
    def _one_of(self, legs: list[UUID], choice: int) -> Iterator[UUID | None]:
        yield legs[choice % len(legs)] if legs else None
        self._settle()

    # What may happen

    @rule(count=st.integers(1, 4))
    def targets_come(self, count: int) -> None:
        for _ in range(count):
            id = uuid4()
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
        self._settle()

    @rule(seconds=st.sampled_from([0.1, 0.5, 1.0, 2.5, 6.0, 11.0]))
    def time_passes(self, seconds: float) -> None:
        for leg in [leg for leg in self.state.legs if self.legs.get(leg) == "dialing"]:
            self._answers(leg)
        self.clock.advance(seconds)
        self.context.timers.run_due(self.clock.monotonic())
        self._settle()

    @rule(choice=st.integers(0, 9))
    def it_rings(self, choice: int) -> None:
        with self._one_of(self._customers("dialing"), choice) as leg:
            if leg is not None:
                self.legs[leg] = "ringing"
                self._hear(LegRinging(account=ACCOUNT, at=self.context.unix(), leg=leg))

    @rule(choice=st.integers(0, 9))
    def somebody_answers(self, choice: int) -> None:
        with self._one_of(self._customers("dialing", "ringing"), choice) as leg:
            if leg is not None:
                self._answers(leg)

    @rule(choice=st.integers(0, 9), verdict=st.sampled_from(Verdict))
    def the_analysis_is_done(self, choice: int, verdict: Verdict) -> None:
        with self._one_of(self._customers("up"), choice) as leg:
            if leg is not None and self.run.settings.heard_by_analysis is not None:
                at = self.context.unix()
                self._hear(LegAnalysed(account=ACCOUNT, at=at, leg=leg, verdict=verdict))

    @rule(choice=st.integers(0, 9))
    def a_customer_hangs_up(self, choice: int) -> None:
        with self._one_of(self._customers("dialing", "ringing", "up"), choice) as leg:
            if leg is not None:
                self._gone(leg, EndedBy.FAR_END)

    @rule(n=st.integers(0, 4 * AGENTS), lost=st.booleans())
    def a_phone_is_gone(self, n: int, lost: bool) -> None:
        seat = self.state.seats.get(UUID(int=100 + n))  # a few times in all
        if seat is not None and seat.leg is not None:
            self._gone(seat.leg, EndedBy.SWITCH if lost else EndedBy.FAR_END)
        self._settle()

    @rule(choice=st.integers(0, 9), key=st.sampled_from(["", "1", "5", "9"]))
    def a_key_is_pressed(self, choice: int, key: str) -> None:
        with self._one_of(sorted(self.collecting & self.legs.keys()), choice) as leg:
            if leg is not None:
                self.collecting.discard(leg)
                at = self.context.unix()
                self._hear(DigitsCollected(account=ACCOUNT, at=at, leg=leg, digits=key))

    @rule()
    def a_playback_ends(self) -> None:
        if self.plays:
            playback = self.plays.pop(0).playback
            at = self.context.unix()
            self._hear(PlaybackFinished(account=ACCOUNT, at=at, playback=playback))
        self._settle()

    @rule(
        n=st.integers(0, AGENTS - 1),
        deed=st.sampled_from(
            ["available"] * 6 + ["wrap up"] * 3 + ["break", "hang up", "sign out", "sign in"]
        ),
    )
    def an_agent_does(self, n: int, deed: str) -> None:
        seats, seat = self.floor.seats, self.state.seats[UUID(int=100 + n)]
        try:
            match deed:
                case "available":
                    seats.go_available(seat)
                case "break":
                    seats.take_break(seat, reason=None)
                case "hang up":
                    seats.hang_up(seat)
                case "wrap up":
                    seats.end_wrap_up(seat, code=None, note="", then_break=False)
                case "sign out":
                    seats.sign_out(seat, reason=None, force=True)
                case "sign in":
                    seats.sign_in(seat)
        except DomainError:
            pass  # the deed is refused in this state
        self._settle()

    @rule(n=st.integers(0, AGENTS - 1))
    def an_agent_dials(self, n: int) -> None:
        seat = self.state.seats[UUID(int=100 + n)]
        if seat.state in (AgentState.AVAILABLE, AgentState.BREAK) and self.run.dials:
            target = new_target(f"+1202555{len(self.dialed):04}", at=self.clock.now())
            with suppress(DomainError):
                self.floor.manual.begin(seat, Wanted(self.run, target))
        self._settle()

    @rule(running=st.booleans())
    def the_campaign_is_stopped_or_goes_on(self, running: bool) -> None:
        self.run.settings.state = CampaignState.RUNNING if running else CampaignState.STOPPED
        self._settle()

    # What always holds

    @invariant()
    def every_call_ends_once(self) -> None:
        if hasattr(self, "ended"):
            assert len(set(self.ended)) == len(self.ended)
            assert not set(self.ended) & self.state.lines.keys()
            assert self.run.lines == self.state.lines

    @invariant()
    def agents_and_their_customers_agree(self) -> None:
        if not hasattr(self, "run"):
            return
        for seat in self.state.seats.values():
            if seat.state is AgentState.TALKING:
                assert seat.line is not None
                assert seat.line.seat is seat
            if seat.state in (AgentState.AVAILABLE, AgentState.BREAK, AgentState.OFFLINE):
                assert seat.line is None
                assert seat.offer is None
            if seat.state is AgentState.AVAILABLE:
                assert seat.leg_up
        for line in self.state.lines.values():
            if line.state is AttemptState.CONNECTED and line.id in self.legs:
                assert line.seat is not None
                assert line.seat.line is line or line.seat.state is AgentState.OFFLINE

    @invariant()
    def who_waits_is_known_to_wait(self) -> None:
        if not hasattr(self, "run"):
            return
        waiting = [line for line in self.state.lines.values() if _waits(line)]
        assert sorted(line.id for line in waiting) == sorted(line.id for line in self.state.waiting)
        for_agents = [
            line for line in waiting if not self.run.settings.on_ports or line.connected is not None
        ]
        assert not (for_agents and any(seat.free for seat in self.state.seats.values()))

    @invariant()
    def live_answers_are_accounted_for(self) -> None:
        if not hasattr(self, "run"):
            return
        tally = self.run.tally
        at = self.context.unix()
        counted = tally.answered - self.met_by_hand
        assert self.run.ledger.totals(at) == (counted, tally.abandoned)
        waiting = sum(_waits(line) and line.connected is None for line in self.run.lines.values())
        if self.run.settings.on_ports:
            # Who left a port for an agent and met none was connected, and is abandoned, too.
            assert tally.connected + waiting <= tally.answered
            assert tally.answered <= tally.connected + waiting + tally.abandoned
        else:
            assert tally.answered == tally.connected + waiting + tally.abandoned

    @invariant()
    def ports_and_reserved_agents_are_enough(self) -> None:
        if not hasattr(self, "run"):
            return
        settings, lines = self.run.settings, list(self.run.lines.values())
        if settings.on_ports:
            listening = [
                line
                for line in lines
                if line.state is AttemptState.LISTENING and line.disposition is None
            ]
            assert len(listening) <= PORTS
        elif settings.reserves:
            taken = [line.seat.agent_id for line in lines if line.seat is not None]
            assert len(set(taken)) == len(taken)


def _waits(line: Line) -> bool:
    return line.state is AttemptState.WAITING


TestFloor = FloorMachine.TestCase
TestFloor.settings = settings(
    max_examples=60,
    stateful_step_count=60,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
