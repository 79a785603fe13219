"""A note for every target that a source closes, in the transaction that closes it.

Campaigns that draw take these notes (domain/chains/drawing.py). A trigger, so that it does not
matter who closes a target: the floor, a wrap-up, a do-not-call entry or a person. A statement that
closes nothing of a source costs one look at the few links between campaigns.

Written by hand: the table is no model, since no code but the trigger and the drawing writes it.
"""

from tortoise import migrations
from tortoise.migrations import operations as ops

TABLE = """
CREATE TABLE finished_target (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    campaign_id uuid NOT NULL,
    target_id uuid NOT NULL UNIQUE
)
"""

# NOT IN, since its list is hashed whatever the planner believes of the size of the two tables.
NOTE = """
CREATE FUNCTION finished_target_note() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    sources uuid[];
BEGIN
    SELECT array_agg(DISTINCT campaign_source.source_id) INTO sources
    FROM (SELECT DISTINCT campaign_id FROM added) AS changed
    JOIN campaign_source ON campaign_source.source_id = changed.campaign_id
        AND campaign_source.removed_at IS NULL;
    IF sources IS NULL THEN
        RETURN NULL;
    END IF;
    INSERT INTO finished_target (campaign_id, target_id)
    SELECT campaign_id, id FROM added
    WHERE state = 'closed' AND campaign_id = ANY(sources)
        AND id NOT IN (SELECT id FROM gone WHERE state = 'closed')
    ORDER BY id
    ON CONFLICT (target_id) DO NOTHING;
    RETURN NULL;
END $$
"""


class Migration(migrations.Migration):
    dependencies = [("domain", "0010_chains")]

    operations = [
        ops.RunSQL(
            [
                TABLE,
                "CREATE INDEX finished_target_campaign ON finished_target (campaign_id, id)",
                NOTE,
                "CREATE TRIGGER finished_target_note AFTER UPDATE ON target "
                "REFERENCING OLD TABLE AS gone NEW TABLE AS added "
                "FOR EACH STATEMENT EXECUTE FUNCTION finished_target_note()",
            ],
            [
                "DROP TRIGGER finished_target_note ON target",
                "DROP FUNCTION finished_target_note()",
                "DROP TABLE finished_target",
            ],
        )
    ]
