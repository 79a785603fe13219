"""How a floor's picture and what the switches hold are brought together, on paper."""

from uuid import UUID, uuid4

import pytest

from domain.agents.rules import AgentState
from domain.calls.commands import RecordAction, RecordCall, Supervise, TransferTo
from domain.calls.errors import NotRecording
from domain.calls.rules import AttemptState, Disposition
from domain.campaigns.rules import MachineAction
from domain.floor.calls.guests import MISSED_S
from domain.floor.calls.machines import LONGEST_GREETING_S, LONGEST_MESSAGE_S
from domain.floor.recovery import SETTLED_S
from domain.floor.state import Line, Seat
from domain.floor.switches import GIVEN_UP_AFTER_S, Switches
from domain.telephony.events import (
    EndCause,
    EndedBy,
    LegAnalysed,
    LegEnded,
    LegState,
    PlaybackFinished,
    RecordingFinished,
    RoomState,
    Snapshot,
    Verdict,
)
from domain.telephony.link import Node
from domain.telephony.port import HangUp, Join, PlaceLeg, Play, Role
from tests.domain.floor.paper import ACCOUNT, NODE, PaperFloor

OTHER = Node(node="other", incarnation="1", up=True, legs=0, capacity=100, kind="simulated")


class Paper(PaperFloor):
    """A floor on paper, with customers only when a test wants them."""

    def __init__(self, *, analysed: bool = False) -> None:
        self.open(analysed=analysed, targets=0)
        self.sent.clear()

    @property
    def seat(self) -> Seat:
        return self.state.seats[UUID(int=100)]

    def pass_time(self, seconds: float, switches: Switches, *nodes: Node) -> None:
        """Let seconds go by with these gateways alive."""
        for _ in range(int(seconds)):
            self.clock.advance(1.0)
            self.context.timers.run_due(self.clock.monotonic())
            switches.saw(list(nodes))
            self.settle()

    def snapshot(
        self,
        *legs: UUID,
        rooms: dict[UUID, tuple[UUID, ...]] | None = None,
        taken_at: float | None = None,
    ) -> None:
        """Settle the floor with what the switch holds, now or then; all legs are up for long."""
        at = self.context.unix() if taken_at is None else taken_at
        self.hear(
            Snapshot(
                account=ACCOUNT,
                at=at,
                request=uuid4(),
                node="sim",
                legs=tuple(LegState(leg=leg, state="up", since=at - 100) for leg in legs),
                rooms=tuple(RoomState(room=r, legs=held) for r, held in (rooms or {}).items()),
            )
        )
        self.settle()


@pytest.fixture
def paper() -> Paper:
    return Paper()


@pytest.fixture
def busy() -> Paper:
    """All agents talk, for longer than a snapshot may be late."""
    machine = Paper()
    machine.add_targets(6)
    machine.customers_answer()
    machine.run.hopper.clear()
    assert [s.state for s in machine.state.seats.values()] == [AgentState.TALKING] * 3
    machine.clock.advance(SETTLED_S + 1)
    return machine


def test_a_switch_that_died_with_the_floors_last_owner_is_given_up_by_the_next(busy: Paper) -> None:
    busy.context.nodes = {}  # as a new owner begins
    switches = Switches(busy.context, busy.floor.recovery)

    busy.pass_time(GIVEN_UP_AFTER_S - 1, switches, OTHER)
    assert [s.state for s in busy.state.seats.values()] == [AgentState.TALKING] * 3
    busy.pass_time(2, switches, OTHER)

    assert not busy.state.lines
    assert len(busy.ended) == 3
    assert {s.state for s in busy.state.seats.values()} == {AgentState.WRAP_UP}
    busy.pass_time(6, switches, OTHER)
    for seat in busy.state.seats.values():
        assert (seat.state, seat.node) == (AgentState.RINGING, "other")


def test_a_dead_phone_of_an_idle_agent_is_called_again_by_the_next_owner(paper: Paper) -> None:
    paper.context.nodes = {}
    old = paper.seat.leg
    switches = Switches(paper.context, paper.floor.recovery)

    paper.pass_time(GIVEN_UP_AFTER_S + 2, switches, OTHER)

    assert paper.seat.leg != old
    assert (paper.seat.state, paper.seat.node) == (AgentState.RINGING, "other")


