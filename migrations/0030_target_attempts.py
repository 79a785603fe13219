from tortoise import migrations
from tortoise.migrations import operations as ops
from domain.core.indexes import FilledIndex

class Migration(migrations.Migration):
    dependencies = [('domain', '0029_supervisions')]

    initial = False

    operations = [
        ops.AddIndex(
            model_name='Target',
            index=FilledIndex(fields=['campaign_id', 'attempts', 'id'], name='target_attempts', filled='last_attempt_at'),
        ),
    ]
