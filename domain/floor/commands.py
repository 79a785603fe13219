"""What a floor does when it is asked. Each command has one handler, found by its type."""

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

import msgspec

from domain.agents import commands as agents
from domain.agents.errors import NothingOnTheLine
from domain.agents.rules import AgentState
from domain.calls import commands as calls
from domain.campaigns.commands import CampaignChanged
from domain.core.errors import NotFound
from domain.core.floors import FloorCommand
from domain.eligibility.commands import PolicyChanged
from domain.floor.agents.seats import Seats
from domain.floor.calls.callers import Callers
from domain.floor.calls.lines import Lines
from domain.floor.calls.recordings import Recordings
from domain.floor.calls.supervision import Supervisions
from domain.floor.calls.transfers import Transfers
from domain.floor.context import FloorContext
from domain.floor.runs.campaigns import Campaigns
from domain.floor.runs.dialing import Dialing
from domain.floor.runs.manual import Manual
from domain.floor.state import Line, Seat
from domain.numbers.commands import NumbersChanged
from domain.targets.commands import TargetsChanged
from domain.telephony.port import SendDigits
from domain.trunks.commands import TrunksChanged

Known = (
    agents.AgentSignIn
    | agents.AgentSignOut
    | agents.AgentGoAvailable
    | agents.AgentTakeBreak
    | agents.AgentEndWrapUp
    | agents.AgentHangUp
    | agents.CampaignLogIn
    | agents.CampaignLogOut
    | agents.PreviewDecide
    | agents.AgentDial
    | agents.AgentChanged
    | CampaignChanged
    | calls.CallHangUp
    | calls.CallHold
    | calls.TransferTo
    | calls.TransferComplete
    | calls.TransferCancel
    | calls.Supervise
    | calls.SuperviseEnd
    | calls.RecordCall
    | calls.SendKeys
    | NumbersChanged
    | PolicyChanged
    | TargetsChanged
    | TrunksChanged
)
decode_command = msgspec.json.Decoder(Known).decode

Result = dict[str, Any]


