"""Refusals about campaigns that work together."""

import strawberry

from domain.chains import errors
from schema.refusals import Refusal, refusal


@refusal(errors.ChainCircle)
class ChainCircle(Refusal):
    """A campaign would come after, or draw from, itself."""

    campaign_ids: list[str] = strawberry.field(
        description="The way round, in order; the first and the last are the same."
    )
    names: list[str] = strawberry.field(description="Their names, in the same order.")


@refusal(errors.ChainedElsewhere)
class ChainedElsewhere(Refusal):
    """The campaign belongs to another chain; unlink it there first."""

    campaign_id: str = strawberry.field(description="The campaign.")
    chain: str = strawberry.field(description="The name of its chain.")


@refusal(errors.SettingShared)
class SettingShared(Refusal):
    """A chain's main campaign holds the setting; change it there."""

    settings: list[str] = strawberry.field(description="The names of the settings.")
    main_campaign_id: str = strawberry.field(description="Where they are changed.")
    main_campaign: str = strawberry.field(description="Its name.")
