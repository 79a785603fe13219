"""Every job's function and every cron, one line each. A test holds it against the Job classes."""

from workers.exports.targets import EXPORT_TARGETS, TEND_EXPORTS
from workers.floors import OWN_FLOOR, START_MISSING_FLOORS
from workers.functions import AnyFunction, Cron
from workers.imports.suppressions import FIND_ORPHANED_SUPPRESSION_IMPORTS, IMPORT_SUPPRESSIONS
from workers.imports.targets import FIND_ORPHANED_IMPORTS, IMPORT_TARGETS
from workers.operations.targets import FIND_ORPHANED_OPERATIONS, OPERATE_ON_TARGETS

FLOOR_FUNCTIONS: tuple[AnyFunction, ...] = (OWN_FLOOR,)
FLOOR_CRONS: tuple[Cron, ...] = (START_MISSING_FLOORS,)

JOB_FUNCTIONS: tuple[AnyFunction, ...] = (
    IMPORT_TARGETS,
    EXPORT_TARGETS,
    IMPORT_SUPPRESSIONS,
    OPERATE_ON_TARGETS,
)
JOB_CRONS: tuple[Cron, ...] = (
    FIND_ORPHANED_IMPORTS,
    TEND_EXPORTS,
    FIND_ORPHANED_SUPPRESSION_IMPORTS,
    FIND_ORPHANED_OPERATIONS,
)