class Commands:
    """Finds the seat or line that a command is about, and lets its owner do it.

    A handler raises a DomainError to refuse. Those that read rows are coroutines; the rest never
    wait.
    """

    def __init__(
        self,
        context: FloorContext,
        seats: Seats,
        lines: Lines,
        dialing: Dialing,
        campaigns: Campaigns,
        callers: Callers,
        transfers: Transfers,
        supervisions: Supervisions,
        recordings: Recordings,
        manual: Manual,
    ) -> None:
        self._context = context
        self._seats = seats
        self._lines = lines
        self._dialing = dialing
        self._campaigns = campaigns
        self._callers = callers
        self._transfers = transfers
        self._supervisions = supervisions
        self._recordings = recordings
        self._manual = manual
        self._handlers: dict[type[FloorCommand], Callable[[Any], Result | Awaitable[Result]]] = {
            agents.AgentSignIn: self._sign_in,
            agents.AgentSignOut: self._sign_out,
            agents.AgentGoAvailable: self._go_available,
            agents.AgentTakeBreak: self._take_break,
            agents.AgentEndWrapUp: self._end_wrap_up,
            agents.AgentHangUp: self._agent_hang_up,
            agents.CampaignLogIn: self._campaign_log_in,
            agents.CampaignLogOut: self._campaign_log_out,
            agents.PreviewDecide: self._preview_decide,
            agents.AgentDial: self._dial,
            agents.AgentChanged: self._agent_changed,
            CampaignChanged: self._campaign_changed,
            calls.CallHangUp: self._call_hang_up,
            calls.CallHold: self._hold,
            calls.TransferTo: self._transfer,
            calls.TransferComplete: self._transfer_complete,
            calls.TransferCancel: self._transfer_cancel,
            calls.Supervise: self._supervise,
            calls.SuperviseEnd: self._supervise_end,
            calls.RecordCall: self._record,
            calls.SendKeys: self._send_keys,
            NumbersChanged: self._numbers_changed,
            PolicyChanged: self._policy_changed,
            TargetsChanged: self._targets_changed,
            TrunksChanged: self._trunks_changed,
        }

    def handle(self, command: FloorCommand) -> Result | Awaitable[Result]:
        """Do a command; its answer, or what will be its answer. Raises DomainError."""
        return self._handlers[type(command)](command)

    def _seat(self, agent_id: UUID) -> Seat:
        if seat := self._context.state.seats.get(agent_id):
            return seat
        raise NotFound("agent", agent_id)

    def _state_of(self, seat: Seat) -> Result:
        return {"state": seat.state, "reason": seat.reason}

    def _sign_in(self, command: agents.AgentSignIn) -> Result:
        seat = self._seat(command.agent)
        self._seats.sign_in(seat)
        return self._state_of(seat)

    def _sign_out(self, command: agents.AgentSignOut) -> Result:
        seat = self._seat(command.agent)
        self._seats.sign_out(seat, reason=command.reason, force=command.force)
        return self._state_of(seat)

    def _go_available(self, command: agents.AgentGoAvailable) -> Result:
        seat = self._seat(command.agent)
        self._seats.go_available(seat)
        return self._state_of(seat)

    def _take_break(self, command: agents.AgentTakeBreak) -> Result:
        seat = self._seat(command.agent)
        self._seats.take_break(seat, reason=command.reason)
        return self._state_of(seat)

    def _end_wrap_up(self, command: agents.AgentEndWrapUp) -> Result:
        seat = self._seat(command.agent)
        self._seats.end_wrap_up(
            seat,
            code=command.code,
            note=command.note,
            then_break=command.then_break,
            again_at=command.again_at,
        )
        return self._state_of(seat)

    def _agent_hang_up(self, command: agents.AgentHangUp) -> Result:
        seat = self._seat(command.agent)
        self._seats.hang_up(seat)
        return self._state_of(seat)

    def _campaign_log_in(self, command: agents.CampaignLogIn) -> Result:
        self._seats.logins.log_in(self._seat(command.agent), command.campaign)
        return {}

    def _campaign_log_out(self, command: agents.CampaignLogOut) -> Result:
        self._seats.logins.log_out(self._seat(command.agent), command.campaign)
        return {}

    def _preview_decide(self, command: agents.PreviewDecide) -> Result:
        seat = self._seat(command.agent)
        self._dialing.answer_offer(seat, command.target, command.decision)
        return self._state_of(seat)

    async def _dial(self, command: agents.AgentDial) -> Result:
        seat = self._seat(command.agent)
        await self._manual.dial(seat, command.number)
        return self._state_of(seat)

    def _call_hang_up(self, command: calls.CallHangUp) -> Result:
        line = self._lines.find(command.call)
        if line is None:
            raise NothingOnTheLine(command.call)
        self._lines.hang_up(line)
        return {}

    def _hold(self, command: calls.CallHold) -> Result:
        self._transfers.hold(self._seat(command.agent), on=command.on)
        return {}

    def _transfer(self, command: calls.TransferTo) -> Result:
        self._transfers.transfer(self._seat(command.agent), command)
        return {}

    def _transfer_complete(self, command: calls.TransferComplete) -> Result:
        self._transfers.complete(self._seat(command.agent))
        return {}

    def _transfer_cancel(self, command: calls.TransferCancel) -> Result:
        self._transfers.cancel(self._seat(command.agent))
        return {}

    def _supervise(self, command: calls.Supervise) -> Result:
        self._supervisions.supervise(self._seat(command.agent), command)
        return {}

    def _supervise_end(self, command: calls.SuperviseEnd) -> Result:
        self._supervisions.end(command.supervisor)
        return {}

    def _record(self, command: calls.RecordCall) -> Result:
        self._recordings.ask(self._customer_of(command.agent), command.action)
        return {}

    def _send_keys(self, command: calls.SendKeys) -> Result:
        line = self._customer_of(command.agent)
        self._context.send(line.node, SendDigits(leg=line.id, digits=command.digits))
        return {}

    def _customer_of(self, agent_id: UUID) -> Line:
        seat = self._seat(agent_id)
        if seat.line is None or seat.state is not AgentState.TALKING:
            raise NothingOnTheLine(agent_id)
        return seat.line

    async def _agent_changed(self, command: agents.AgentChanged) -> Result:
        await self._campaigns.agent_changed(command.agent)
        return {}

    async def _numbers_changed(self, command: NumbersChanged) -> Result:
        await self._campaigns.changes.take_over("numbers", self._callers.load)
        return {}

    async def _policy_changed(self, command: PolicyChanged) -> Result:
        await self._campaigns.policy_changed()
        return {}

    async def _trunks_changed(self, command: TrunksChanged) -> Result:
        await self._campaigns.trunks_changed()
        return {}

    async def _campaign_changed(self, command: CampaignChanged) -> Result:
        await self._campaigns.changed(command.campaign)
        return {}

    async def _targets_changed(self, command: TargetsChanged) -> Result:
        await self._campaigns.targets_changed(command.campaign)
        return {}
