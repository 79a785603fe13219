"""What a floor holds in memory: seats, lines and runs. One writer, so no locks."""

from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from domain.agents.models import EndpointKind
from domain.agents.rules import AgentState
from domain.calls.events import ThirdParty
from domain.calls.rules import (
    AttemptState,
    CallDirection,
    Disposition,
    RecordingState,
    ThirdPartyStatus,
)
from domain.campaigns.rules import (
    CampaignState,
)
from domain.eligibility.openings import Openings
from domain.eligibility.parts import Block
from domain.floor.ledger import Ledger, Tally
from domain.floor.settings import InboundRoute, Settings
from domain.floor.wishes import Said
from domain.hooks.rules import Breaker, HookSettings
from domain.pacing.interface import PacingPolicy
from domain.targets.hopper import HopperTarget
from domain.telephony.events import EndedBy
from domain.trunks.rules import TrunkUse, WayOut

ON_THE_JOB = frozenset(
    {AgentState.AVAILABLE, AgentState.RESERVED, AgentState.TALKING, AgentState.WRAP_UP}
)


FRESH_S = 60.0  # what was read of a number is read again after it


@dataclass(slots=True)
class StateEntry:
    """The row of the stretch that an agent is in."""

    id: UUID
    state: AgentState
    started_at: datetime
    reason: str | None = None
    campaign_id: UUID | None = None
    call_id: UUID | None = None
    leg_id: UUID | None = None
    node: str | None = None
    trunk_id: UUID | None = None
    by_phone: bool = False
    then_break: bool = False
    then_break_reason: str | None = None
    ended_at: datetime | None = None


@dataclass(slots=True)
class LoginEntry:
    """The row of the stretch in which an agent is logged into a campaign."""

    id: UUID
    campaign_id: UUID
    started_at: datetime
    ended_at: datetime | None = None


@dataclass(slots=True)
class Offer:
    """A contact shown to an agent before it is dialed."""

    target: HopperTarget
    campaign_id: UUID
    decide_before: float  # monotonic seconds


@dataclass(slots=True)
class Seat:
    """An agent at work: state, phone, and what is on it."""

    agent_id: UUID
    name: str
    endpoint_kind: EndpointKind
    endpoint: str
    caller_id: str | None
    record: bool
    team_id: UUID | None
    levels: dict[UUID, int]  # campaign -> skill level; a higher one is offered calls later
    ranks: dict[UUID, int] = field(default_factory=dict)  # by the agent's team, where it has one
    manual: set[UUID] = field(default_factory=set)  # of those campaigns, the ones to log into
    logins: dict[UUID, LoginEntry] = field(default_factory=dict)  # by campaign
    state: AgentState = AgentState.OFFLINE
    reason: str | None = None
    since: float = 0.0  # monotonic seconds
    entry: StateEntry | None = None
    leg: UUID | None = None  # the phone call that holds the agent
    leg_up: bool = False  # and in the agent's room, or with another agent who asked for it
    leg_since: float = 0.0
    by_phone: bool = False  # signed in by telephone: hanging up signs out
    node: str | None = None  # where that leg is
    way: WayOut | None = None  # by which it leaves, for a number outside
    line: "Line | None" = None  # the customer, from reservation to the end of wrap-up
    offer: Offer | None = None
    wrap_up_ends: float | None = None  # monotonic seconds; None: the agent ends it
    dials_for: UUID | None = None  # the campaign of calls dialed by hand
    when_up: Callable[[], None] | None = None  # what the phone is called for, if not for customers
    then_break: bool = False  # a break follows the call and its wrap-up
    then_break_reason: str | None = None

    @property
    def free(self) -> bool:
        """Whether a customer may be connected now."""
        return self.state is AgentState.AVAILABLE and self.leg_up

    def serves(self, campaign_id: UUID) -> bool:
        """Whether the agent works on a campaign, and is logged into it where that is needed."""
        return campaign_id in self.levels and (
            campaign_id not in self.manual or campaign_id in self.logins
        )

    def rank(self, run: "Run") -> int:
        """How early this agent serves a campaign's customers; the highest first."""
        return self.ranks.get(run.campaign_id, run.settings.priority)

    def noted(self) -> StateEntry | None:
        """The row of the stretch, if it is another now: who holds the agent, what follows."""
        entry = self.entry
        if entry is None:
            return None
        before = replace(entry)
        entry.leg_id, entry.node, entry.by_phone = self.leg, self.node, self.by_phone
        entry.trunk_id = self.way.trunk.id if self.way and self.way.trunk else None
        entry.then_break, entry.then_break_reason = self.then_break, self.then_break_reason
        return entry if entry != before else None

    @property
    def is_consulted(self) -> bool:
        """Whether another agent asks this one about a customer whom this one may get."""
        return self.state is AgentState.RESERVED and self.line is None and self.offer is None

    @property
    def campaign_id(self) -> UUID | None:
        """The campaign the agent is busy for, if any."""
        if self.line is not None:
            return self.line.campaign_id
        return self.offer.campaign_id if self.offer else None


