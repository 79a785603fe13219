from tortoise import migrations
from tortoise.migrations import operations as ops
from domain.core.indexes import FilledIndex
from tortoise.indexes import Index, PartialIndex

class Migration(migrations.Migration):
    dependencies = [('domain', '0011_finished_targets')]

    initial = False

    operations = [
        ops.AddIndex(
            model_name='Attempt',
            index=FilledIndex(fields=['agent_id', 'created_at'], name='attempt_agent', filled='agent_id'),
        ),
        ops.AddIndex(
            model_name='Target',
            index=Index(fields=['campaign_id', 'state', 'id']),
        ),
        ops.AddIndex(
            model_name='Target',
            index=Index(fields=['batch_id', 'id']),
        ),
        ops.AddIndex(
            model_name='Target',
            index=PartialIndex(fields=['campaign_id', 'closed_reason', 'id'], name='target_closed', condition={'state': 'closed'}),
        ),
        ops.AddIndex(
            model_name='Target',
            index=FilledIndex(fields=['campaign_id', 'last_disposition', 'id'], name='target_disposition', filled='last_disposition'),
        ),
        ops.AddIndex(
            model_name='Target',
            index=FilledIndex(fields=['campaign_id', 'id'], name='target_call_back', filled='call_back_at'),
        ),
    ]
