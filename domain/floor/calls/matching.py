"""Who gets which call. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from uuid import UUID

from domain.campaigns.rules import DialMode
from domain.floor.state import Line, Run, Seat


def seat_for(line: Line, seats: Iterable[Seat], runs: dict[UUID, Run]) -> Seat | None:
    """The free agent for a customer; None: nobody.

    Those of the level that a rule wants, then the lowest level first, then the longest idle. Only
    an agent whose phone is on the same switch can be joined with the customer.
    """
    run = runs[line.campaign_id]
    fit = [
        seat
        for seat in seats
        if seat.free
        and seat.node == line.node
        and seat.serves(line.campaign_id)
        and not is_kept_from(run, seat, runs)
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
    """The waiting customer for an agent: highest rank, then the longest wait."""
    best: Line | None = None
    for line in waiting:
        if line.node != seat.node or not seat.serves(line.campaign_id):
            continue
        run = runs[line.campaign_id]
        if line.connected is None and run.settings.on_ports:
            continue  # waits for a port
        if is_kept_from(run, seat, runs):
            continue
        if best is None or seat.rank(run) > seat.rank(runs[best.campaign_id]):
            best = line
    return best


def is_kept_from(run: Run, seat: Seat, runs: dict[UUID, Run]) -> bool:
    """Whether an agent is kept from callers by a campaign that the team ranks above them.

    For the customers of campaigns nobody is kept back: a call that we made must find its agent.
    """
    if not run.inbound:
        return False
    own = seat.rank(run)
    return any(
        rank > own
        and seat.serves(id)
        and (other := runs.get(id)) is not None
        and other.wants_agents
        for id, rank in seat.ranks.items()
    )


@dataclass(slots=True)
class Shares:
    """Which free agents each campaign may dial for, and which campaign another waits for."""

    given: dict[UUID, list[Seat]]
    waits_for: dict[UUID, Run] = field(default_factory=dict)  # by the campaign that waits

    def of(self, run: Run) -> list[Seat]:
        """The free agents of a campaign: lowest level first, then the longest idle."""
        id = run.campaign_id
        return sorted(self.given.get(id, ()), key=lambda seat: (seat.levels[id], seat.since))


def share_free_agents(seats: Iterable[Seat], runs: Iterable[Run]) -> Shares:
    """Give each free agent to one campaign that dials, so that none is counted twice.

    An agent of several campaigns goes to the one of highest rank that has targets; among equals,
    to the one with the fewest agents given so far for the size of its crew. Of several
    agent-first campaigns only the highest that still has targets, retries that are not due yet
    included, gets the agents it shares with the others (CAM-05).
    """
    runs = list(runs)
    first = [run for run in runs if run.settings.mode is DialMode.AGENT_FIRST and run.has_more]
    dialing = [
        run for run in runs if run.dials and not run.settings.on_ports and (run.hopper or run.lines)
    ]
    given: dict[UUID, list[Seat]] = {run.campaign_id: [] for run in dialing}
    shares = Shares(given)
    order = {run.campaign_id: index for index, run in enumerate(dialing)}
    for seat in sorted((s for s in seats if s.free), key=lambda s: s.since):
        choices = [
            run
            for run in dialing
            if run.hopper and not run.held_up and seat.serves(run.campaign_id)
        ]
        choices = _without_the_lower(choices, seat, first, shares)
        if not choices:
            continue
        chosen = min(
            choices,
            key=lambda run: (
                -seat.rank(run),
                len(given[run.campaign_id]),
                order[run.campaign_id],
            ),
        )
        given[chosen.campaign_id].append(seat)
    return shares


def _without_the_lower(
    choices: list[Run], seat: Seat, first: list[Run], shares: Shares
) -> list[Run]:
    """The campaigns that may dial for an agent when higher agent-first ones have more to do."""
    own = [run for run in first if seat.serves(run.campaign_id)]
    if not own:
        return choices
    highest = max(own, key=lambda run: run.settings.priority)
    kept = []
    for run in choices:
        lower = run.settings.priority < highest.settings.priority
        if lower and run.settings.mode is DialMode.AGENT_FIRST:
            shares.waits_for[run.campaign_id] = highest
        else:
            kept.append(run)
    return kept
