"""Counting the statements that a block sends to the database."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager


class _Heard(logging.Handler):
    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.statements: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.statements.append(record.getMessage())


@contextmanager
def at_most(limit: int) -> Iterator[list[str]]:
    """The statements sent inside the block; more than `limit` fail the test and are shown."""
    logger = logging.getLogger("tortoise.db_client")
    level, heard = logger.level, _Heard()
    logger.addHandler(heard)
    logger.setLevel(logging.DEBUG)
    try:
        yield heard.statements
    finally:
        logger.removeHandler(heard)
        logger.setLevel(level)
    sent = heard.statements
    assert len(sent) <= limit, f"{len(sent)} statements, at most {limit}:\n" + "\n".join(sent)
