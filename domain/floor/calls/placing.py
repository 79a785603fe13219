"""Placing calls: from the decision, by way of the commit, to the switch."""

from collections.abc import Callable, Sequence
from datetime import datetime

from domain.callerids.rules import caller_id_of
from domain.calls.rules import AttemptState, Disposition
from domain.conditions.rules import NOTHING
from domain.core.ids import new_id
from domain.floor.agents.seats import Seats
from domain.floor.calls.endings import Endings
from domain.floor.calls.pops import pop_of_line
from domain.floor.context import FloorContext
from domain.floor.journal.group import Launch, Statement
from domain.floor.state import Line, Run, Seat
from domain.floor.wishes import Wishes
from domain.pacing.interface import Seen
from domain.targets.hopper import HopperTarget
from domain.telephony.port import CallerId, PlaceLeg, ToNumber
from domain.trunks.rules import TrunkUse


class Placing:
    """Makes lines of targets; the switch is asked for their calls once their attempts are rows."""

    def __init__(self, context: FloorContext, seats: Seats, endings: Endings) -> None:
        self._context = context
        self._state = context.state
        self._seats = seats
        self._endings = endings
        self.place_before: Callable[[], float | None] = lambda: None
        self.wishes: Callable[[Run, HopperTarget], Wishes] = lambda run, target: Wishes(NOTHING)

    def launch(
        self,
        run: Run,
        targets: Sequence[HopperTarget],
        node: str,
        seat: Seat | None = None,
        trunks: Sequence[TrunkUse | None] = (None,),
        by_hand: Sequence[Statement] | None = None,
        instead_of: Line | None = None,
    ) -> list[Line]:
        """Commit attempts and place them once committed. With a seat: one, for that agent.

        `trunks` has one for each target; None is the switch's default. `by_hand`: what is written
        before a call that the agent dials; None: the campaign does. `instead_of`: a call of the
        same decision, which its carrier failed.
        """
        at = self._context.clock.now()
        lines = [
            self._line(run, target, node, seat, trunk, at)
            for target, trunk in zip(targets, trunks, strict=True)
        ]
        if instead_of is not None:
            for line in lines:
                line.caller_id, line.level = instead_of.caller_id, instead_of.level
                line.decided_by = instead_of.decided_by
        for line in lines:
            line.by_hand = by_hand is not None
            self._state.lines[line.id] = line
            run.lines[line.id] = line
        if seat is not None:
            self._seats.reserve(seat, run.campaign_id, lines[0])
            self._context.desk(
                seat.agent_id,
                pop_of_line(lines[0], run.settings, stage="dialing", at=at.timestamp()),
            )
        self._context.journal.launch(
            Launch(
                run.campaign_id,
                lines,
                place=self._place,
                drop=self._drop,
                refuse=self._refused,
                first=by_hand or (),
            )
        )
        return lines

    def _line(
        self,
        run: Run,
        target: HopperTarget,
        node: str,
        seat: Seat | None,
        trunk: TrunkUse | None,
        at: datetime,
    ) -> Line:
        id, wishes = new_id(), self.wishes(run, target)
        return Line(
            id=id,
            campaign_id=run.campaign_id,
            target=target,
            ordinal=target.last_ordinal + 1,
            caller_id=caller_id_of(
                run.settings.caller_id_strategy,
                target.number,
                own=target.caller_id,
                agent=seat.caller_id if seat else None,
                campaign=run.settings.caller_id,
                pool=run.settings.caller_id_pool,
                call=id,
                owned=self._state.routes,
                wished=wishes.caller_ids,
            ),
            node=node,
            created_at=at,
            placed=self._context.clock.monotonic(),
            seat=seat,
            trunk=trunk,
            level=wishes.rules.level,
            decided_by=wishes.written(),
        )

    def _place(self, lines: list[Line]) -> None:
        """The attempts are committed: ask the switch, unless we may not any more."""
        if not lines:
            return
        before = self.place_before()
        run = self._state.runs[lines[0].campaign_id]
        if before is None or not run.dials:
            self._drop(lines)
            return
        for line in lines:
            if line.ended_at is not None:  # given up between decision and commit
                continue
            line.state = AttemptState.PLACED
            line.placed = self._context.clock.monotonic()
            run.tally.dialed += 1
            self._seats.saw(line, Seen.DIALED)
            analysis = None if line.by_hand else run.settings.heard_by_analysis
            line.records_analysis = analysis is not None and analysis.record
            self._context.send(
                line.node,
                PlaceLeg(
                    leg=line.id,
                    account=self._state.account_id,
                    to=ToNumber(number=line.number, trunk=line.trunk.name if line.trunk else None),
                    not_after=before,
                    caller_id=CallerId(number=line.caller_id, name=run.settings.caller_name),
                    ring_limit_s=run.settings.ring_limit_s,
                    analysis=analysis,
                ),
            )

    def _drop(self, lines: list[Line]) -> None:
        """The attempts are not to be placed: we may not, or do not know if they were written."""
        for line in lines:
            if line.ended_at is None:
                self._endings.end(line, Disposition.NOT_PLACED, self._context.clock.now())

    def _refused(self, lines: list[Line]) -> None:
        """Their targets were not taken: gone, in another call, or their campaign stopped."""
        for line in lines:
            line.took_target = False
        self._drop(lines)
