"""Whatever agents, customers and chance do, in whatever order: what always holds on a floor."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from uuid import UUID, uuid4

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from domain.agents.rules import AgentState
from domain.calls.commands import TransferTo
from domain.calls.rules import AttemptState
from domain.campaigns.rules import CampaignState, DialMode
from domain.core.errors import DomainError
from domain.floor.recovery import SETTLED_S
from domain.floor.runs.manual import Wanted
from domain.floor.state import Line, Run, Seat
from domain.targets.by_hand import new_target
from domain.telephony.events import (
    DigitsCollected,
    EndedBy,
    Failure,
    LegAnalysed,
    LegRinging,
    LegState,
    PlaybackFinished,
    Snapshot,
    Verdict,
)
from tests.domain.floor.paper import ACCOUNT, AGENTS, PORTS, PaperFloor

TALKING, WRAP_UP = AgentState.TALKING, AgentState.WRAP_UP


class FloorMachine(PaperFloor, RuleBasedStateMachine):
    """That floor, and a switch that does as chance says."""

    @initialize(
        mode=st.sampled_from(DialMode),
        lines=st.sampled_from([1.0, 2.0, 3.0]),
        analysed=st.booleans(),
        consoles=st.booleans(),
    )
    def begin(self, mode: DialMode, lines: float, analysed: bool, consoles: bool) -> None:
        self.open(mode, lines=lines, analysed=analysed, consoles=consoles, targets=6)
        self.met_by_hand = 0  # live answers that no ledger counts
        self.floor.lines.was_connected = self._met

    def _met(self, run: Run, line: Line, seat: Seat) -> None:
        self.met_by_hand += line.by_hand

    @contextmanager
    def _one_of(self, legs: list[UUID], choice: int) -> Iterator[UUID | None]:
        yield legs[choice % len(legs)] if legs else None
        self.settle()

    # What may happen

    @rule(count=st.integers(1, 4))
    def targets_come(self, count: int) -> None:
        self.add_targets(count)

    @rule(seconds=st.sampled_from([0.1, 0.5, 1.0, 2.5, 6.0, 11.0]))
    def time_passes(self, seconds: float) -> None:
        self.phones_are_picked_up()
        self.wait(seconds)

    @rule(choice=st.integers(0, 9))
    def it_rings(self, choice: int) -> None:
        with self._one_of(self.customers("dialing"), choice) as leg:
            if leg is not None:
                self.legs[leg] = "ringing"
                self.hear(LegRinging(account=ACCOUNT, at=self.context.unix(), leg=leg))

    @rule(
        choice=st.integers(0, 9),
        failure=st.sampled_from([Failure.CONGESTION, Failure.UNREACHABLE]),
    )
    def a_carrier_fails(self, choice: int, failure: Failure) -> None:
        with self._one_of(self.customers("dialing", "ringing"), choice) as leg:
            if leg is not None:
                self.carrier_fails(leg, failure)

    @rule(choice=st.integers(0, 9))
    def somebody_answers(self, choice: int) -> None:
        with self._one_of(self.customers("dialing", "ringing"), choice) as leg:
            if leg is not None:
                self.answers(leg)

    @rule(choice=st.integers(0, 9), verdict=st.sampled_from(Verdict))
    def the_analysis_is_done(self, choice: int, verdict: Verdict) -> None:
        with self._one_of(self.customers("up"), choice) as leg:
            if leg is not None and self.run.settings.heard_by_analysis is not None:
                at = self.context.unix()
                self.hear(LegAnalysed(account=ACCOUNT, at=at, leg=leg, verdict=verdict))

    @rule(choice=st.integers(0, 9))
    def a_customer_hangs_up(self, choice: int) -> None:
        with self._one_of(self.customers("dialing", "ringing", "up"), choice) as leg:
            if leg is not None:
                self.gone(leg, EndedBy.FAR_END)

    @rule(n=st.integers(0, 4 * AGENTS), lost=st.booleans())
    def a_phone_is_gone(self, n: int, lost: bool) -> None:
        seat = self.state.seats.get(UUID(int=100 + n))  # a few times in all
        if seat is not None and seat.leg is not None:
            self.gone(seat.leg, EndedBy.SWITCH if lost else EndedBy.FAR_END)
        self.settle()

    @rule(choice=st.integers(0, 9), key=st.sampled_from(["", "1", "5", "9"]))
    def a_key_is_pressed(self, choice: int, key: str) -> None:
        with self._one_of(sorted(self.collecting & self.legs.keys()), choice) as leg:
            if leg is not None:
                self.collecting.discard(leg)
                at = self.context.unix()
                self.hear(DigitsCollected(account=ACCOUNT, at=at, leg=leg, digits=key))

    @rule()
    def a_playback_ends(self) -> None:
        if self.plays:
            playback = self.plays.pop(0).playback
            at = self.context.unix()
            self.hear(PlaybackFinished(account=ACCOUNT, at=at, playback=playback))
        self.settle()

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
        self.settle()

    @rule(choice=st.integers(0, 9), comes_back=st.booleans())
    def a_busy_agent_signs_out(self, choice: int, comes_back: bool) -> None:
        busy = [seat for seat in self.agents if seat.state in (TALKING, WRAP_UP)]
        if busy:
            seat = busy[choice % len(busy)]
            self.floor.seats.sign_out(seat, reason=None, force=True)
            self.settle()
            if comes_back:
                self.floor.seats.sign_in(seat)
                self.floor.seats.go_available(seat)
                self.settle()

    @rule(
        choice=st.integers(0, 9),
        outside=st.booleans(),
        deed=st.sampled_from(
            ["consult"] * 4 + ["complete", "give"] * 2 + ["cancel", "hold", "take back"]
        ),
    )
    def an_agent_transfers(self, choice: int, outside: bool, deed: str) -> None:
        if not any(seat.state is TALKING for seat in self.agents):
            self.add_targets(1)
            self.customers_answer()
        talking = [seat for seat in self.agents if seat.state is TALKING]
        free = [seat.agent_id for seat in self.agents if seat.free]
        if not talking or not (free or outside):
            return
        if deed in ("complete", "cancel"):
            talking = [seat for seat in talking if seat.line and seat.line.consultation] or talking
        transfers, seat = self.floor.transfers, talking[choice % len(talking)]
        to = TransferTo(
            agent=seat.agent_id,
            to_agent=None if outside else free[choice % len(free)],
            to_number="+12025550199" if outside else None,
            consult=deed == "consult",
        )
        try:
            match deed:
                case "consult" | "give":
                    transfers.transfer(seat, to)
                case "complete":
                    transfers.complete(seat)
                case "cancel":
                    transfers.cancel(seat)
                case "hold" | "take back":
                    transfers.hold(seat, on=deed == "hold")
        except DomainError:
            pass  # the deed is refused in this state
        self.settle()

    @rule(choice=st.integers(0, 9), deed=st.sampled_from(["break", "sign out", "phone"]))
    def a_consulted_agent_leaves(self, choice: int, deed: str) -> None:
        consulted = [seat for seat in self.agents if seat.is_consulted]
        if consulted:
            seat = consulted[choice % len(consulted)]
            if deed == "break":
                self.floor.seats.take_break(seat, reason=None)
            elif deed == "sign out":
                self.floor.seats.sign_out(seat, reason=None, force=False)
            elif seat.leg is not None:
                self.gone(seat.leg, EndedBy.SWITCH)
            self.settle()

    @rule(
        choice=st.integers(0, 9), does=st.sampled_from(["picks up", "hangs up", "is not reached"])
    )
    def a_third_party_does(self, choice: int, does: str) -> None:
        with self._one_of([leg for leg in self.legs if leg in self.state.thirds], choice) as leg:
            if leg is None:
                return
            if does == "hangs up":
                self.gone(leg, EndedBy.FAR_END)
            elif self.legs[leg] == "dialing" and does == "picks up":
                self.answers(leg)
            elif self.legs[leg] == "dialing":
                self.carrier_fails(leg, Failure.CONGESTION)

    @rule(n=st.integers(0, AGENTS - 1))
    def an_agent_dials(self, n: int) -> None:
        seat = self.state.seats[UUID(int=100 + n)]
        if seat.state in (AgentState.AVAILABLE, AgentState.BREAK) and self.run.dials:
            target = new_target(f"+1202555{len(self.dialed):04}", at=self.clock.now())
            with suppress(DomainError):
                self.floor.manual.begin(seat, Wanted(self.run, target))
        self.settle()

    @rule(choice=st.integers(0, 19))
    def the_switch_says_what_it_holds(self, choice: int) -> None:
        """Somebody's leg may be gone without a word."""
        known = sorted(self.legs.keys() - self.state.thirds.keys())
        if choice < len(known):
            del self.legs[known[choice]]
            self.collecting.discard(known[choice])
        self.clock.advance(SETTLED_S + 1.0)
        at = self.context.unix()
        held = (LegState(leg=leg, state=state, since=at) for leg, state in self.legs.items())
        self.hear(Snapshot(account=ACCOUNT, at=at, request=uuid4(), node="sim", legs=tuple(held)))
        self.wait(0.0)

    @rule(running=st.booleans())
    def the_campaign_is_stopped_or_goes_on(self, running: bool) -> None:
        self.run.settings.state = CampaignState.RUNNING if running else CampaignState.STOPPED
        self.settle()

    # What always holds

    @invariant()
    def every_call_ends_once(self) -> None:
        if hasattr(self, "ended"):
            assert len(set(self.ended)) == len(self.ended)
            assert not set(self.ended) & self.state.lines.keys()
            assert self.run.lines == self.state.lines

    @invariant()
    def every_target_is_in_one_place_or_in_its_row(self) -> None:
        if not hasattr(self, "run"):
            return
        places = [seat.offer.target.id for seat in self.state.seats.values() if seat.offer]
        places += [target.id for target in self.run.hopper]
        places += [line.target.id for line in self.state.lines.values()]
        assert len(set(places)) == len(places)
        assert set(self.came) - set(places) <= self.journal.written

    @invariant()
    def a_trunk_that_failed_a_contact_is_not_tried_for_it_again(self) -> None:
        if hasattr(self, "run"):
            for used in self.trunks_of.values():
                assert len(set(used)) == len(used)

    @invariant()
    def each_call_to_a_number_is_counted_once(self) -> None:
        if hasattr(self, "run"):
            busy = sum(trunk.busy for trunk in self.state.trunks.values())
            assert busy == len(self.state.lines) + len(self.state.thirds)
            assert all(trunk.busy <= trunk.channels for trunk in self.state.trunks.values())

    @invariant()
    def nobody_waits_for_a_leg_that_is_gone(self) -> None:
        if hasattr(self, "run"):
            assert self.state.lines.keys() | self.state.legs.keys() <= self.legs.keys()

    @invariant()
    def agents_and_their_customers_agree(self) -> None:
        if not hasattr(self, "run"):
            return
        for seat in self.state.seats.values():
            if seat.state is TALKING:
                assert seat.line is not None
                assert seat.line.seat is seat
            if seat.state not in (AgentState.RESERVED, TALKING, WRAP_UP):
                assert (seat.line, seat.offer) == (None, None)
            if seat.state is not WRAP_UP:
                assert seat.wrap_up_ends is None
            if seat.state is AgentState.AVAILABLE:
                assert seat.leg_up
        for line in self.state.lines.values():
            if line.handed_over:
                continue  # no agent's any more
            if line.state is AttemptState.CONNECTED and line.id in self.legs:
                assert line.seat is not None
                assert line.seat.line is line or line.seat.state is AgentState.OFFLINE

    @invariant()
    def who_is_consulted_is_there(self) -> None:
        if not hasattr(self, "run"):
            return
        asked = [line.consultation for line in self.state.lines.values() if line.consultation]
        agents = [third.seat for third in asked if third.seat is not None]
        consulted = [seat for seat in self.agents if seat.is_consulted]
        assert sorted(seat.agent_id for seat in agents) == [seat.agent_id for seat in consulted]
        assert all(third.is_there for third in asked if third.seat is not None)
        assert {third.leg for third in asked if third.seat is None} == self.state.thirds.keys()

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
            mine = [line for line in lines if not line.handed_over]
            taken = [line.seat.agent_id for line in mine if line.seat is not None]
            assert len(set(taken)) == len(taken)


def _waits(line: Line) -> bool:
    return line.state is AttemptState.WAITING


TestFloor = FloorMachine.TestCase
TestFloor.settings = settings(
    max_examples=60,
    stateful_step_count=60,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