def test_a_phone_that_outlived_a_lost_link_is_taken_up_and_not_called_again(paper: Paper) -> None:
    switches, old = paper.floor.switches, paper.seat.leg
    assert old is not None
    switches.saw([NODE])
    switches.link("sim", up=False)
    paper.pass_time(GIVEN_UP_AFTER_S + 2, switches)
    assert (paper.seat.state, paper.seat.reason) == (AgentState.BREAK, "no_switch")
    paper.sent.clear()

    switches.link("sim", up=True)
    paper.snapshot(old, rooms={paper.seat.agent_id: (old,)})
    switches.saw([NODE])

    assert (paper.seat.state, paper.seat.leg) == (AgentState.AVAILABLE, old)
    placed = [command.join for command in paper.sent if isinstance(command, PlaceLeg)]
    assert paper.seat.agent_id not in placed


def test_a_phone_called_after_a_snapshot_was_taken_is_not_called_again(paper: Paper) -> None:
    taken_at, held = paper.context.unix(), set(paper.state.legs) - {paper.seat.leg}
    paper.clock.advance(1)
    called = _phone_is_called_anew(paper)
    paper.answers(called.leg)
    paper.clock.advance(SETTLED_S + 1)  # the floor reads it late
    paper.sent.clear()

    paper.snapshot(*held, taken_at=taken_at)

    assert (paper.seat.state, paper.seat.leg) == (AgentState.AVAILABLE, called.leg)
    assert paper.sent == []


def test_a_phone_that_a_slow_gateway_may_still_call_is_not_called_again(paper: Paper) -> None:
    called = _phone_is_called_anew(paper)
    paper.clock.advance(called.not_after - paper.context.unix() - 0.01)
    paper.sent.clear()

    paper.snapshot(*set(paper.state.legs) - {called.leg})

    assert (paper.seat.state, paper.seat.leg) == (AgentState.RINGING, called.leg)
    assert paper.sent == []


def test_a_phone_that_the_switch_does_not_hold_is_called_again(paper: Paper) -> None:
    called = _phone_is_called_anew(paper)
    paper.answers(called.leg)
    paper.clock.advance(SETTLED_S + 1)
    paper.sent.clear()

    paper.snapshot(*set(paper.state.legs) - {called.leg})

    (again,) = [command for command in paper.sent if isinstance(command, PlaceLeg)]
    assert (paper.seat.state, paper.seat.leg) == (AgentState.RINGING, again.leg)
    assert again.leg != called.leg


def test_a_supervisors_phone_is_not_taken_for_the_agents(paper: Paper) -> None:
    seat, leg = paper.seat, paper.seat.leg
    assert leg is not None
    wish = Supervise(agent=seat.agent_id, supervisor=uuid4(), role=Role.LISTEN, endpoint="desk")
    paper.floor.supervisions.supervise(seat, wish)
    (listening,) = paper.state.visitors
    paper.gone(leg, EndedBy.FAR_END)

    paper.snapshot(listening, rooms={seat.agent_id: (listening,)})

    assert (seat.state, seat.leg) == (AgentState.BREAK, None)
    assert listening not in paper.state.legs


@pytest.mark.parametrize("comes", [True, False])
def test_a_customer_who_waits_at_a_takeover_is_a_live_answer(busy: Paper, comes: bool) -> None:
    line = busy.seat.line
    assert line is not None
    busy.run.ledger.minutes.clear()  # no row says yet that this one was a live answer
    busy.seat.line, line.seat = None, None
    line.state, line.connected, line.connected_at = AttemptState.WAITING, None, None
    busy.seat.state = AgentState.BREAK

    busy.floor.lines.resume(busy.run, line)
    if comes:
        busy.floor.seats.go_available(busy.seat)
    busy.pass_time(3, busy.floor.switches, NODE)

    assert (line.state is AttemptState.CONNECTED) is comes
    assert busy.run.ledger.totals(busy.context.unix()) == (1, 0 if comes else 1)


def test_a_customer_who_met_an_agent_is_not_counted_again_at_a_takeover(busy: Paper) -> None:
    line = busy.seat.line
    assert line is not None
    before = busy.run.ledger.totals(busy.context.unix())

    busy.floor.lines.resume(busy.run, line)

    assert busy.run.ledger.totals(busy.context.unix()) == before


@pytest.mark.parametrize("action", [RecordAction.PAUSE, RecordAction.RESUME, RecordAction.STOP])
def test_nothing_is_done_to_a_recording_that_does_not_run(
    busy: Paper, action: RecordAction
) -> None:
    busy.sent.clear()

    with pytest.raises(NotRecording, match="Start a recording first"):
        busy.floor.commands.handle(RecordCall(agent=busy.seat.agent_id, action=action))

    assert busy.sent == []


