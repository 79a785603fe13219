"""What a pacer saw and decided."""

from datetime import datetime

import strawberry

from domain.replays import service


@strawberry.type(description="One figure behind a decision.")
class PacingFigure:
    name: str = strawberry.field(description="As `risk`, `threshold`, `answer_rate`, `slack`.")
    value: float = strawberry.field(description="Seconds, a fraction or a count, by its name.")


@strawberry.type(
    description="One decision of a campaign's pacer: what it saw, what it decided, and what comes "
    "out when the same is decided again."
)
class PacingDecision:
    at: datetime = strawberry.field(description="When, to the millisecond.")
    launched: int = strawberry.field(
        description="Calls it allowed; fewer leave where targets or trunks ran out."
    )
    given_up: int = strawberry.field(description="Ringing calls it gave up.")
    why: str = strawberry.field(description="In words, as on the monitor.")
    figures: list[PacingFigure] = strawberry.field(description="The figures behind it.")
    free: int = strawberry.field(description="Agents (or ports) ready for a call.")
    agents: int = strawberry.field(description="Agents at work for it.")
    waiting: int = strawberry.field(description="Live customers without an agent.")
    ringing: int = strawberry.field(description="Calls dialed and not answered yet.")
    analysing: int = strawberry.field(description="Answered calls in analysis.")
    talking: int = strawberry.field(description="Customers with an agent.")
    wrapping_up: int = strawberry.field(description="Agents in wrap-up.")
    targets_left: int | None = strawberry.field(description="Dialable then; null: plenty.")
    live_answers: int | None = strawberry.field(
        description="That its abandon window held; null: it counted by itself."
    )
    abandoned: int | None = strawberry.field(description="Of these; null likewise.")
    same: bool = strawberry.field(
        description="Whether deciding again gives the same numbers and words."
    )
    launched_again: int = strawberry.field(description="What comes out when decided again.")
    given_up_again: int = strawberry.field(description="Likewise.")

    @classmethod
    def of(cls, decided: service.Decided) -> "PacingDecision":
        found = decided.decision
        view, again, counted = found.view, found.again, found.view.counted
        return cls(
            at=decided.at,
            launched=found.launch,
            given_up=found.cancel,
            why=again.why,
            figures=[PacingFigure(name=k, value=float(v)) for k, v in again.figures.items()],
            free=view.free,
            agents=view.agents,
            waiting=view.waiting,
            ringing=len(view.ringing),
            analysing=len(view.analysing),
            talking=len(view.talking),
            wrapping_up=len(view.wrapping),
            targets_left=view.targets_left,
            live_answers=counted.live if counted else None,
            abandoned=counted.abandoned if counted else None,
            same=found.same,
            launched_again=again.launch,
            given_up_again=again.cancel,
        )


@strawberry.type(description="The decisions of a span of time, decided again.")
class PacingReplay:
    decisions: list[PacingDecision] = strawberry.field(description="Oldest first.")
    same: bool = strawberry.field(description="Whether every one came out as it was.")
    complete: bool = strawberry.field(
        description="False: a part is lost, as when a worker was killed, and what followed it up "
        "to the next checkpoint is left out."
    )
    same_code: bool = strawberry.field(
        description="False: another release of Outdial decided a part of it, so it may differ."
    )

    @classmethod
    def of(cls, found: service.Replay) -> "PacingReplay":
        return cls(
            decisions=[PacingDecision.of(each) for each in found.decisions],
            same=found.same,
            complete=found.complete,
            same_code=found.same_code,
        )
