"""The ledger counted anew, on purpose without any of the code that the product counts with.

Rows come one by one from the two tables as they are; what is live, what became of it, which window
it is in and what the rate is are decided here, in whole numbers and fractions. Only then is
the product asked, and each difference told.
"""

import csv
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from pathlib import Path
from uuid import UUID

import asyncpg

from domain.core.errors import DomainError
from domain.ledgers.figures import Ledger, WindowFigures

_CAMPAIGN = """
SELECT id, account_id, created_at, abandon_pool, abandon_target, false_positive_rate
FROM campaign WHERE id = $1
"""
_POOL = "SELECT id, created_at FROM campaign WHERE account_id = $1 AND abandon_pool = $2"
_ATTEMPTS = """
SELECT id, answered_at, connected_at, disposition, by_hand FROM attempt
WHERE campaign_id = $1 AND answered_at IS NOT NULL
"""
_PAST = "SELECT id, answered_at, connected_at, wrap_up_code FROM past_answer WHERE campaign_id = $1"
_CODES = 'SELECT id, wrap_up_code FROM "call" WHERE id = ANY($1::uuid[])'
_NO_PERSON = {"answering_machine", "fax", "voicemail"}
_SAME = Fraction(1, 10**9)  # floating point against fractions


class FileUnreadable(DomainError):
    """The file is no export of an abandon ledger."""

    code = "LEDGER_FILE_UNREADABLE"

    def __init__(self) -> None:
        super().__init__(
            "Nothing was compared: the file is no CSV export of an abandon ledger. "
            "Export one with abandonLedgerExportStart."
        )


@dataclass(slots=True)
class Recount:
    """What was counted anew of one window."""

    begins: datetime
    ends: datetime
    people: int = 0
    machines: int = 0
    abandoned: int = 0

    def add(self, answered_at: datetime, *, met: bool, code: str | None) -> None:
        """Count one live answer where it belongs here."""
        if not self.begins <= answered_at < self.ends:
            return
        if not met:
            self.abandoned += 1
        elif code in _NO_PERSON:
            self.machines += 1
        else:
            self.people += 1

    def rate(self, lost: Fraction) -> Fraction:
        """The corrected rate, step by step as rules.py words it."""
        if not self.people + self.machines + self.abandoned:
            return Fraction(0)
        if not self.people:  # without a person met, nothing tells who the abandoned ones were
            plain = Fraction(self.abandoned, self.abandoned + self.machines)
            return plain * (1 - lost) + lost
        abandoned = Fraction(self.abandoned * self.people, self.people + self.machines)
        taken_for_machines = (abandoned + self.people) * lost / (1 - lost)
        people = abandoned + self.people + taken_for_machines
        return (abandoned + taken_for_machines) / people


@dataclass(slots=True)
class Comparison:
    """Two counts of one campaign's ledger, and how they differ."""

    rolling: Recount
    period: Recount
    lost: Fraction
    differences: list[str] = field(default_factory=list)

    def compare(self, said: Ledger) -> None:
        """Note each figure that the product says differently."""
        for name, ours, theirs in (
            ("24 hours", self.rolling, said.rolling),
            ("30 days", self.period, said.period),
        ):
            self._compare(name, ours, theirs)

    def compare_file(self, rolling: Recount, period: Recount) -> None:
        """Note where an exported file holds something else; it must cover both windows."""
        for name, ours, theirs in (
            ("24 hours", self.rolling, rolling),
            ("30 days", self.period, period),
        ):
            mine = (ours.people, ours.machines, ours.abandoned)
            other = (theirs.people, theirs.machines, theirs.abandoned)
            if mine != other:
                self.differences.append(
                    f"{name}: people, machines, abandoned: counted {mine}, the file holds {other}"
                )

    def _compare(self, name: str, ours: Recount, theirs: WindowFigures) -> None:
        counts = theirs.counts
        for what, mine, other in (
            ("begins", ours.begins, theirs.window.begins),
            ("ends", ours.ends, theirs.window.ends),
            ("met a person", ours.people, counts.connected),
            ("machines", ours.machines, counts.machines),
            ("abandoned", ours.abandoned, counts.abandoned),
        ):
            if mine != other:
                self.differences.append(f"{name}: {what}: counted {mine}, the product says {other}")
        rate = ours.rate(self.lost)
        if abs(rate - Fraction(theirs.rate)) > _SAME:
            self.differences.append(
                f"{name}: rate: counted {float(rate):.6%}, the product says {theirs.rate:.6%}"
            )


