"""What the floor has decided and not yet written: group commit, in order, behind the fence.

Every row change is noted here at once and written in the next transaction; while one commits, the
next group gathers. Attempts are written before their calls are placed; announcements and answers
follow the commit. The first statement of each transaction is the fence: it moves the floor's inbox
position and finds no row when another owner has taken a newer epoch.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime
from logging import getLogger
from typing import Any
from uuid import UUID

import asyncpg
import orjson
from tortoise.backends.base.client import BaseDBAsyncClient

from domain.calls.models import SupervisionEntry
from domain.core.bus import Notice
from domain.core.errors import OutdialError
from domain.core.outages import DATABASE_AWAY
from domain.core.transactions import in_transaction
from domain.floor.journal import statements
from domain.floor.journal.group import Group, Launch, TargetChange
from domain.floor.journal.refusals import REFUSED, is_of_a_row, write_each
from domain.floor.journal.tapes import TakenPiece
from domain.floor.state import Line, LoginEntry, Seat, StateEntry
from domain.targets.call_backs import CallBack
from domain.targets.hopper import numbers_of
from domain.telephony.events import RecordingFinished

logger = getLogger(__name__)

SAID = "Said so in a call."  # why a customer is not called again


class Fenced(OutdialError):
    """Another worker owns the floor now. Nothing of this group was written."""


class Journal:
    """The floor's one way to the database while it runs."""

    def __init__(
        self,
        account_id: UUID,
        epoch: int,
        publish: Callable[[list[Notice]], Awaitable[None]],
        sleep: Callable[[float], Awaitable[None]],
    ) -> None:
        self._account_id = account_id
        self._epoch = epoch
        self._publish = publish
        self._sleep = sleep
        self._group = Group()
        self._wake = asyncio.Event()
        self._flushing = asyncio.Lock()
        self.stalled = False  # the database is away: no new calls
        self.tapes: Callable[[bool], list[TakenPiece]] = lambda everything: []

    def moved(self, position: str) -> None:
        """Everything of the inbox up to here is in this group."""
        self._group.position = position
        self._wake.set()

    def launch(self, launch: Launch) -> None:
        """Write attempts; `place` is called once they are committed."""
        self._group.launches.append(launch)
        self._wake.set()

    def attempt(self, line: Line) -> None:
        """The attempt's row changed. An inbound call has none."""
        if line.is_inbound:
            return
        self._group.attempts[line.id] = line
        self._wake.set()

    def call(self, line: Line) -> None:
        """The call's row changed."""
        self._group.calls[line.id] = line
        self._wake.set()

    def entry(self, seat: Seat, entry: StateEntry) -> None:
        """A stretch of an agent's time began or ended."""
        self._group.entries[entry.id] = (seat, entry)
        self._wake.set()

    def login(self, seat: Seat, entry: LoginEntry) -> None:
        """An agent logged into a campaign, or out of it."""
        self._group.logins[entry.id] = (seat, entry)
        self._wake.set()

    def target(self, change: TargetChange) -> None:
        """A target's row changed."""
        before = self._group.targets.get(change.id)
        if before is not None and change.outcome.numbers is None:
            outcome = replace(change.outcome, numbers=before.outcome.numbers)
            change = replace(change, outcome=outcome)
        self._group.targets[change.id] = change
        self._wake.set()

    def recording_started(self, recording_id: UUID, line: Line, at: datetime) -> None:
        """A recording began."""
        self._group.recordings[recording_id] = (line, at)
        self._wake.set()

    def analysis_recorded(self, line: Line) -> None:
        """A call was answered whose analysis the switch records."""
        assert line.answered_at is not None
        self._group.analyses[line.id] = line
        self._wake.set()

    def recording_finished(self, event: RecordingFinished) -> None:
        """A recording's file is complete."""
        self._group.files[event.recording] = event
        self._wake.set()

    def supervision(self, row: SupervisionEntry) -> None:
        """A supervisor's row, as it is now."""
        self._group.supervisions[row.id] = row
        self._wake.set()

    def event(self, line_id: UUID, at: datetime, kind: str, **detail: Any) -> None:
        """Something for the call's timeline."""
        self._group.events.append((line_id, at, kind, orjson.dumps(detail, default=str).decode()))
        self._wake.set()

    def suppress(
        self, number: str, at: datetime, *, rule: str | None = None, said: str = SAID
    ) -> None:
        """A customer asked, as `said`, not to be called again by any campaign; or a rule did."""
        source, reason = ("customer", said) if rule is None else ("rule", f"The rule {rule}.")
        self._group.suppressed[number] = (at, source, reason)
        self._wake.set()

    def prioritize(self, target_id: UUID, priority: int) -> None:
        """A rule gave a target another priority."""
        self._group.priorities[target_id] = priority
        self._wake.set()

    def call_back(self, wanted: CallBack) -> None:
        """A call that nobody took ended: its number becomes a target."""
        self._group.call_backs.append(wanted)
        self._wake.set()

    def publish(self, notice: Notice) -> None:
        """Announce after the commit of what was noted so far."""
        self._group.notices.append(notice)
        self._wake.set()

    def after(self, call: Callable[[], None]) -> None:
        """Call after the commit of what was noted so far."""
        self._group.after.append(call)
        self._wake.set()

    @property
    def backlog(self) -> int:
        """Row changes that wait for the database."""
        return self._group.size

    async def run(self) -> None:
        """Write groups until cancelled. Raises Fenced when another owner took over."""
        while True:
            await self._wake.wait()
            await self.flush()

    async def flush(self, *, everything: bool = False) -> None:
        """Write what waits now, for as many tries as it takes, then announce it.

        `everything`: what is left to gather a little longer, too; nobody will write it later.
        """
        async with self._flushing:
            await self._flush(everything)

    async def _flush(self, everything: bool) -> None:
        self._wake.clear()
        group, self._group = self._group, Group()
        group.pieces = self.tapes(everything)
        rows = statements.rows_of(group, self._account_id)
        pause_s = 0.05
        while True:
            try:
                placed = await self._commit(group, rows)
                break
            except asyncpg.TransactionRollbackError:
                await self._sleep(pause_s)  # of two who waited in a circle we were the one; again
            except REFUSED as error:
                if not is_of_a_row(error) or group.each:
                    raise
                group.each = True
            except DATABASE_AWAY as error:  # anything else is our mistake, and ends this floor
                if not self.stalled:
                    self.stalled = True
                    logger.warning("floor cannot write, dialing paused: %s", type(error).__name__)
                # Whether the lost transaction was committed is unknown. Its launches are called
                # off; the rows that this writes are absolute, so they hold either way.
                for launch in group.launches:
                    launch.drop(launch.lines)
                group.launches.clear()
                await self._sleep(pause_s)
                pause_s = min(1.0, pause_s * 2)
        if self.stalled:
            self.stalled = False
            logger.warning("floor writes again, dialing goes on")
        for launch, lines in placed:
            launch.place(lines)
            if len(lines) < len(launch.lines):
                kept = {line.id for line in lines}
                launch.refuse([line for line in launch.lines if line.id not in kept])
        for call in group.after:
            call()
        if group.notices:
            await self._publish(group.notices)

    async def _commit(
        self, group: Group, rows: list[tuple[str, list[Any]]]
    ) -> list[tuple[Launch, list[Line]]]:
        placed: list[tuple[Launch, list[Line]]] = []
        async with in_transaction() as connection:
            await self._fence(connection, group.position)
            for launch in group.launches:
                placed.append((launch, await self._launch(connection, launch)))
            if group.each:
                await write_each(connection, rows)
            else:
                for sql, values in rows:
                    await connection.execute_query(sql, values)
        return placed

    async def _fence(self, connection: BaseDBAsyncClient, position: str | None) -> None:
        held = await connection.execute_query_dict(
            statements.FENCE, [self._account_id, self._epoch, position]
        )
        if not held:
            raise Fenced(f"floor {self._account_id} has a newer owner than epoch {self._epoch}")

    async def _launch(self, connection: BaseDBAsyncClient, launch: Launch) -> list[Line]:
        for sql, values in launch.first:
            await connection.execute_query(sql, list(values))
        by_hand = launch.lines[0].by_hand
        taken = await connection.execute_query_dict(
            statements.TAKE_BY_HAND if by_hand else statements.TAKE_TARGETS,
            [
                launch.campaign_id,
                [line.target.id for line in launch.lines],
                launch.lines[0].created_at,
            ],
        )
        rows = {row["id"]: row for row in taken}
        lines = [line for line in launch.lines if line.target.id in rows]
        for line in lines:
            # As they are from now on: since the hopper was filled a list may have changed the
            # numbers, a reset the attempts, and one that was given up has an ordinal all the same.
            row = rows[line.target.id]
            line.ordinal, attempts = row["last_ordinal"], row["attempts"] - 1  # before this one
            line.target = replace(line.target, numbers=numbers_of(row), attempts=attempts)
        if lines:
            sql, values = statements.insert_attempts(lines, self._account_id, self._epoch)
            await connection.execute_query(sql, values)
        return lines
