from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise import fields

class Migration(migrations.Migration):
    dependencies = [('domain', '0019_campaign_logins')]

    initial = False

    operations = [
        ops.AddField(
            model_name='AgentStateEntry',
            name='by_phone',
            field=fields.BooleanField(default=False, db_default=False),
        ),
        ops.AddField(
            model_name='AgentStateEntry',
            name='trunk_id',
            field=fields.UUIDField(null=True),
        ),
    ]
