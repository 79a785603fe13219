"""Pre-dial hooks."""

from datetime import datetime
from uuid import UUID

import strawberry

from domain.hooks import models
from domain.hooks.rules import HookFallback

strawberry.enum(
    HookFallback,
    description="What becomes of a call when the hook does not answer in time, or not sensibly: "
    "it is placed as if there were no hook, or put off.",
)


@strawberry.type(description="Where a campaign asks before each call. Its secret is never shown.")
class PreDialHook:
    campaign_id: UUID = strawberry.field(description="The campaign that asks.")
    url: str = strawberry.field(description="Where the question is posted.")
    time_limit_ms: int = strawberry.field(description="How long an answer is waited for.")
    fallback: HookFallback = strawberry.field(description="Without an answer.")
    retry_seconds: int = strawberry.field(
        description="When a call that is skipped is asked about again, if the answer names no time."
    )
    variables: list[str] = strawberry.field(
        description="The customer fields that the question holds, but for those that became "
        "sensitive since; no others leave."
    )
    former_secret_until: datetime | None = strawberry.field(
        description="The secret before the last rotation signs too, until then; null: it does not."
    )

    @classmethod
    def of(cls, row: models.PreDialHook) -> "PreDialHook":
        return cls(
            campaign_id=row.campaign_id,
            url=row.url,
            time_limit_ms=row.time_limit_ms,
            fallback=row.fallback,
            retry_seconds=row.retry_s,
            variables=list(row.variables),
            former_secret_until=row.former_until,
        )
