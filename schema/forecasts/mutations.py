"""Asking for a forecast, and calling it off."""

from typing import Annotated
from uuid import UUID

import strawberry

from domain.access.permissions import Permission
from domain.campaigns.rules import DialMode
from domain.forecasts import service
from domain.forecasts.rules import MOST_RUNS, MOST_VARIANTS, USUAL_RUNS, Name, Team, Variant
from schema.context import Info
from schema.forecasts.refusals import ForecastFinished, NobodyToForecast, TooManyForecasts
from schema.forecasts.types import Forecast
from schema.guards import requires
from schema.refusals import InvalidInput, NotFound


@strawberry.input(
    description="One way to dial; what is left out is the campaign's own: its settings, list and "
    "team, and what its attempts of the last 30 days tell."
)
class ForecastVariantInput:
    name: str = strawberry.field(
        description="What to call it, at most 60 characters.", default="As it is"
    )
    mode: DialMode | None = strawberry.field(
        description="How calls are placed; null: the campaign's way.", default=None
    )
    team: Team = strawberry.field(
        description="Who is there, where `agents` is left out.", default=Team.ASSIGNED
    )
    agents: int | None = strawberry.field(
        description="Agents who take calls, 1 to 500; left out: the campaign's team.",
        default=None,
    )
    ports: int | None = strawberry.field(
        description="IVR modes: ports, 1 to 1000; left out: the campaign's.",
        default=None,
    )
    lines_per_agent: float | None = strawberry.field(
        description="Progressive: lines for each free agent, 1 to 10.",
        default=None,
    )
    max_lines_per_agent: float | None = strawberry.field(
        description="Predictive: lines for each agent at most, 1 to 10.",
        default=None,
    )
    abandon_target: float | None = strawberry.field(
        description="Predictive: abandoned of live answers to stay under, 0.001 to 0.5.",
        default=None,
    )
    correction_pace: int | None = strawberry.field(
        description="Predictive: live answers between corrections, 10 to 1000.",
        default=None,
    )
    gain: float | None = strawberry.field(
        description="Predictive: how hard to correct, 0 to 2.",
        default=None,
    )
    minimum_agents: int | None = strawberry.field(
        description="Predictive: below so many agents it dials progressively, 1 to 500.",
        default=None,
    )
    ring_limit_seconds: float | None = strawberry.field(
        description="Then it is no answer, 5 to 120.",
        default=None,
    )
    patience_seconds: float | None = strawberry.field(
        description="How long a live answer waits for an agent, 0 to 30.",
        default=None,
    )
    preview_seconds: float | None = strawberry.field(
        description="Preview: how long an agent looks at a contact, 0 to 3600.",
        default=None,
    )
    answer_rate: float | None = strawberry.field(
        description="Calls that a person answers, 0.005 to 1; given, it has no spread.",
        default=None,
    )
    machine_rate: float | None = strawberry.field(
        description="Calls that a machine answers, 0 to 0.99.",
        default=None,
    )
    ring_seconds: float | None = strawberry.field(
        description="Mean ring of calls that are answered, 1 to 60.",
        default=None,
    )
    ring_variation: float | None = strawberry.field(
        description="Its standard deviation over its mean, 0 to 3.",
        default=None,
    )
    talk_seconds: float | None = strawberry.field(description="Mean talk, 1 to 7200.", default=None)
    talk_variation: float | None = strawberry.field(
        description="Its standard deviation over its mean, 0 to 3.",
        default=None,
    )
    wrap_up_seconds: float | None = strawberry.field(
        description="Mean wrap-up, 0 to 3600.",
        default=None,
    )
    wrap_up_variation: float | None = strawberry.field(
        description="Its standard deviation over its mean, 0 to 3.",
        default=None,
    )
    targets: int | None = strawberry.field(
        description="Targets of the list, 1 to 100 million.",
        default=None,
    )
    max_attempts: int | None = strawberry.field(
        description="Attempts that each of them has, 1 to 30.",
        default=None,
    )
    hours_a_day: float | None = strawberry.field(
        description="Hours of dialing a day, 0.5 to 24.",
        default=None,
    )
    seconds_played: float | None = strawberry.field(
        description="Seconds that one run plays, 600 to 7200; at more agents fewer are needed.",
        default=None,
    )

    def wanted(self) -> Variant:
        given = {name: getattr(self, name.value) for name in Name}
        return Variant(
            self.name,
            self.mode,
            self.team,
            {name: float(value) for name, value in given.items() if value is not None},
        )


@strawberry.input(description="What to play.")
class ForecastInput:
    campaign_id: UUID = strawberry.field(description="The campaign.")
    variants: list[ForecastVariantInput] = strawberry.field(
        description=f"Compared side by side on the same people; 1 to {MOST_VARIANTS}.",
        default_factory=lambda: [ForecastVariantInput()],
    )
    runs: int = strawberry.field(
        description=f"How often each is played, 1 to {MOST_RUNS}.", default=USUAL_RUNS
    )
    seed: int = strawberry.field(description="Of its luck.", default=1)


@strawberry.type(description="A forecast is going to be played.")
class ForecastStarted:
    forecast: Forecast = strawberry.field(description="Follow it by its id.")


@strawberry.type(description="A forecast is played no further.")
class ForecastCanceled:
    forecast: Forecast = strawberry.field(description="With what it found so far.")


ForecastStartResult = Annotated[
    ForecastStarted | NotFound | InvalidInput | NobodyToForecast | TooManyForecasts,
    strawberry.union("ForecastStartResult", description="The forecast, or why there is none."),
]
ForecastCancelResult = Annotated[
    ForecastCanceled | NotFound | ForecastFinished,
    strawberry.union("ForecastCancelResult", description="The forecast, or why it goes on."),
]


@strawberry.type
class ForecastMutations:
    @strawberry.mutation(
        description="Play what a campaign would do. Nothing is dialed.",
        extensions=[requires(Permission.CAMPAIGN_MANAGE)],
    )
    async def forecast_start(
        self,
        info: Info,
        input: Annotated[ForecastInput, strawberry.argument(description="What to play.")],
    ) -> ForecastStartResult:
        ctx = info.context
        row = await service.begin(
            ctx.principal,
            input.campaign_id,
            [variant.wanted() for variant in input.variants],
            runs=input.runs,
            seed=input.seed,
            ports=ctx.ports,
        )
        return ForecastStarted(forecast=Forecast.of(row))

    @strawberry.mutation(
        description="Stop a forecast; what it found so far stays.",
        extensions=[requires(Permission.CAMPAIGN_MANAGE)],
    )
    async def forecast_cancel(
        self, info: Info, id: Annotated[UUID, strawberry.argument(description="The forecast.")]
    ) -> ForecastCancelResult:
        ctx = info.context
        return ForecastCanceled(
            forecast=Forecast.of(await service.cancel(ctx.principal, id, ports=ctx.ports))
        )
