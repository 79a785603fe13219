"""Recordings of calls."""

from datetime import datetime
from uuid import UUID

import strawberry

from domain.recordings import models
from domain.recordings.rules import RecordingKind

strawberry.enum(
    RecordingKind,
    description="What a recording holds: what agent and customer say, or what the analysis of the "
    "answer heard.",
)


@strawberry.type(description="One file of one call. Where recording was paused it holds silence.")
class Recording:
    id: UUID = strawberry.field(description="Stays the same.")
    call_id: UUID = strawberry.field(description="The call.")
    campaign_id: UUID | None = strawberry.field(description="Null: an inbound call.")
    agent_id: UUID | None = strawberry.field(
        description="Who spoke; null: nobody yet, and always of an ANALYSIS."
    )
    kind: RecordingKind = strawberry.field(
        description="ANALYSIS: from the answer to the verdict, of campaigns with "
        "`analysisSettings { record }`. Its call may have met nobody."
    )
    started_at: datetime = strawberry.field(description="When it began.")
    finished_at: datetime | None = strawberry.field(description="Null: being recorded.")
    size: float | None = strawberry.field(description="Bytes of the file; null: not finished.")
    seconds: float | None = strawberry.field(description="How long it is; null: not finished.")

    @classmethod
    def of(cls, row: models.Recording) -> "Recording":
        return cls(
            id=row.id,
            call_id=row.call_id,
            campaign_id=row.campaign_id,
            agent_id=row.agent_id,
            kind=row.kind,
            started_at=row.started_at,
            finished_at=row.finished_at,
            size=None if row.size is None else float(row.size),
            seconds=row.seconds,
        )
