"""Who gets which call. Pure."""

from collections.abc import Iterable
from uuid import UUID

from domain.floor.state import Line, Run, Seat


def seat_for(line: Line, seats: Iterable[Seat]) -> Seat | None:
    """The free agent for a customer; None: nobody.

    Those of the level that a rule wants, then the lowest level first, then the longest idle. Only
    an agent whose phone is on the same switch can be joined with the customer.
    """
    fit = [
        seat
        for seat in seats
        if seat.free and seat.node == line.node and line.campaign_id in seat.levels
    ]
    return seat_of_level(fit, line.campaign_id, line.level)


def seat_of_level(seats: Iterable[Seat], campaign_id: UUID, level: int | None) -> Seat | None:
    """The seat for a call: of that level if one is, else of the lowest; None: there are none."""
    return min(
        seats,
        key=lambda seat: (
            level is not None and seat.levels[campaign_id] != level,
            seat.levels[campaign_id],
            seat.since,
        ),
        default=None,
    )


def line_for(seat: Seat, waiting: Iterable[Line], runs: dict[UUID, Run]) -> Line | None:
    """The waiting customer for an agent: highest campaign priority, then the longest wait."""
    best: Line | None = None
    for line in waiting:
        if line.node != seat.node or line.campaign_id not in seat.levels:
            continue
        if best is None or runs[line.campaign_id].settings.priority > (
            runs[best.campaign_id].settings.priority
        ):
            best = line
    return best


def share_free_agents(seats: Iterable[Seat], runs: Iterable[Run]) -> dict[UUID, list[Seat]]:
    """Give each free agent to one campaign that dials, so that none is counted twice.

    An agent of several campaigns goes to the one of highest priority that has targets; among
    equals, to the one with the fewest agents given so far for the size of its crew.
    """
    dialing = [run for run in runs if run.dials and (run.hopper or run.lines)]
    given: dict[UUID, list[Seat]] = {run.campaign_id: [] for run in dialing}
    order = {run.campaign_id: index for index, run in enumerate(dialing)}
    for seat in sorted((s for s in seats if s.free), key=lambda s: s.since):
        choices = [
            run
            for run in dialing
            if run.campaign_id in seat.levels and run.hopper and not run.held_up
        ]
        if not choices:
            continue
        chosen = min(
            choices,
            key=lambda run: (
                -run.settings.priority,
                len(given[run.campaign_id]),
                order[run.campaign_id],
            ),
        )
        given[chosen.campaign_id].append(seat)
    return given