def test_a_recording_that_the_switch_ended_can_be_started_again(busy: Paper) -> None:
    line = busy.seat.line
    assert line is not None
    start = RecordCall(agent=busy.seat.agent_id, action=RecordAction.START)
    busy.floor.commands.handle(start)
    first = line.recording
    assert first is not None

    at = busy.context.unix()
    busy.hear(
        RecordingFinished(account=ACCOUNT, at=at, recording=first, path="a.wav", size=1, seconds=1)
    )
    busy.floor.commands.handle(start)

    assert line.recording not in (None, first)


def test_a_customer_whom_no_agent_is_with_is_hung_up_when_nobody_else_is_there(
    busy: Paper,
) -> None:
    line, legs = busy.seat.line, _legs(busy)
    assert line is not None
    busy.floor.seats.wrap_up(busy.seat, line, None)  # the customer went on to a number outside
    busy.sent.clear()

    busy.snapshot(*legs)

    assert busy.sent == [HangUp(leg=line.id)]
    assert line.id not in busy.state.lines


def test_a_customer_with_a_number_outside_is_left_there_by_the_next_owner(busy: Paper) -> None:
    line, legs, outside = busy.seat.line, _legs(busy), uuid4()
    assert line is not None
    busy.floor.seats.wrap_up(busy.seat, line, None)
    busy.sent.clear()

    busy.snapshot(*legs, outside, rooms={line.id: (line.id, outside)})
    assert busy.sent == []

    busy.hear(_ended(busy, outside))
    busy.settle()
    assert busy.sent == [HangUp(leg=line.id)]


def test_a_customer_with_an_agent_is_left_alone_by_snapshots(busy: Paper) -> None:
    busy.sent.clear()

    busy.snapshot(*_legs(busy))

    assert busy.sent == []
    assert len(busy.state.lines) == 3


def test_an_agent_whose_caller_is_gone_with_the_number_takes_a_break(busy: Paper) -> None:
    line = busy.seat.line
    assert line is not None
    busy.state.runs.clear()  # the number that was called is ours no more

    busy.floor.recovery.resume()

    assert line.state is AttemptState.ENDED
    assert (busy.seat.state, busy.seat.line) == (AgentState.BREAK, None)


def test_an_agent_who_was_consulted_comes_back_to_the_own_room(paper: Paper) -> None:
    seat = paper.seat
    assert seat.leg is not None
    paper.floor.seats.reserve(seat, paper.run.campaign_id, None)
    paper.sent.clear()

    paper.floor.recovery.resume()

    assert seat.state is AgentState.AVAILABLE
    assert paper.sent[0] == Join(leg=seat.leg, room=seat.agent_id, role=Role.AGENT)


@pytest.fixture
def greeting() -> tuple[Paper, Line]:
    """A machine that greets, in a campaign that leaves messages; what its row must say is noted."""
    machine = Paper(analysed=True)
    machine.run.settings.machine_action = MachineAction.MESSAGE
    machine.add_targets(1)
    machine.customers_answer()
    (line,) = machine.state.lines.values()
    machine.hear(_analysed(machine, line))
    assert line.id in machine.journal._group.attempts
    machine.settle()
    machine.sent.clear()
    return machine, line


def test_a_beep_that_comes_after_a_takeover_gets_its_message(greeting: tuple[Paper, Line]) -> None:
    paper, line = greeting
    paper.next_owner_resumes(line)

    paper.hear(_analysed(paper, line, beep_at=paper.context.unix()))
    (play,) = [command for command in paper.sent if isinstance(command, Play)]
    paper.hear(_played(paper, play))

    assert paper.sent[-1] == HangUp(leg=line.id)


def test_a_message_that_plays_during_a_takeover_ends_the_call(greeting: tuple[Paper, Line]) -> None:
    paper, line = greeting
    paper.hear(_analysed(paper, line, beep_at=paper.context.unix()))
    (play,) = [command for command in paper.sent if isinstance(command, Play)]

    paper.next_owner_resumes(line)
    paper.hear(_played(paper, play))

    assert paper.sent[-1] == HangUp(leg=line.id)


def test_a_machine_that_never_beeps_is_hung_up_by_the_next_owner(
    greeting: tuple[Paper, Line],
) -> None:
    paper, line = greeting
    paper.next_owner_resumes(line)

    paper.pass_time(LONGEST_GREETING_S, paper.floor.switches, NODE)
    assert line.id in paper.state.lines
    paper.pass_time(LONGEST_MESSAGE_S + 1, paper.floor.switches, NODE)

    assert line.id not in paper.state.lines


