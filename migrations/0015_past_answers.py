"""Live answers outlive their attempts, so that purging targets never mends an abandon rate.

16 CFR 310.4(b)(4)(iv) asks for records that show compliance. When attempts are deleted, the
database keeps of each live answer what the ledger needs, and nothing of the person. An account
that is deleted takes its ledger along.

Written by hand: no code but the trigger writes the table.
"""

from tortoise import migrations
from tortoise.migrations import operations as ops

KEEP = """
CREATE FUNCTION past_answer_keep() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO past_answer (id, account_id, campaign_id, answered_at, connected_at, ended_at,
        agent_id, wrap_up_code)
    SELECT gone.id, gone.account_id, gone.campaign_id, gone.answered_at, gone.connected_at,
        gone.ended_at, gone.agent_id, c.wrap_up_code
    FROM gone LEFT JOIN "call" AS c ON c.id = gone.id
    WHERE gone.answered_at IS NOT NULL
        AND (gone.connected_at IS NOT NULL OR gone.disposition = 'abandoned')
        AND EXISTS (SELECT FROM account WHERE account.id = gone.account_id)
    ON CONFLICT (id) DO NOTHING;
    RETURN NULL;
END $$
"""

ON_DELETE = """
CREATE TRIGGER past_answer_keep AFTER DELETE ON attempt
REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION past_answer_keep()
"""

FORGET = """
CREATE FUNCTION past_answer_forget() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM past_answer USING gone WHERE past_answer.account_id = gone.id;
    RETURN NULL;
END $$
"""

ON_ACCOUNT = """
CREATE TRIGGER past_answer_forget AFTER DELETE ON account
REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION past_answer_forget()
"""

UNDO = (
    "DROP TRIGGER past_answer_forget ON account",
    "DROP FUNCTION past_answer_forget()",
    "DROP TRIGGER past_answer_keep ON attempt",
    "DROP FUNCTION past_answer_keep()",
)


class Migration(migrations.Migration):
    dependencies = [("domain", "0014_ledgers_and_forecasts")]

    initial = False

    operations = [
        ops.RunSQL(sql=[KEEP, ON_DELETE, FORGET, ON_ACCOUNT], reverse_sql=list(UNDO)),
    ]
