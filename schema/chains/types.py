"""Campaigns that work together, as they are seen.

A campaign is made of `ChainedFields` too, so its own class is imported late.
"""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, TypeAlias
from uuid import UUID

import strawberry
from strawberry import Private

from domain.campaigns import models as campaigns
from domain.chains import models
from domain.chains.rules import DrawResult, Include, main_of
from domain.chains.shared import PEOPLE, SHARED, member_of
from domain.targets import models as targets
from schema.campaigns.loaders import campaigns_by_id
from schema.chains.loaders import (
    campaigns_by_chain_id,
    chains_by_id,
    sources_by_campaign_id,
    takers_by_campaign_id,
    targets_by_id,
)
from schema.context import Info
from schema.related import related
from schema.statuses import ClosedReason, Disposition

if TYPE_CHECKING:
    from schema.campaigns.types import Campaign
    from schema.targets.types import Target

CampaignType: TypeAlias = Annotated["Campaign", strawberry.lazy("schema.campaigns.types")]
TargetType: TypeAlias = Annotated["Target", strawberry.lazy("schema.targets.types")]

strawberry.enum(
    Include, name="DrawInclude", description="Which finished targets are drawn, by their statuses."
)
strawberry.enum(DrawResult, description="What became of a finished target that was to be drawn.")


def campaign_of(row: campaigns.Campaign) -> "Campaign":
    """The campaign as it is seen."""
    from schema.campaigns.types import Campaign

    return Campaign.of(row)


def target_of(row: targets.Target) -> "Target":
    """The target as it is seen."""
    from schema.targets.types import Target

    return Target.of(row)


@strawberry.type(description="A campaign draws what another finishes with some statuses.")
class CampaignSource:
    id: UUID = strawberry.field(description="Of the link; never changes.")
    include: Include = strawberry.field(description="With one of the statuses, or with none.")
    closed_reasons: list[ClosedReason] = strawberry.field(description="Statuses: why it closed.")
    dispositions: list[Disposition] = strawberry.field(
        description="Statuses: how the last attempt ended."
    )
    wrap_up_codes: list[str] = strawberry.field(
        description="Statuses: what the agent said of the last call."
    )
    delay_minutes: int = strawberry.field(
        description="From the end in the source to the first attempt; 0: at once."
    )
    drawn: int = strawberry.field(description="Targets that were drawn so far.")
    duplicates: int = strawberry.field(
        description="Finished targets whose number the campaign had already."
    )
    suppressed: int = strawberry.field(
        description="Finished targets whose number must not be called."
    )
    reads_earlier: bool = strawberry.field(
        description="Whether what was finished before is being looked through still."
    )
    lacks_room: bool = strawberry.field(
        description="Whether some wait because the account holds as many targets as it may."
    )
    campaign_id: Private[UUID]
    source_id: Private[UUID]

    @strawberry.field(description="The campaign that draws.")
    async def campaign(self, info: Info) -> CampaignType:
        return campaign_of(await info.context.loader(campaigns_by_id).load(self.campaign_id))

    @strawberry.field(description="The campaign that it draws from.")
    async def source(self, info: Info) -> CampaignType:
        return campaign_of(await info.context.loader(campaigns_by_id).load(self.source_id))

    @classmethod
    def of(cls, row: models.CampaignSource) -> "CampaignSource":
        return cls(
            id=row.id,
            include=row.include,
            closed_reasons=[ClosedReason(each) for each in row.closed_reasons],
            dispositions=[Disposition(each) for each in row.dispositions],
            wrap_up_codes=list(row.wrap_up_codes),
            delay_minutes=row.delay_s // 60,
            drawn=row.drawn,
            duplicates=row.duplicates,
            suppressed=row.suppressed,
            reads_earlier=row.read_after is not None,
            lacks_room=row.lacks_room,
            campaign_id=row.campaign_id,
            source_id=row.source_id,
        )


