"""How many targets a campaign has, kept by the database itself.

Counting a million index entries takes a third of a second for every campaign on the list. Here
every statement that touches targets adds one row with the difference; the sum is the count. Rows
are only ever added, so an import, a floor and a person who removes targets never wait for each
other. One statement in a hundred adds up the rows of its campaign, leaving out those that another
transaction is adding up.

Written by hand: the table is no model, since no code but the triggers writes it.
"""

from tortoise import migrations
from tortoise.migrations import operations as ops

TABLE = """
CREATE TABLE target_tally (
    campaign_id uuid NOT NULL,
    total bigint NOT NULL,
    fresh bigint NOT NULL,
    retry bigint NOT NULL
)
"""

BACKFILL = """
INSERT INTO target_tally (campaign_id, total, fresh, retry)
SELECT campaign_id, count(*), count(*) FILTER (WHERE state = 'new'),
    count(*) FILTER (WHERE state = 'retry')
FROM target GROUP BY campaign_id
"""

COUNT = """
CREATE FUNCTION target_tally_count() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    changed uuid[];
BEGIN
    IF TG_OP = 'INSERT' THEN
        WITH kept AS (
            INSERT INTO target_tally (campaign_id, total, fresh, retry)
            SELECT campaign_id, count(*), count(*) FILTER (WHERE state = 'new'),
                count(*) FILTER (WHERE state = 'retry')
            FROM added GROUP BY campaign_id
            RETURNING campaign_id
        ) SELECT array_agg(campaign_id) INTO changed FROM kept;
    ELSIF TG_OP = 'DELETE' THEN
        WITH kept AS (
            INSERT INTO target_tally (campaign_id, total, fresh, retry)
            SELECT campaign_id, -count(*), -count(*) FILTER (WHERE state = 'new'),
                -count(*) FILTER (WHERE state = 'retry')
            FROM gone GROUP BY campaign_id
            RETURNING campaign_id
        ) SELECT array_agg(campaign_id) INTO changed FROM kept;
    ELSE
        WITH kept AS (
            INSERT INTO target_tally (campaign_id, total, fresh, retry)
            SELECT campaign_id, sum(total), sum(fresh), sum(retry) FROM (
                SELECT campaign_id, 1 AS total, (state = 'new')::int AS fresh,
                    (state = 'retry')::int AS retry FROM added
                UNION ALL
                SELECT campaign_id, -1, -(state = 'new')::int, -(state = 'retry')::int FROM gone
            ) AS difference
            GROUP BY campaign_id
            HAVING sum(total) <> 0 OR sum(fresh) <> 0 OR sum(retry) <> 0
            RETURNING campaign_id
        ) SELECT array_agg(campaign_id) INTO changed FROM kept;
    END IF;
    IF random() < 0.01 THEN
        PERFORM target_tally_add_up(id) FROM unnest(changed) AS id;
    END IF;
    RETURN NULL;
END $$
"""

ADD_UP = """
CREATE FUNCTION target_tally_add_up(campaign uuid) RETURNS void LANGUAGE sql AS $$
    WITH parts AS (
        DELETE FROM target_tally WHERE ctid = ANY(ARRAY(
            SELECT ctid FROM target_tally WHERE campaign_id = campaign FOR UPDATE SKIP LOCKED
        ))
        RETURNING total, fresh, retry
    )
    INSERT INTO target_tally (campaign_id, total, fresh, retry)
    SELECT campaign, sum(total), sum(fresh), sum(retry) FROM parts HAVING count(*) > 0
$$
"""


def _trigger(event: str, tables: str) -> str:
    return (
        f"CREATE TRIGGER target_tally_{event} AFTER {event} ON target REFERENCING {tables} "
        "FOR EACH STATEMENT EXECUTE FUNCTION target_tally_count()"
    )


class Migration(migrations.Migration):
    dependencies = [("domain", "0001_initial")]

    operations = [
        ops.RunSQL(
            [
                TABLE,
                "CREATE INDEX target_tally_campaign ON target_tally (campaign_id)",
                # Nobody adds a target between the count and the triggers.
                "LOCK TABLE target IN SHARE ROW EXCLUSIVE MODE",
                BACKFILL,
                ADD_UP,
                COUNT,
                _trigger("INSERT", "NEW TABLE AS added"),
                _trigger("UPDATE", "OLD TABLE AS gone NEW TABLE AS added"),
                _trigger("DELETE", "OLD TABLE AS gone"),
            ],
            [
                "DROP TRIGGER target_tally_INSERT ON target",
                "DROP TRIGGER target_tally_UPDATE ON target",
                "DROP TRIGGER target_tally_DELETE ON target",
                "DROP FUNCTION target_tally_count()",
                "DROP FUNCTION target_tally_add_up(uuid)",
                "DROP TABLE target_tally",
            ],
        )
    ]
