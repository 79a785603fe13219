"""Work on lists that outlives a request."""

from dataclasses import dataclass
from uuid import UUID

from domain.core.jobs import Job


@dataclass(frozen=True)
class ImportTargets(Job):
    """Turn an uploaded file into targets, from where the last run of it stopped."""

    target_import: UUID


@dataclass(frozen=True)
class OperateOnTargets(Job):
    """Remove, reset or purge many targets, from where the last run of it stopped."""

    target_operation: UUID


@dataclass(frozen=True)
class ExportTargets(Job):
    """Write a file of targets."""

    target_export: UUID