def _analysed(paper: Paper, line: Line, *, beep_at: float | None = None) -> LegAnalysed:
    at = paper.context.unix()
    return LegAnalysed(
        account=ACCOUNT, at=at, leg=line.id, verdict=Verdict.MACHINE, beep_at=beep_at
    )


def _played(paper: Paper, play: Play) -> PlaybackFinished:
    return PlaybackFinished(account=ACCOUNT, at=paper.context.unix(), playback=play.playback)


def test_a_supervisor_is_called_anew_after_the_agents_switch_was_lost(paper: Paper) -> None:
    wish = Supervise(
        agent=paper.seat.agent_id, supervisor=uuid4(), role=Role.LISTEN, endpoint="desk"
    )
    paper.floor.supervisions.supervise(paper.seat, wish)
    assert len(paper.state.visitors) == 1

    paper.floor.recovery.end_lines_of("sim", paper.context.unix())
    assert not paper.state.visitors
    assert paper.seat.leg is not None
    paper.answers(paper.seat.leg)
    paper.sent.clear()
    paper.floor.supervisions.supervise(paper.seat, wish)

    (placed,) = [command for command in paper.sent if isinstance(command, PlaceLeg)]
    assert (placed.join, placed.role) == (paper.seat.agent_id, Role.LISTEN)
    assert set(paper.state.visitors) == {placed.leg}


def test_a_supervisor_whose_end_was_lost_is_called_anew(paper: Paper) -> None:
    wish = Supervise(
        agent=paper.seat.agent_id, supervisor=uuid4(), role=Role.LISTEN, endpoint="desk"
    )
    paper.floor.supervisions.supervise(paper.seat, wish)

    paper.snapshot(*paper.state.legs)  # taken before the phone was called, perhaps
    assert len(paper.state.visitors) == 1
    paper.clock.advance(MISSED_S + 1)
    paper.snapshot(*paper.state.legs)

    assert not paper.state.visitors
    paper.sent.clear()
    paper.floor.supervisions.supervise(paper.seat, wish)
    assert [type(command) for command in paper.sent] == [PlaceLeg]


def test_a_customer_is_hung_up_when_the_end_of_the_number_outside_was_lost(busy: Paper) -> None:
    seat, line = busy.seat, busy.seat.line
    assert line is not None
    busy.floor.transfers.transfer(seat, TransferTo(agent=seat.agent_id, to_number="+12025550199"))
    (outside,) = busy.state.thirds
    busy.snapshot(*_legs(busy), outside, rooms={line.id: (line.id, outside)})
    busy.sent.clear()

    busy.snapshot(*_legs(busy))
    busy.clock.advance(MISSED_S + 1)
    busy.snapshot(*_legs(busy))

    assert HangUp(leg=line.id) in busy.sent
    assert not busy.state.thirds
    assert line.id not in busy.state.lines


def test_nobody_is_connected_on_a_switch_that_is_gone(busy: Paper) -> None:
    kept, other = list(busy.state.seats.values())[:2]
    dialed, waits = kept.line, other.line
    assert dialed is not None
    assert waits is not None
    dialed.state, dialed.connected, dialed.connected_at = AttemptState.RINGING, None, None
    kept.state = AgentState.RESERVED
    waits.state, waits.connected, waits.connected_at = AttemptState.WAITING, None, None
    waits.seat, other.line, other.state = None, None, AgentState.BREAK
    busy.state.waiting.append(waits)

    busy.floor.recovery.end_lines_of("sim", busy.context.unix())

    assert (dialed.disposition, waits.disposition) == (Disposition.FAILED, Disposition.ABANDONED)
    assert (kept.state, kept.line, waits.seat) == (AgentState.RINGING, None, None)


def _phone_is_called_anew(paper: Paper) -> PlaceLeg:
    """An agent signs out and comes back."""
    seats = paper.floor.seats
    seats.sign_out(paper.seat, reason=None, force=False)
    paper.settle()
    paper.sent.clear()
    seats.sign_in(paper.seat)
    seats.go_available(paper.seat)
    (placed,) = [command for command in paper.sent if isinstance(command, PlaceLeg)]
    return placed


def _legs(paper: Paper) -> list[UUID]:
    """All that the floor knows to be up."""
    return [*paper.state.legs, *paper.state.lines]


def _ended(paper: Paper, leg: UUID) -> LegEnded:
    at = paper.context.unix()
    return LegEnded(account=ACCOUNT, at=at, leg=leg, cause=EndCause.NORMAL, by=EndedBy.FAR_END)
