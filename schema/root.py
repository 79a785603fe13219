"""The schema: what each slice adds to the three roots. A new slice is one name in each tuple."""

from collections.abc import Sequence

import strawberry
from graphql import GraphQLError
from strawberry.extensions import AddValidationRules, MaxTokensLimiter, ParserCache, ValidationCache
from strawberry.schema.config import StrawberryConfig
from strawberry.tools import merge_types
from strawberry.types.execution import ExecutionContext

from schema.access.mutations import AccessMutations
from schema.access.queries import AccessQueries
from schema.agents.desk import DeskMutations
from schema.agents.mutations import AgentMutations
from schema.agents.queries import AgentQueries
from schema.callguides.mutations import CallGuideMutations
from schema.calls.live import LiveCallMutations
from schema.calls.mutations import CallMutations
from schema.calls.queries import CallQueries
from schema.calls.subscriptions import CallSubscriptions
from schema.calls.supervision import SupervisionSubscriptions
from schema.campaigns.life import CampaignLifeMutations
from schema.campaigns.logins import CampaignLoginMutations, CampaignLoginQueries
from schema.campaigns.mutations import CampaignMutations
from schema.campaigns.queries import CampaignQueries
from schema.campaigns.subscriptions import CampaignSubscriptions
from schema.chains.mutations import ChainMutations
from schema.chains.queries import ChainQueries
from schema.eligibility.mutations import EligibilityMutations
from schema.eligibility.queries import EligibilityQueries
from schema.errors import SpokenErrors
from schema.forecasts.mutations import ForecastMutations
from schema.forecasts.queries import ForecastQueries
from schema.forecasts.subscriptions import ForecastSubscriptions
from schema.guards import Guard
from schema.hooks.mutations import HookMutations
from schema.hooks.queries import HookQueries
from schema.ledgers.mutations import LedgerMutations
from schema.ledgers.queries import LedgerQueries
from schema.limits import CACHED_DOCUMENTS, MAX_TOKENS, RULES
from schema.numbers.mutations import NumberMutations
from schema.numbers.queries import NumberQueries
from schema.recordings.queries import RecordingQueries
from schema.refusals import handlers
from schema.replays.queries import ReplayQueries
from schema.scalars import SCALARS
from schema.suppression.imports import (
    SuppressionImportMutations,
    SuppressionImportQueries,
    SuppressionSubscriptions,
)
from schema.suppression.mutations import SuppressionMutations
from schema.suppression.queries import SuppressionQueries
from schema.targets.drafts import DraftMutations, DraftQueries
from schema.targets.exports import ExportMutations, ExportQueries, ExportSubscriptions
from schema.targets.mutations import TargetMutations
from schema.targets.operations import (
    OperationMutations,
    OperationQueries,
    OperationSubscriptions,
)
from schema.targets.queries import TargetQueries
from schema.targets.subscriptions import TargetSubscriptions
from schema.trunks.mutations import TrunkMutations
from schema.trunks.queries import TrunkQueries

QUERIES: tuple[type, ...] = (
    AccessQueries,
    AgentQueries,
    CampaignQueries,
    CampaignLoginQueries,
    TargetQueries,
    DraftQueries,
    ExportQueries,
    OperationQueries,
    SuppressionQueries,
    SuppressionImportQueries,
    CallQueries,
    RecordingQueries,
    TrunkQueries,
    NumberQueries,
    EligibilityQueries,
    ChainQueries,
    HookQueries,
    ForecastQueries,
    LedgerQueries,
    ReplayQueries,
)
MUTATIONS: tuple[type, ...] = (
    AccessMutations,
    AgentMutations,
    DeskMutations,
    CampaignMutations,
    CampaignLoginMutations,
    TargetMutations,
    DraftMutations,
    ExportMutations,
    OperationMutations,
    SuppressionMutations,
    SuppressionImportMutations,
    CallMutations,
    LiveCallMutations,
    CallGuideMutations,
    TrunkMutations,
    NumberMutations,
    EligibilityMutations,
    CampaignLifeMutations,
    ChainMutations,
    HookMutations,
    ForecastMutations,
    LedgerMutations,
)
SUBSCRIPTIONS: tuple[type, ...] = (
    CampaignSubscriptions,
    TargetSubscriptions,
    ExportSubscriptions,
    OperationSubscriptions,
    SuppressionSubscriptions,
    CallSubscriptions,
    SupervisionSubscriptions,
    ForecastSubscriptions,
)


class UnguardedField(TypeError):
    """A root field says neither requires(...), signed_in() nor public()."""


class OutdialSchema(strawberry.Schema):
    """Strawberry's schema; errors are logged where they are hidden, without their text."""

    def process_errors(
        self, errors: list[GraphQLError], execution_context: ExecutionContext | None = None
    ) -> None:
        return None


def build_schema(
    *,
    queries: Sequence[type] = QUERIES,
    mutations: Sequence[type] = MUTATIONS,
    subscriptions: Sequence[type] = SUBSCRIPTIONS,
) -> OutdialSchema:
    """The schema of these slices. Raises UnguardedField: nothing is open by accident."""
    for root in (*queries, *mutations, *subscriptions):
        _check_guards(root)
    return OutdialSchema(
        query=merge_types("Query", tuple(queries)),
        mutation=merge_types("Mutation", tuple(mutations)) if mutations else None,
        subscription=merge_types("Subscription", tuple(subscriptions)) if subscriptions else None,
        config=StrawberryConfig(scalar_map=SCALARS),
        exception_handlers=handlers(),
        extensions=[
            SpokenErrors,
            lambda: MaxTokensLimiter(max_token_count=MAX_TOKENS),
            lambda: AddValidationRules(RULES),
            lambda: ParserCache(maxsize=CACHED_DOCUMENTS),
            lambda: ValidationCache(maxsize=CACHED_DOCUMENTS),
        ],
    )


def _check_guards(root: type) -> None:
    for field in root.__strawberry_definition__.fields:  # type: ignore[attr-defined]
        guards = [extension for extension in field.extensions if isinstance(extension, Guard)]
        if len(guards) != 1:
            raise UnguardedField(
                f"{root.__name__}.{field.python_name} has {len(guards)} guards, expected one: "
                "add extensions=[requires(Permission.X)], or public() if everybody may ask."
            )
