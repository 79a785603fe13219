"""People who call us: greeted, kept with music, and connected with an agent of a team.

A number that people call is a run of its own without a list: its callers are lines that wait, its
team are its agents. So they share agents, patience and wrap-up with everything else, and come
before outbound calls (CAM-19).
"""

from uuid import UUID, uuid4

from domain.calls.rules import AttemptState, CallDirection
from domain.campaigns.rules import RANK_OF_CALLERS, CampaignState, DialMode, MachineAction
from domain.floor import rows
from domain.floor.agents.phones import Phones
from domain.floor.calls.endings import instant
from domain.floor.calls.lines import Lines
from domain.floor.context import FloorContext
from domain.floor.settings import InboundRoute, Settings
from domain.floor.state import Line, Run
from domain.numbers.models import NumberPurpose
from domain.pacing import policy_for
from domain.pacing.interface import PacingSettings
from domain.targets.hopper import HopperTarget
from domain.targets.rules import TargetState
from domain.telephony.events import EndCause, LegArrived, PlaybackFinished
from domain.telephony.port import Answer, File, HangUp, Hold, Play

LONGEST_WAIT_S = 600.0
LONGEST_NUMBER = 16  # a plus and 15 digits (E.164)


class Callers:
    """Takes calls to the account's own numbers."""

    def __init__(self, context: FloorContext, lines: Lines, phones: Phones) -> None:
        self._context = context
        self._state = context.state
        self._lines = lines
        self._phones = phones
        self._greetings: dict[UUID, Line] = {}  # that play now, by playback

    def arrived(self, event: LegArrived, node: str) -> None:
        """Somebody called one of our numbers."""
        if self._phones.dialed_a_code(event, node):
            return
        route = self._state.routes.get(event.number)
        if route is None or route.purpose is NumberPurpose.CALLER_ID:
            self._context.send(node, HangUp(leg=event.leg, cause=EndCause.REJECTED))
        elif route.purpose is NumberPurpose.PHONE_LOGIN:
            self._phones.ask_for_code(event, node)
        else:
            self._welcome(route, event, node)

    async def load(self) -> None:
        """Read the account's own numbers, and tell the gateways whose they are."""
        self._state.routes = await rows.read_routes(self._state.account_id)
        self.open_all()

    def open_all(self) -> None:
        """Open every number that callers wait at; needed again when teams changed."""
        for route in self._state.routes.values():
            if route.purpose is NumberPurpose.TEAM:
                self.open(route)

    def open(self, route: InboundRoute) -> None:
        """Make the run that a number's callers wait in, or let its team be known anew."""
        if route.id not in self._state.runs:
            self._state.runs[route.id] = Run(
                campaign_id=route.id,
                settings=_settings(route),
                policy=policy_for(DialMode.PROGRESSIVE, PacingSettings()),
                inbound=True,
            )
        self._state.runs[route.id].settings.call_back = route.call_back
        for seat in self._state.seats.values():
            seat.levels.pop(route.id, None)
            if seat.team_id is not None and seat.team_id == route.team_id:
                seat.levels[route.id] = 1

    def _welcome(self, route: InboundRoute, event: LegArrived, node: str) -> None:
        run = self._state.runs[route.id]
        now, at = self._context.clock.monotonic(), instant(event.at)
        line = Line(
            id=event.leg,
            campaign_id=route.id,
            target=caller(event.leg, event.caller or "", event.caller_name),
            ordinal=1,
            caller_id=event.number,
            node=node,
            created_at=at,
            placed=now,
            state=AttemptState.ANSWERED,
            direction=CallDirection.INBOUND,
            answered=now,
            answered_at=at,
        )
        self._state.lines[line.id] = run.lines[line.id] = line
        self._context.send(node, Answer(leg=line.id))
        if route.greeting:
            playback = uuid4()
            self._greetings[playback] = line
            self._context.send(
                node, Play(playback=playback, leg=line.id, media=(File(name=route.greeting),))
            )
        self._context.journal.event(line.id, at, "arrived")
        self._lines.present(run, line)
        if line.state is AttemptState.WAITING:
            if not route.greeting:
                self._context.send(node, Hold(leg=line.id, on=True))
            self._context.journal.call(line)

    def played(self, event: PlaybackFinished) -> None:
        """A greeting is over: who waits still hears music. It would have ended the greeting."""
        line = self._greetings.pop(event.playback, None)
        if line is not None and line.state is AttemptState.WAITING:
            self._context.send(line.node, Hold(leg=line.id, on=True))


def caller(id: UUID, number: str, name: str = "") -> HopperTarget:
    """What a line has in the place of a target when nobody was dialed.

    What a caller shows need not be a number, nor one that any row takes: then it is the name.
    """
    if len(number) > LONGEST_NUMBER:
        number, name = "", name or number
    return HopperTarget(
        id=id,
        contact_id=id,
        number=number,
        caller_id=None,
        priority=RANK_OF_CALLERS,
        attempts=0,
        max_attempts=0,
        last_ordinal=0,
        name=name,
        variables={},
        state=TargetState.CLOSED,
    )


def _settings(route: InboundRoute) -> Settings:
    return Settings(
        name=route.name,
        mode=DialMode.PROGRESSIVE,
        state=CampaignState.STOPPED,  # it never dials
        priority=RANK_OF_CALLERS,
        caller_id=None,
        caller_name="",
        lines_per_agent=1.0,
        ring_limit_s=30.0,
        patience_s=LONGEST_WAIT_S,
        analysis=None,
        machine_action=MachineAction.CONNECT,
        machine_message="",
        agent_announcement="",
        record=False,
        trunks=(),
        retry_delays_s={},
        next_number_after=frozenset(),
        wrap_up_s=None,
        preview_s=60.0,
        variables=(),
        crm_url="",
        call_guide=(),
        call_back=route.call_back,
    )
