"""Every job's function and every cron, one line each. A test holds it against the Job classes."""

from workers.functions import AnyFunction, Cron
from workers.imports.targets import FIND_ORPHANED_IMPORTS, IMPORT_TARGETS

FLOOR_FUNCTIONS: tuple[AnyFunction, ...] = ()
FLOOR_CRONS: tuple[Cron, ...] = ()

JOB_FUNCTIONS: tuple[AnyFunction, ...] = (IMPORT_TARGETS,)
JOB_CRONS: tuple[Cron, ...] = (FIND_ORPHANED_IMPORTS,)
