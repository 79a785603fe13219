"""Every job's function and every cron, one line each. A test holds it against the Job classes."""

from workers.functions import AnyFunction, Cron

FLOOR_FUNCTIONS: tuple[AnyFunction, ...] = ()
FLOOR_CRONS: tuple[Cron, ...] = ()

JOB_FUNCTIONS: tuple[AnyFunction, ...] = ()
JOB_CRONS: tuple[Cron, ...] = ()