async def recounted(
    connection: asyncpg.Connection, campaign_id: UUID, at: datetime
) -> Comparison | None:
    """Both windows as of an instant, from raw rows; None: there is no such campaign."""
    campaign = await connection.fetchrow(_CAMPAIGN, campaign_id)
    if campaign is None:
        return None
    members = {campaign["id"]: campaign["created_at"]}
    if campaign["abandon_pool"]:
        for row in await connection.fetch(_POOL, campaign["account_id"], campaign["abandon_pool"]):
            members[row["id"]] = row["created_at"]
    begins = min(members.values())
    while begins + timedelta(days=30) <= at:
        begins += timedelta(days=30)
    while begins > at:  # asked about a time before the campaign
        begins -= timedelta(days=30)
    comparison = Comparison(
        Recount(at - timedelta(days=1), at),
        Recount(begins, begins + timedelta(days=30)),
        Fraction(str(campaign["false_positive_rate"])),
    )
    for member in members:
        async for answered_at, met, code in _live_answers(connection, member):
            comparison.rolling.add(answered_at, met=met, code=code)
            comparison.period.add(answered_at, met=met, code=code)
    return comparison


async def _live_answers(
    connection: asyncpg.Connection, campaign_id: UUID
) -> AsyncIterator[tuple[datetime, bool, str | None]]:
    async with connection.transaction(readonly=True):
        block: list[asyncpg.Record] = []
        async for row in connection.cursor(_ATTEMPTS, campaign_id, prefetch=2_000):
            if row["connected_at"] is None and row["disposition"] != "abandoned":
                continue  # a machine, a fax, or gone before anybody knew
            if row["by_hand"] and row["disposition"] != "abandoned":
                continue  # the agent who dialed was there
            block.append(row)
            if len(block) == 2_000:
                for answer in await _with_codes(connection, block):
                    yield answer
                block = []
        for answer in await _with_codes(connection, block):
            yield answer
        async for row in connection.cursor(_PAST, campaign_id, prefetch=2_000):
            yield row["answered_at"], row["connected_at"] is not None, row["wrap_up_code"]


async def _with_codes(
    connection: asyncpg.Connection, block: list[asyncpg.Record]
) -> list[tuple[datetime, bool, str | None]]:
    codes = await connection.fetch(_CODES, [row["id"] for row in block])
    code_of = {row["id"]: row["wrap_up_code"] for row in codes}
    return [
        (row["answered_at"], row["connected_at"] is not None, code_of.get(row["id"]))
        for row in block
    ]


def read_file(path: Path, begins: datetime, ends: datetime) -> Recount:
    """What an exported CSV holds of a window. Raises FileUnreadable."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        return count_rows(csv.DictReader(file), begins, ends)


def count_rows(rows: Iterable[dict[str, str]], begins: datetime, ends: datetime) -> Recount:
    """The same of rows by title. Raises FileUnreadable."""
    found = Recount(begins, ends)
    try:
        for row in rows:
            at = datetime.fromisoformat(row["Answered at"]).replace(tzinfo=UTC)
            found.add(at, met=bool(row["Met agent at"]), code=row["Wrap-up code"] or None)
    except (KeyError, ValueError, UnicodeDecodeError):
        raise FileUnreadable from None
    return found
