"""Rows of a file that became nothing, and why: as they are put down, and as they are fetched."""

import io
from dataclasses import dataclass
from uuid import UUID

from tortoise.backends.base.client import BaseDBAsyncClient

from domain.targets.importing.bulk import asyncpg_of

_STAGE = """
CREATE TEMPORARY TABLE IF NOT EXISTS staged_problem (
    row integer, code text, message text, value text
) ON COMMIT DELETE ROWS
"""


@dataclass(frozen=True, slots=True)
class ProblemTable:
    """Where one kind of import keeps its problems."""

    table: str
    import_id: str  # the column that names the import

    @property
    def file_query(self) -> str:
        """What a file of one import's problems holds; $1 is the import."""
        return f"""
SELECT row AS "Row", value AS "Value", code AS "Code", message AS "Problem"
FROM {self.table} WHERE {self.import_id} = $1 ORDER BY row, id
"""

    async def insert(self, connection: BaseDBAsyncClient, import_id: UUID, reported: bytes) -> None:
        """Insert problems that are CSV: row, code, message, value. Call it in a transaction."""
        raw = asyncpg_of(connection)
        await raw.execute(_STAGE)
        await raw.copy_to_table("staged_problem", source=io.BytesIO(reported), format="csv")
        await raw.execute(
            f"INSERT INTO {self.table} ({self.import_id}, row, code, message, value) "
            "SELECT $1, row, code, message, coalesce(value, '') FROM staged_problem",
            import_id,
        )


OF_TARGETS = ProblemTable("import_problem", "target_import_id")
OF_SUPPRESSIONS = ProblemTable("suppression_problem", "suppression_import_id")
