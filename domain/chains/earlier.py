"""What a source finished before anybody drew from it: noted page by page, once."""

from domain.chains.models import CampaignSource
from domain.core.transactions import in_transaction

PAGE = 5_000  # targets of a source that one step looks at

_PAGE = """
WITH page AS (
    SELECT id, state FROM target WHERE campaign_id = $1 AND id > $2 ORDER BY id LIMIT $3
), noted AS (
    INSERT INTO finished_target (campaign_id, target_id)
    SELECT $1, id FROM page WHERE state = 'closed' ORDER BY id
    ON CONFLICT (target_id) DO NOTHING
)
SELECT count(*) AS looked_at, max(id::text) AS last FROM page
"""


async def read_earlier(source: CampaignSource) -> bool:
    """Note a page of what was finished before; whether there is more.

    A transaction that closes targets and began before the source's row was there makes no notes,
    so the reading waits for all that began before it looked for the first time.
    """
    async with in_transaction() as connection:
        (row,) = await connection.execute_query_dict(
            "SELECT read_after, read_horizon, "
            "pg_snapshot_xmin(pg_current_snapshot())::text::bigint AS oldest, "
            "pg_snapshot_xmax(pg_current_snapshot())::text::bigint AS next "
            "FROM campaign_source WHERE id = $1 FOR UPDATE",
            [source.id],
        )
        if row["read_after"] is None:
            return False
        if row["read_horizon"] is None:
            await connection.execute_query(
                "UPDATE campaign_source SET read_horizon = $2 WHERE id = $1",
                [source.id, row["next"]],
            )
            return True
        if row["oldest"] < row["read_horizon"]:
            return False  # somebody is not done yet; later
        (page,) = await connection.execute_query_dict(
            _PAGE, [source.source_id, row["read_after"], PAGE]
        )
        more = page["looked_at"] == PAGE
        await connection.execute_query(
            "UPDATE campaign_source SET read_after = $2 WHERE id = $1",
            [source.id, page["last"] if more else None],
        )
        return True
