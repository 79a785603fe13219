from tortoise import migrations
from tortoise.migrations import operations as ops
from domain.core.ids import new_id
from domain.targets.models import OperationState
from domain.targets.rules import OperationAction, TargetClass
from tortoise.fields.base import OnDelete
from tortoise import fields
from tortoise.indexes import Index

class Migration(migrations.Migration):
    dependencies = [('domain', '0008_suppression_imports')]

    initial = False

    operations = [
        ops.CreateModel(
            name='TargetOperation',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ('account', fields.ForeignKeyField('domain.Account', source_field='account_id', db_constraint=True, to_field='id', related_name='target_operations', on_delete=OnDelete.CASCADE)),
                ('campaign', fields.ForeignKeyField('domain.Campaign', source_field='campaign_id', db_constraint=True, to_field='id', related_name='operations', on_delete=OnDelete.CASCADE)),
                ('action', fields.CharEnumField(description='REMOVE_ALL: remove_all\nRESET: reset\nPURGE: purge', enum_type=OperationAction, max_length=32)),
                ('target_class', fields.CharEnumField(null=True, description='ANSWERED: answered\nATTEMPTS_EXHAUSTED: attempts_exhausted\nVOICEMAIL: voicemail\nIN_PROGRESS: in_progress\nUNTOUCHED: untouched', enum_type=TargetClass, max_length=32)),
                ('state', fields.CharEnumField(default=OperationState.PENDING, description='PENDING: pending\nRUNNING: running\nDONE: done\nFAILED: failed', enum_type=OperationState, max_length=32)),
                ('targets_total', fields.IntField()),
                ('targets_done', fields.IntField(default=0)),
                ('after_id', fields.UUIDField()),
                ('until_id', fields.UUIDField()),
                ('created_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('heartbeat_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('runner', fields.UUIDField(null=True)),
                ('fruitless_starts', fields.SmallIntField(default=0)),
                ('finished_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'target_operation', 'app': 'domain', 'indexes': [Index(fields=['campaign_id', 'id'])], 'pk_attr': 'id', 'table_description': 'Something done to many targets. The row is the truth; a job that dies is started again.'},
            bases=['Model'],
        ),
    ]
