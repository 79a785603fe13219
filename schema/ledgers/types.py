"""The abandon ledger's figures."""

from datetime import datetime
from uuid import UUID

import strawberry

from domain.campaigns.rules import AbandonWindow
from domain.ledgers import figures


@strawberry.type(description="What a window holds, and what it comes to.")
class AbandonFigures:
    begins: datetime = strawberry.field(description="The first instant that counts.")
    ends: datetime = strawberry.field(description="The first instant that does not.")
    live: int = strawberry.field(description="Live answers: all of the next three.")
    connected: int = strawberry.field(description="People who met an agent.")
    machines: int = strawberry.field(
        description="Machines taken for people: they met an agent, who gave the call the wrap-up "
        "code `answering_machine`, `voicemail` or `fax`."
    )
    abandoned: int = strawberry.field(description="Live answers that met no agent in time.")
    rate: float = strawberry.field(
        description="Abandoned of live answers, of people, as a fraction. As many of the abandoned "
        "are taken to have been machines as of those who met an agent; people whom analysis loses "
        "(`falsePositiveRate`) count as abandoned. 29 abandoned, 9 people and 7 machines make "
        "0.6444."
    )
    upper_rate: float = strawberry.field(
        description="The way the campaign dials does not abandon more, with the given confidence; "
        "one-sided and exact (Clopper and Pearson)."
    )
    kept: bool = strawberry.field(description="Whether the rate is at or under the target.")

    @classmethod
    def of(cls, found: figures.WindowFigures) -> "AbandonFigures":
        return cls(
            begins=found.window.begins,
            ends=found.window.ends,
            live=found.counts.live,
            connected=found.counts.connected,
            machines=found.counts.machines,
            abandoned=found.counts.abandoned,
            rate=found.rate,
            upper_rate=found.upper_rate,
            kept=found.kept,
        )


@strawberry.type(description="The proof that a campaign, or its pool, keeps its abandon target.")
class AbandonLedger:
    campaign_ids: list[UUID] = strawberry.field(description="Counted together.")
    pool: str = strawberry.field(description="Their pool; empty: one campaign by itself.")
    target: float = strawberry.field(description="The campaign's `abandonTarget`.")
    held: AbandonWindow = strawberry.field(
        description="The window that the pacer holds; both are told."
    )
    false_positive_rate: float = strawberry.field(description="As set for the campaign.")
    confidence: float = strawberry.field(description="Of `upperRate`, as asked.")
    at: datetime = strawberry.field(description="The instant that is asked about.")
    rolling: AbandonFigures = strawberry.field(description="The 24 hours before that instant.")
    period: AbandonFigures = strawberry.field(
        description="The 30 days that it is in: successive periods, the first of which began when "
        "the (first) campaign was made."
    )

    @classmethod
    def of(cls, found: figures.Ledger) -> "AbandonLedger":
        return cls(
            campaign_ids=found.campaign_ids,
            pool=found.pool,
            target=found.target,
            held=found.held,
            false_positive_rate=found.false_positive_rate,
            confidence=found.confidence,
            at=found.at,
            rolling=AbandonFigures.of(found.rolling),
            period=AbandonFigures.of(found.period),
        )
