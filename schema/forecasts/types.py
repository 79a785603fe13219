"""Forecasts: what would come of a campaign, with ranges."""

from datetime import datetime
from uuid import UUID

import strawberry

from domain.access.principal import PrincipalKind
from domain.campaigns.rules import DialMode
from domain.forecasts import models, rules, service
from domain.forecasts.models import ForecastState
from domain.forecasts.rules import Name, Source, Team
from domain.simulation import what_if

strawberry.enum(ForecastState, description="How far a forecast is.")
strawberry.enum(
    Name,
    name="ForecastNumber",
    description="One number that a forecast assumes: seconds, fractions or counts.",
)
strawberry.enum(
    Source,
    name="ForecastSource",
    description="Where a number comes from: given, the campaign as it is, its attempts of the "
    "last 30 days, or a default where there were too few.",
)
strawberry.enum(
    Team,
    name="ForecastTeam",
    description="Whose number is taken where no number of agents is given.",
)


@strawberry.type(description="One number that was assumed.")
class ForecastAssumption:
    name: Name = strawberry.field(description="Which.")
    value: float = strawberry.field(description="Seconds, a fraction or a count, by its name.")
    source: Source = strawberry.field(description="Where it comes from.")


@strawberry.type(description="What may come: 8 of 10 runs lie between the lowest and the highest.")
class ForecastRange:
    low: float = strawberry.field(description="The 10th percentile.")
    median: float = strawberry.field(description="The 50th percentile.")
    high: float = strawberry.field(description="The 90th percentile.")

    @classmethod
    def of(cls, found: what_if.Range) -> "ForecastRange":
        return cls(low=found.low, median=found.median, high=found.high)


@strawberry.type(description="Between which instants something may come.")
class ForecastSpan:
    low: datetime = strawberry.field(description="The 10th percentile.")
    median: datetime = strawberry.field(description="The 50th percentile.")
    high: datetime = strawberry.field(description="The 90th percentile.")


@strawberry.type(description="What the runs of one variant say so far.")
class ForecastFigures:
    runs_done: int = strawberry.field(description="Runs that these figures rest on.")
    occupancy: ForecastRange = strawberry.field(
        description="Talk and wrap-up of signed-in time, as a fraction."
    )
    abandon_rate: ForecastRange = strawberry.field(
        description="Abandoned of live answers, as a fraction."
    )
    wait_seconds: ForecastRange = strawberry.field(
        description="That an agent waits for the next call."
    )
    connected_an_hour: ForecastRange = strawberry.field(description="Customers who met an agent.")
    calls_an_hour: ForecastRange = strawberry.field(description="Calls placed.")
    calls: ForecastRange | None = strawberry.field(
        description="Calls placed until the list is done; null: no list, or nobody answered."
    )
    working_hours: ForecastRange | None = strawberry.field(
        description="Hours of dialing until the list is done, as if no target had to wait for its "
        "retry; null: no list, or nobody answered."
    )
    finishes_at: ForecastSpan | None = strawberry.field(
        description="When that is, if it started when the forecast was asked for and dialed "
        "`HOURS_A_DAY` on every day; null likewise, and where it may take over a hundred years."
    )


@strawberry.type(description="One way to dial, and what would come of it.")
class ForecastVariant:
    name: str = strawberry.field(description="As given.")
    mode: DialMode = strawberry.field(description="How calls are placed.")
    assumptions: list[ForecastAssumption] = strawberry.field(
        description="Every number that it rests on."
    )
    figures: ForecastFigures | None = strawberry.field(
        description="What the runs say; null before the first one."
    )

    @classmethod
    def of(cls, answer: rules.Answer, begins: datetime) -> "ForecastVariant":
        assumed = {each.name: each.value for each in answer.assumptions}
        return cls(
            name=answer.name,
            mode=answer.mode,
            assumptions=[
                ForecastAssumption(name=each.name, value=each.value, source=each.source)
                for each in answer.assumptions
            ],
            figures=_figures(answer.forecast, begins, assumed.get(Name.HOURS_A_DAY, 24.0)),
        )


@strawberry.type(description="What a campaign would do: several variants, each played many times.")
class Forecast:
    id: UUID = strawberry.field(description="Never changes.")
    campaign_id: UUID = strawberry.field(description="The campaign.")
    state: ForecastState = strawberry.field(description="How far it is.")
    runs: int = strawberry.field(description="Of each variant.")
    runs_done: int = strawberry.field(description="Of all variants together.")
    runs_total: int = strawberry.field(description="Of all variants together, when it is done.")
    seed: int = strawberry.field(
        description="The same seed and the same assumptions give the same figures."
    )
    variants: list[ForecastVariant] = strawberry.field(
        description="In the order asked; empty until a worker has looked at the campaign."
    )
    failure: str | None = strawberry.field(description="Why it failed; null: it did not.")
    asked_by_kind: PrincipalKind = strawberry.field(description="What kind of principal asked.")
    asked_by_id: UUID = strawberry.field(description="Who asked.")
    created_at: datetime = strawberry.field(description="When it was asked for.")
    finished_at: datetime | None = strawberry.field(description="Null: not over yet.")

    @classmethod
    def of(cls, row: models.Forecast) -> "Forecast":
        return cls(
            id=row.id,
            campaign_id=row.campaign_id,
            state=row.state,
            runs=row.runs,
            runs_done=row.runs_done,
            runs_total=row.runs * len(row.asked),
            seed=row.seed,
            variants=[ForecastVariant.of(each, row.created_at) for each in service.answers_of(row)],
            failure=row.failure,
            asked_by_kind=row.asked_by_kind,
            asked_by_id=row.asked_by_id,
            created_at=row.created_at,
            finished_at=row.finished_at,
        )


def _figures(
    found: what_if.Forecast | None, begins: datetime, hours_a_day: float
) -> ForecastFigures | None:
    if found is None:
        return None
    hours = found.working_hours
    return ForecastFigures(
        runs_done=found.runs_done,
        occupancy=ForecastRange.of(found.occupancy),
        abandon_rate=ForecastRange.of(found.abandon_rate),
        wait_seconds=ForecastRange.of(found.wait_seconds),
        connected_an_hour=ForecastRange.of(found.connected_an_hour),
        calls_an_hour=ForecastRange.of(found.calls_an_hour),
        calls=ForecastRange.of(found.calls) if found.calls else None,
        working_hours=ForecastRange.of(hours) if hours else None,
        finishes_at=_finishes_at(begins, hours, hours_a_day) if hours else None,
    )


def _finishes_at(begins: datetime, hours: what_if.Range, hours_a_day: float) -> ForecastSpan | None:
    low = rules.ends_at(begins, hours.low, hours_a_day)
    median = rules.ends_at(begins, hours.median, hours_a_day)
    high = rules.ends_at(begins, hours.high, hours_a_day)
    if low is None or median is None or high is None:
        return None
    return ForecastSpan(low=low, median=median, high=high)
