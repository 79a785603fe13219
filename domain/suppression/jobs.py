"""Work on do-not-call lists that outlives a request."""

from dataclasses import dataclass
from uuid import UUID

from domain.core.jobs import Job


@dataclass(frozen=True)
class ImportSuppressions(Job):
    """Turn an uploaded file into entries, from where the last run of it stopped."""

    suppression_import: UUID
