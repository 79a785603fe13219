"""Figures for supervisors: computed once from memory, whole, at most once a second."""

from collections import Counter

from domain.agents.rules import AgentState
from domain.calls.rules import AttemptState
from domain.campaigns.events import (
    AgentLine,
    CampaignBoard,
    FloorBoard,
    board_topic,
    encode_board,
    floor_board_topic,
)
from domain.campaigns.rules import AgentLogin
from domain.core.bus import Notice
from domain.floor.context import FloorContext
from domain.floor.loads import out_of_reach
from domain.floor.state import ON_THE_JOB, Run

EVERY_S = 1.0
REMEMBERED_S = 30.0  # a board that nobody renews is out of date


class Boards:
    """Makes the figures of every run and of all agents, and leaves out what did not change."""

    def __init__(self, context: FloorContext) -> None:
        self._context = context
        self._state = context.state
        self._last: dict[str, bytes] = {}

    def look(self) -> tuple[list[Notice], list[Notice]]:
        """The boards that changed since the last look, and all of them, as they are now."""
        boards: list[tuple[str, CampaignBoard | FloorBoard]] = [
            (board_topic(run.campaign_id), self.of_run(run)) for run in self._state.runs.values()
        ]
        boards.append((floor_board_topic(self._state.account_id), self.of_floor()))
        changed, everything = [], []
        for topic, board in boards:
            notice = Notice(topic, encode_board(board))
            everything.append(notice)
            timeless = encode_board(board, at=0.0)
            if self._last.get(topic) != timeless:
                self._last[topic] = timeless
                changed.append(notice)
        return changed, everything

    def of_run(self, run: Run) -> CampaignBoard:
        """One campaign's figures."""
        # A customer who was given to a number outside is no agent's any more.
        states = Counter(line.state for line in run.lines.values() if not line.handed_over)
        crew = Counter(
            seat.state for seat in self._state.seats.values() if seat.serves(run.campaign_id)
        )
        on_the_job = sum(crew[state] for state in ON_THE_JOB)
        dialing = (
            states[AttemptState.COMMITTED]
            + states[AttemptState.PLACED]
            + states[AttemptState.RINGING]
        )
        busy = states[AttemptState.ANSWERED] + states[AttemptState.WAITING]
        talking, listening = states[AttemptState.CONNECTED], states[AttemptState.LISTENING]
        at = self._context.unix()
        return CampaignBoard(
            campaign=run.campaign_id,
            at=at,
            state=run.settings.state,
            targets_left=max(0, run.targets_left),
            dialing=dialing,
            waiting=states[AttemptState.WAITING],
            talking=talking,
            listening=listening,
            agents={state: crew[state] for state in AgentState},
            dialed=run.tally.dialed,
            answered=run.tally.answered,
            connected=run.tally.connected,
            abandoned=run.tally.abandoned,
            machines=run.tally.machines,
            lines_per_agent=round((dialing + busy + talking) / on_the_job, 2)
            if on_the_job
            else 0.0,
            abandon_rate=round(run.ledger.rate(at), 4),
            why="; ".join([run.why, *self._notes(run)]),
        )

    def _notes(self, run: Run) -> list[str]:
        """What else a supervisor should know."""
        notes = list(run.notes.values())
        settings = run.settings
        if run.dials and settings.agent_login is AgentLogin.MANUAL and not settings.on_ports:
            if not any(self._state.crew(run.campaign_id)):
                notes.append("no agent is logged into the campaign")
        if run.dials and run.exhausted and not run.hopper and not run.inbound:
            left = max(0, run.targets_left)
            notes.append(
                f"of {left} left, nobody may be called now" if left else "nobody is left to call"
            )
        for node, count in sorted(out_of_reach(self._context, run).items()):
            notes.append(f"{count} wait at switch {node}, where none of its agents is at work")
        shown = {run.settings.caller_id, *run.settings.caller_id_pool} - {None}
        if not run.inbound and (gone := len(shown - self._state.routes.keys())):
            notes.append(f"{gone} of its caller IDs are not numbers of the account: not shown")
        return notes

    def of_floor(self) -> FloorBoard:
        """Every agent who is signed in."""
        return FloorBoard(
            account=self._state.account_id,
            at=self._context.unix(),
            agents=tuple(
                AgentLine(
                    agent=seat.agent_id,
                    state=seat.state,
                    since=round(self._context.instant(seat.since).timestamp(), 1),
                    reason=seat.reason,
                    campaign=seat.campaign_id,
                    call=seat.line.id if seat.line else None,
                )
                for seat in self._state.seats.values()
                if seat.state is not AgentState.OFFLINE
            ),
        )
