from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise import fields

class Migration(migrations.Migration):
    dependencies = [('domain', '0023_failed_over')]

    initial = False

    operations = [
        ops.AddField(
            model_name='AgentStateEntry',
            name='then_break',
            field=fields.BooleanField(default=False, db_default=False),
        ),
        ops.AddField(
            model_name='AgentStateEntry',
            name='then_break_reason',
            field=fields.CharField(null=True, max_length=64),
        ),
    ]
