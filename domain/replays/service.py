"""Why so many calls at that instant: decisions read from their tapes and decided again."""

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import groupby
from uuid import UUID

from tortoise import connections

from domain.access.permissions import Permission
from domain.access.principal import Principal
from domain.campaigns.service import access_campaign
from domain.core.problems import Problems
from domain.pacing.tape import Replayed, read_piece, replay
from domain.replays.code import fingerprint
from domain.replays.models import PacingPiece

LONGEST_SPAN_S = 60.0
KEPT = timedelta(hours=24)
KEPT_BYTES = 200_000_000  # of one account; the oldest go first
LOOKED_BACK = timedelta(minutes=10)  # for a checkpoint; far longer than one is ever away


@dataclass(frozen=True, slots=True)
class Decided:
    """One decision, as it was recorded and as it comes out again."""

    at: datetime
    tape_id: UUID
    decision: Replayed


@dataclass(frozen=True, slots=True)
class Replay:
    """The decisions of a span of time."""

    decisions: list[Decided]  # oldest first
    complete: bool  # False: a part of the tape is lost, and what followed it is left out
    same_code: bool  # False: another release of the pacing wrote a part of it

    @property
    def same(self) -> bool:
        """Whether every decision came out again as it was."""
        return all(each.decision.same for each in self.decisions)


async def decisions_around(
    principal: Principal, campaign_id: UUID, *, at: datetime, seconds: float
) -> Replay:
    """The decisions of a campaign within `seconds` of an instant. Raises NotFound, InvalidInput."""
    principal.require(Permission.MONITOR_VIEW)
    campaign = await access_campaign(principal, campaign_id, Permission.MONITOR_VIEW)
    problems = Problems()
    problems.between("seconds", seconds, 0.0, LONGEST_SPAN_S)
    problems.refuse_any()
    return await replayed(campaign.id, at=at, seconds=seconds)


async def replayed(campaign_id: UUID, *, at: datetime, seconds: float) -> Replay:
    """The same for a campaign that was reached already."""
    since, until = at - timedelta(seconds=seconds), at + timedelta(seconds=seconds)
    pieces = await PacingPiece.filter(
        campaign_id=campaign_id, ends_at__gte=since - LOOKED_BACK, begins_at__lte=until
    ).order_by("tape_id", "number")
    # Deciding again takes its time, and others of this process want theirs.
    return await asyncio.to_thread(_play, pieces, since, until)


def _play(pieces: Sequence[PacingPiece], since: datetime, until: datetime) -> Replay:
    found: list[Decided] = []
    tapes = [list(of_tape) for _, of_tape in groupby(pieces, key=lambda piece: piece.tape_id)]
    tapes.sort(key=lambda tape: tape[0].begins_at)
    complete = all(tape[-1].final or tape[-1].ends_at < since for tape in tapes[:-1])
    for tape in tapes:
        stretches = list(_stretches(tape, since))
        complete = complete and len(stretches) == 1 and stretches[0][0].checkpoint
        for stretch in stretches:
            if not stretch[0].checkpoint:
                continue
            for decision in replay([read_piece(piece.data) for piece in stretch]):
                when = datetime.fromtimestamp(decision.unix_ms / 1000.0, UTC)
                if since <= when <= until:
                    found.append(Decided(when, tape[0].tape_id, decision))
    found.sort(key=lambda each: each.at)
    return Replay(found, complete, all(piece.code == fingerprint() for piece in pieces))


def _stretches(pieces: list[PacingPiece], since: datetime) -> Iterator[list[PacingPiece]]:
    """Pieces that follow each other without a gap, from the last checkpoint before `since` on."""
    begin = 0
    for place, piece in enumerate(pieces):
        if piece.checkpoint and piece.begins_at <= since:
            begin = place
    stretch: list[PacingPiece] = []
    for piece in pieces[begin:]:
        if stretch and piece.number != stretch[-1].number + 1:
            yield stretch
            stretch = []
        if stretch or piece.checkpoint or piece.ends_at >= since:
            stretch.append(piece)
    if stretch:
        yield stretch


_TOO_OLD = "DELETE FROM pacing_piece WHERE ends_at < $1"
_TOO_MUCH = """
DELETE FROM pacing_piece USING (
    SELECT id, sum(length(data)) OVER (PARTITION BY account_id ORDER BY ends_at DESC, id DESC)
        AS bytes
    FROM pacing_piece
) AS held
WHERE pacing_piece.id = held.id AND held.bytes > $1
"""


async def purge_old(*, now: datetime, kept: timedelta = KEPT) -> None:
    """Forget pieces that are too old."""
    await connections.get("default").execute_query(_TOO_OLD, [now - kept])


async def purge_much(*, most: int = KEPT_BYTES) -> None:
    """Forget the oldest pieces of accounts that have more bytes than that. Reads every row."""
    await connections.get("default").execute_query(_TOO_MUCH, [most])
