"""Which finished targets a campaign draws, and whose turn it is in a chain. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from domain.campaigns.rules import CampaignState
from domain.targets.rules import ClosedReason

# What a person took out, and who asked not to be called, is not "everything else".
NEVER_BY_DEFAULT = frozenset({ClosedReason.REMOVED, ClosedReason.SUPPRESSED})


class Include(StrEnum):
    """Which finished targets are drawn, by their statuses."""

    MATCHING = "matching"  # with any of the statuses
    NOT_MATCHING = "not_matching"  # with none of them


class DrawResult(StrEnum):
    """What became of a finished target that was to be drawn."""

    DRAWN = "drawn"  # it is a target of the campaign that draws
    DUPLICATE = "duplicate"  # that campaign had its number already
    SUPPRESSED = "suppressed"  # its number must not be called


@dataclass(frozen=True, slots=True)
class Finished:
    """How a target ended in the campaign that finished it."""

    closed_reason: str
    disposition: str | None = None  # of its last attempt; None: never dialed
    wrap_up_code: str | None = None  # of its last call; None: not said


@dataclass(frozen=True, slots=True)
class Wanted:
    """The statuses by which targets are drawn."""

    include: Include
    closed_reasons: frozenset[str] = frozenset()
    dispositions: frozenset[str] = frozenset()
    wrap_up_codes: frozenset[str] = frozenset()

    def draws(self, finished: Finished) -> bool:
        """Whether a target that ended so is drawn."""
        has_one = (
            finished.closed_reason in self.closed_reasons
            or finished.disposition in self.dispositions
            or finished.wrap_up_code in self.wrap_up_codes
        )
        if self.include is Include.MATCHING:
            return has_one
        return not has_one and finished.closed_reason not in NEVER_BY_DEFAULT


def circle(edges: Mapping[UUID, Iterable[UUID]], start: UUID) -> list[UUID]:
    """The way from a campaign back to itself, it at both ends; empty: there is none."""
    way: list[UUID] = [start]
    ahead = [iter(edges.get(start, ()))]
    seen: set[UUID] = set()
    while ahead:
        for follower in ahead[-1]:
            if follower == start:
                return [*way, start]
            if follower not in seen:
                seen.add(follower)
                way.append(follower)
                ahead.append(iter(edges.get(follower, ())))
                break
        else:
            ahead.pop()
            way.pop()
    return []


@dataclass(frozen=True, slots=True)
class Member:
    """A campaign of a chain, and what it has to dial."""

    id: UUID
    after_id: UUID | None  # None: the first
    serial: int
    state: CampaignState
    left: int = 0  # new, or waiting for a retry or for a rule to end
    due: int = 0  # of them, those that could be dialed now
    calling: int = 0  # attempts that met nobody yet, so that a retry may follow
    coming: int = 0  # finished elsewhere, to be drawn at once
    waits_for: UUID | None = None

    @property
    def is_done(self) -> bool:
        """Whether it has nothing left: what lets the next one begin."""
        if self.state is CampaignState.CLOSED:
            return True
        return not (self.left or self.calling or self.coming)

    @property
    def wants_its_turn(self) -> bool:
        """Whether it has something to dial again: what makes the next one pause.

        A retry that is due tomorrow does not stop others today.
        """
        return self.state is not CampaignState.CLOSED and bool(self.due)


@dataclass(frozen=True, slots=True)
class Turn:
    """What becomes of a campaign: it dials, or waits for another."""

    id: UUID
    state: CampaignState
    waits_for: UUID | None


def in_order(members: Iterable[Member]) -> list[Member]:
    """The members of one chain: the first, those after it, those after these, each by serial."""
    by_serial = sorted(members, key=lambda member: member.serial)
    known = {member.id for member in by_serial}
    level = [member for member in by_serial if member.after_id not in known]
    found: list[Member] = []
    while level:
        found += level
        ids = {member.id for member in level}
        level = [member for member in by_serial if member.after_id in ids]
    return found


def main_of(members: Iterable[Member]) -> UUID | None:
    """The campaign that holds the shared settings: the first that is not closed."""
    order = in_order(members)
    open_ones = [member for member in order if member.state is not CampaignState.CLOSED]
    return (open_ones or order)[0].id if order else None


def before(member: Member, members: Mapping[UUID, Member]) -> Sequence[Member]:
    """Those that a member comes after, the first of the chain first."""
    found: list[Member] = []
    at = members.get(member.after_id) if member.after_id is not None else None
    while at is not None:
        found.insert(0, at)
        at = members.get(at.after_id) if at.after_id is not None else None
    return found


def turns(members: Iterable[Member]) -> list[Turn]:
    """The campaigns of a chain that have to begin, pause or go on now.

    A campaign begins when all before it have nothing left. It pauses only when one of them can
    dial again. What a person stopped, and what is closed, stays as it is.
    """
    known = {member.id: member for member in members}
    found = []
    for member in known.values():
        if member.state not in (CampaignState.RUNNING, CampaignState.WAITING):
            continue
        earlier = before(member, known)
        held_by = next((each.id for each in earlier if not each.is_done), None)
        if member.state is CampaignState.RUNNING and not any(e.wants_its_turn for e in earlier):
            held_by = None
        state = CampaignState.RUNNING if held_by is None else CampaignState.WAITING
        if (state, held_by) != (member.state, member.waits_for):
            found.append(Turn(member.id, state, held_by))
    return found