@dataclass(slots=True)
class Consultation:
    """A third party called, or an agent joined, to take a customer over."""

    leg: UUID
    seat: Seat | None = None  # an agent; None: a number outside
    up: bool = False
    way: WayOut | None = None  # of a number: how the call to it left
    number: str = ""  # empty: called for the floor's last owner
    room: UUID | None = None  # where it joins

    @property
    def third_party(self) -> ThirdParty:
        """As the desk of the agent who asked shows it."""
        rings = self.way is not None and self.way.heard
        status = ThirdPartyStatus.RINGING if rings else ThirdPartyStatus.CALLING
        return ThirdParty(
            status=ThirdPartyStatus.ANSWERED if self.up else status,
            agent=self.seat.agent_id if self.seat else None,
            name=self.seat.name if self.seat else "",
            number=self.number,
        )

    @property
    def is_there(self) -> bool:
        """Whether the customer can be given to the third party now."""
        seat = self.seat
        return self.up and (seat is None or (seat.is_consulted and seat.leg == self.leg))


@dataclass(slots=True)
class Line:
    """One attempt under way, and the call it becomes. Its id is the leg's id at the switch."""

    id: UUID
    campaign_id: UUID
    target: HopperTarget
    ordinal: int
    caller_id: str | None
    node: str
    created_at: datetime
    placed: float  # monotonic seconds of the decision
    state: AttemptState = AttemptState.COMMITTED
    disposition: Disposition | None = None  # known before the leg is gone, for machines
    direction: CallDirection = CallDirection.OUTBOUND
    seat: Seat | None = None  # the agent it is for, or with
    trunk: TrunkUse | None = None  # None: the switch's default
    heard: bool = False  # it rang, or something was played, before the answer
    failed_over: bool = False  # its carrier failed it, and its target goes on by the next trunk
    held: bool = False
    opted_out: bool = False  # asked not to be called again
    by_hand: bool = False  # the agent typed the number
    took_target: bool = True  # else the target's row is another's, and nothing is said of it
    handed_over: bool = False  # to a number outside; no agent is with the customer any more
    consultation: Consultation | None = None
    told: tuple[bool, ThirdParty | None] | None = (False, None)  # the desk; None: not known
    level: int | None = None  # offered to agents of that level first
    decided_by: dict[str, Any] | None = None  # what rules and the hook said of it
    recording: UUID | None = None  # of the talk
    recording_paused: bool = False
    records_analysis: bool = False  # the switch was asked to; it does so under the leg's id
    answered: float | None = None
    presented: float | None = None
    connected: float | None = None
    ringing_at: datetime | None = None
    answered_at: datetime | None = None
    connected_at: datetime | None = None
    ended_at: datetime | None = None
    ended_by: EndedBy | None = None
    wrap_up_code: str | None = None
    note: str = ""
    wrap_up_ended_at: datetime | None = None
    again_at: datetime | None = None  # promised by an agent who gave the customer away

    @property
    def agent_id(self) -> UUID | None:
        """The agent it is for, or with."""
        return self.seat.agent_id if self.seat else None

    @property
    def number(self) -> str:
        """The other party's number, E.164; empty when it was withheld."""
        return self.target.number

    def was_heard(self) -> None:
        """The called network let us hear something before the answer, if only that it rings."""
        self.heard = True
        if self.trunk is not None:
            self.trunk.rang()

    @property
    def recorded(self) -> RecordingState:
        """Whether it is being recorded."""
        if self.recording is None:
            return RecordingState.OFF
        return RecordingState.PAUSED if self.recording_paused else RecordingState.ON

    @property
    def shown(self) -> tuple[bool, ThirdParty | None]:
        """Whether the customer is on hold, and the third party, as a desk shows them."""
        return self.held, self.consultation.third_party if self.consultation else None

    @property
    def is_served(self) -> bool:
        """Whether somebody is, or is on the way to be, with a customer who was connected."""
        if self.state is not AttemptState.CONNECTED or self.consultation is not None:
            return True
        seat = self.seat
        return seat is not None and seat.line is self and seat.state is AgentState.TALKING

    @property
    def is_inbound(self) -> bool:
        """Whether the other party called: then there is neither an attempt nor a target."""
        return self.direction is CallDirection.INBOUND