@strawberry.type(description="What became of one finished target for a campaign that draws.")
class TargetDraw:
    id: UUID = strawberry.field(description="Never changes.")
    result: DrawResult = strawberry.field(description="Whether it was drawn.")
    at: datetime = strawberry.field(description="When that was decided.")
    from_id: Private[UUID]
    target_id: Private[UUID | None]

    @strawberry.field(description="The finished target; null: it was purged.")
    async def from_target(self, info: Info) -> TargetType | None:
        row = await info.context.loader(targets_by_id).load(self.from_id)
        return target_of(row) if row is not None else None

    @strawberry.field(
        description="The new target, or of a duplicate the one that was there; null: there is "
        "none, or it was purged."
    )
    async def target(self, info: Info) -> TargetType | None:
        if self.target_id is None:
            return None
        row = await info.context.loader(targets_by_id).load(self.target_id)
        return target_of(row) if row is not None else None

    @classmethod
    def of(cls, row: models.TargetDraw) -> "TargetDraw":
        return cls(
            id=row.id,
            result=row.result,
            at=row.at,
            from_id=row.from_target_id,
            target_id=row.target_id,
        )


@strawberry.type(description="Campaigns that dial one after the other and share settings.")
class Chain:
    id: UUID = strawberry.field(description="Never changes.")
    name: str = strawberry.field(description="At most 100 characters.")
    shared_settings: list[str] = strawberry.field(
        description="The settings of a campaign that all of them share; changed on `main`."
    )

    @strawberry.field(description="Holds the shared settings: the first that is not closed.")
    async def main(self, info: Info) -> CampaignType:
        rows = await info.context.loader(campaigns_by_chain_id).load(self.id)
        main_id = main_of(map(member_of, rows))
        return campaign_of(next(row for row in rows if row.id == main_id))

    @strawberry.field(description="All of them, in the order in which they dial.")
    async def campaigns(self, info: Info) -> list[CampaignType]:
        rows = await info.context.loader(campaigns_by_chain_id).load(self.id)
        return [campaign_of(row) for row in rows]

    @classmethod
    def of(cls, row: models.Chain) -> "Chain":
        return cls(id=row.id, name=row.name, shared_settings=[*SHARED.values(), *PEOPLE])


@strawberry.type
class ChainedFields:
    """What a campaign says of others that it works with."""

    chain_id: Private[UUID | None]
    after_id: Private[UUID | None]
    waits_for_id: Private[UUID | None]

    chain: Chain | None = related(
        chains_by_id,
        by="chain_id",
        of=Chain.of,
        text="Dials one after the other with these; null: with none.",
    )
    comes_after: CampaignType | None = related(
        campaigns_by_id,
        by="after_id",
        of=campaign_of,
        text="It dials when this one has nothing left; null: the first.",
    )
    waits_for: CampaignType | None = related(
        campaigns_by_id,
        by="waits_for_id",
        of=campaign_of,
        text="While `state` is WAITING: the campaign that is to dial first. Null: none, or it is "
        "not known yet.",
    )

    @strawberry.field(
        description="Settings that are changed on the main campaign of its chain only; empty: none."
    )
    async def settings_held_by_main(self, info: Info) -> list[str]:
        if self.chain_id is None:
            return []
        rows = await info.context.loader(campaigns_by_chain_id).load(self.chain_id)
        own_id: UUID = self.id  # type: ignore[attr-defined]  # of the campaign
        return [] if main_of(map(member_of, rows)) == own_id else [*SHARED.values(), *PEOPLE]

    @strawberry.field(description="The campaigns that it draws finished targets from.")
    async def sources(self, info: Info) -> list[CampaignSource]:
        own_id: UUID = self.id  # type: ignore[attr-defined]  # of the campaign
        rows = await info.context.loader(sources_by_campaign_id).load(own_id)
        return [CampaignSource.of(row) for row in rows]

    @strawberry.field(description="The campaigns that draw what it finishes.")
    async def drawn_by(self, info: Info) -> list[CampaignType]:
        own_id: UUID = self.id  # type: ignore[attr-defined]  # of the campaign
        ids = await info.context.loader(takers_by_campaign_id).load(own_id)
        rows = await info.context.loader(campaigns_by_id).load_many(ids)
        return [campaign_of(row) for row in rows]
