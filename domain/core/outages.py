"""How a database that is away shows itself through asyncpg and Tortoise."""

import asyncpg
from tortoise.exceptions import DBConnectionError

from domain.core.errors import Unavailable

DATABASE_AWAY: tuple[type[Exception], ...] = (
    DBConnectionError,
    asyncpg.PostgresConnectionError,
    asyncpg.OperatorInterventionError,  # it stops, starts, or was told to cut us off
    asyncpg.ObjectNotInPrerequisiteStateError,  # it accepts no connections just now
    asyncpg.InsufficientResourcesError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,  # a connection was cut just when it was handed out
    OSError,
    TimeoutError,
)


class DatabaseUnavailable(Unavailable):
    """The database did not answer. Whether what was asked is done is not known."""

    code = "DATABASE_UNAVAILABLE"

    def __init__(self) -> None:
        super().__init__(
            "The database does not answer, so it is not known whether this was done. "
            "Look at the state in a few seconds, and try again."
        )