@dataclass(slots=True)
class RunHook:
    """The pre-dial hook of a run, and what it said of targets that wait to be dialed."""

    settings: HookSettings
    breaker: Breaker = field(default_factory=Breaker)
    said: dict[UUID, Said] = field(default_factory=dict)  # by target
    asking: set[UUID] = field(default_factory=set)


@dataclass(slots=True)
class Run:
    """A campaign that this floor dials, or whose calls are still up."""

    campaign_id: UUID
    settings: Settings
    policy: PacingPolicy
    hopper: deque[HopperTarget] = field(default_factory=deque)
    aside: set[UUID] = field(default_factory=set)  # targets whose change is not written yet
    later: bool = False  # targets wait for a retry that is not due yet
    retry_noted: bool = False  # one was decided since they were looked for
    refilling: bool = False
    exhausted: bool = False  # the last look found fewer targets than the hopper had room for
    refilled: float = 0.0  # monotonic seconds of that look
    generation: int = 0  # of the hopper; what was asked for before a change is thrown away
    targets_left: int = 0
    tally: Tally = field(default_factory=Tally)
    ledger: Ledger = field(default_factory=Ledger)
    lines: dict[UUID, Line] = field(default_factory=dict)
    due: bool = True  # something happened since the last decision
    decided: float = 0.0
    why: str = ""
    notes: dict[str, str] = field(default_factory=dict)  # what else a supervisor should know
    hook: RunHook | None = None  # asked before each call; None: nobody is
    held_up: bool = False  # nothing in the hopper may leave before the hook has answered
    inbound: bool = False  # a number that people call, not a campaign
    openings: Openings | None = None  # the rules it dials by; None: it does not dial
    forbidden: Block | None = None  # a rule that forbids all of its calls now

    @property
    def dials(self) -> bool:
        """Whether new calls may leave."""
        return self.settings.state is CampaignState.RUNNING and self.forbidden is None

    @property
    def wants_agents(self) -> bool:
        """Whether it has somebody to dial for free agents now."""
        ready = bool(self.hopper) and not self.held_up
        return self.dials and ready and not self.settings.on_ports

    @property
    def has_more(self) -> bool:
        """Whether there is, or will be, somebody to call, as far as is known."""
        unsettled = any(line.presented is None for line in self.lines.values())
        return self.dials and (bool(self.hopper) or not self.exhausted or self.later or unsettled)

    def stale(self, now: float) -> bool:
        """Whether targets wait in the hopper so long that what was read of them may be old."""
        return bool(self.hopper) and now - self.hopper[0].read_at > FRESH_S


@dataclass(slots=True)
class FloorState:
    """Everything a floor knows."""

    account_id: UUID
    epoch: int
    seats: dict[UUID, Seat] = field(default_factory=dict)
    lines: dict[UUID, Line] = field(default_factory=dict)
    runs: dict[UUID, Run] = field(default_factory=dict)
    legs: dict[UUID, Seat] = field(default_factory=dict)  # agents' own legs
    thirds: dict[UUID, Line] = field(default_factory=dict)  # legs called for a transfer
    visitors: set[UUID] = field(default_factory=set)  # supervisors, and agents signing in
    routes: dict[str, InboundRoute] = field(default_factory=dict)  # by number
    trunks: dict[UUID, TrunkUse] = field(default_factory=dict)  # in its order; disabled ones, too
    waiting: list[Line] = field(default_factory=list)  # live customers, longest wait first

    def owns(self, leg: UUID) -> bool:
        """Whether somebody here knows what a leg is for."""
        return leg in self.lines or leg in self.legs or leg in self.thirds or leg in self.visitors

    def crew(self, campaign_id: UUID) -> Iterable[Seat]:
        """The agents who serve a campaign and are signed in."""
        return (
            seat
            for seat in self.seats.values()
            if seat.serves(campaign_id) and seat.state is not AgentState.OFFLINE
        )
