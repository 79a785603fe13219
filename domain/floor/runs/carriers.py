"""Which trunks the calls of a run leave by, and how a call that its carrier failed goes on.

A contact whom a carrier failed goes on to the next trunk of the campaign's order at once, as an
attempt of its own: the leg of an attempt is placed once, and never again. So the target is given
back to its row as it was before, due now, and only when that is written it is dialed anew. Should
the floor die in between, its next owner finds a target that is due, and no call under way.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from domain.eligibility.parts import Past
from domain.floor.agents.seats import Seats
from domain.floor.calls.lines import Lines
from domain.floor.calls.screening import Screening
from domain.floor.context import FloorContext
from domain.floor.state import Line, Run, Seat, StateEntry
from domain.targets.hopper import HopperTarget
from domain.telephony.events import Failure
from domain.trunks.rules import TrunkUse, carrier_failed, choose, goes_on, lets_rest, ways


class Carriers:
    """Chooses trunks, and lets contacts go on to the next one."""

    def __init__(
        self, context: FloorContext, seats: Seats, lines: Lines, screening: Screening
    ) -> None:
        self._context = context
        self._state = context.state
        self._seats = seats
        self._lines = lines
        self._screening = screening
        lines.carrier_failed = self.failed

    def order(self, run: Run) -> list[TrunkUse]:
        """The trunks of a campaign, first choice first; none: the switch's default."""
        wanted = run.settings.trunks or self._state.trunks
        return [self._state.trunks[id] for id in wanted if id in self._state.trunks]

    def has_way(self, run: Run, target: HopperTarget) -> bool:
        """Whether a target need not wait for a trunk of its own, while others are dialed."""
        if not target.tried:
            return True
        now = self._context.clock.monotonic()
        return choose(ways(self.order(run), target.tried), now) is not None

    def take(
        self, run: Run, targets: Sequence[HopperTarget]
    ) -> list[tuple[HopperTarget, TrunkUse | None]]:
        """Those that may leave now, each with its trunk; the others go back to the hopper's head.

        None is the switch's default, of an account without trunks.
        """
        taken: list[tuple[HopperTarget, TrunkUse | None]] = []
        left: list[HopperTarget] = []
        for target in targets:
            if room := self.room_for(run, target):
                taken.append((target, room[0]))
            else:
                left.append(target)
        run.hopper.extendleft(reversed(left))
        if left:
            full = any(trunk.enabled for trunk in self.order(run))
            run.why += f"; {len(left)} held back: " + (
                "the trunks are full" if full else "no trunk of the campaign is enabled"
            )
        return taken

    def room_for(self, run: Run, target: HopperTarget) -> list[TrunkUse | None]:
        """The trunk of one call, taken for it; nothing: there is no room."""
        if not self._state.trunks:
            return [None]
        now = self._context.clock.monotonic()
        if (trunk := choose(ways(self.order(run), target.tried), now)) is None:
            return []
        trunk.take(now)
        return [trunk]

    def failed(self, run: Run, line: Line, failure: Failure) -> None:
        """A call was never answered: note what that says of its trunk, before the call is ended.

        Where the carrier failed and another trunk is left, the line is marked as one that goes on.
        """
        trunk, tried = line.trunk, line.target.tried
        now = self._context.clock.monotonic()
        waited_out = now - line.placed >= run.settings.ring_limit_s
        if trunk is None or not carrier_failed(
            failure, trunk, heard=line.heard, waited_out=waited_out
        ):
            return
        if lets_rest(failure, tried):
            trunk.failed = now
        if line.by_hand:
            return  # the agent hears it, and may dial again: by the next trunk
        if not run.dials or not goes_on(self.order(run), tried | {trunk.id}, now):
            return
        line.failed_over = True
        target = replace(line.target, last_ordinal=line.ordinal, tried=tried | {trunk.id})
        kept = line.seat.entry if line.seat is not None and line.seat.line is line else None
        run.aside.add(target.id)
        self._context.journal.after(lambda: self._go_on(line, target, kept))

    def _go_on(self, line: Line, target: HopperTarget, kept: StateEntry | None) -> None:
        """The target's row is free again: dial it for the agent who was kept, or as the next."""
        run = self._state.runs[line.campaign_id]
        run.aside.discard(target.id)
        run.due = True
        seat = line.seat if kept is not None and line.seat and line.seat.entry is kept else None
        if not run.dials:
            pass  # the row says that it is due, should the campaign be started again
        elif seat is None or not self._dial_again(run, line, target, seat):
            run.hopper.appendleft(target)
        if seat is not None and seat.line is None:
            self._seats.release(seat)

    def _dial_again(self, run: Run, line: Line, target: HopperTarget, seat: Seat) -> bool:
        """Whether the same agent has the same call by another trunk.

        What rules and the hook said of it holds on, the number that is shown included.
        """
        if seat.node is None or not seat.leg_up:
            return False
        if self._screening.number_now(run, target) != line.number:
            return False
        if not (room := self.room_for(run, target)):
            return False
        self.dialed(
            self._lines.placing.launch(run, [target], seat.node, seat, trunks=room, instead_of=line)
        )
        return True

    def dialed(self, lines: Iterable[Line]) -> None:
        """Remember calls that were just decided, before any row tells of them."""
        for line in lines:
            past = Past(line.id, line.campaign_id, line.created_at)
            self._screening.dialed(line.number, past)
