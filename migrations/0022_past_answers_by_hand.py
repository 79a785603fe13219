"""Of attempts that are deleted, those that an agent dialed by hand and was there for are no answers
that the ledger counts, as they were none before.

Written by hand: it is 0015's function with one condition more.
"""

from tortoise import migrations
from tortoise.migrations import operations as ops

_KEEP = """
CREATE OR REPLACE FUNCTION past_answer_keep() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO past_answer (id, account_id, campaign_id, answered_at, connected_at, ended_at,
        agent_id, wrap_up_code)
    SELECT gone.id, gone.account_id, gone.campaign_id, gone.answered_at, gone.connected_at,
        gone.ended_at, gone.agent_id, c.wrap_up_code
    FROM gone LEFT JOIN "call" AS c ON c.id = gone.id
    WHERE gone.answered_at IS NOT NULL
        AND (gone.connected_at IS NOT NULL {but} OR gone.disposition = 'abandoned')
        AND EXISTS (SELECT FROM account WHERE account.id = gone.account_id)
    ON CONFLICT (id) DO NOTHING;
    RETURN NULL;
END $$
"""


class Migration(migrations.Migration):
    dependencies = [("domain", "0021_manual_calls")]

    initial = False

    operations = [
        ops.RunSQL(
            sql=[_KEEP.format(but="AND NOT gone.by_hand")], reverse_sql=[_KEEP.format(but="")]
        ),
    ]
