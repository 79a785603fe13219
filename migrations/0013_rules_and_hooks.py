from tortoise import migrations
from tortoise.migrations import operations as ops
from domain.hooks.rules import HookFallback
from domain.numbers.models import NumberPurpose
from domain.suppression.rules import SuppressionSource
from orjson import loads
from tortoise.fields.base import OnDelete
from tortoise.fields.data import JSON_DUMPS
from tortoise import fields
from tortoise.indexes import PartialIndex

class Migration(migrations.Migration):
    dependencies = [('domain', '0012_status_view')]

    initial = False

    operations = [
        ops.CreateModel(
            name='PreDialHook',
            fields=[
                ('campaign', fields.OneToOneField('domain.Campaign', source_field='campaign_id', primary_key=True, db_index=True, db_constraint=True, to_field='id', related_name='pre_dial_hook', on_delete=OnDelete.CASCADE)),
                ('account', fields.ForeignKeyField('domain.Account', source_field='account_id', db_constraint=True, to_field='id', related_name='pre_dial_hooks', on_delete=OnDelete.CASCADE)),
                ('url', fields.CharField(max_length=500)),
                ('secret', fields.CharField(max_length=100)),
                ('former_secret', fields.CharField(null=True, max_length=100)),
                ('former_until', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('time_limit_ms', fields.IntField(default=1000)),
                ('fallback', fields.CharEnumField(default=HookFallback.DIAL, description='DIAL: dial\nSKIP: skip', enum_type=HookFallback, max_length=32)),
                ('retry_s', fields.IntField(default=3600)),
                ('variables', fields.JSONField(default=list, encoder=JSON_DUMPS, decoder=loads)),
                ('created_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'pre_dial_hook', 'app': 'domain', 'pk_attr': 'campaign_id', 'table_description': 'The address that one campaign asks before each call, and what signs the question.'},
            bases=['Model'],
        ),
        ops.AddField(
            model_name='Attempt',
            name='decided_by',
            field=fields.JSONField(null=True, encoder=JSON_DUMPS, decoder=loads),
        ),
        ops.AddField(
            model_name='Campaign',
            name='order_due',
            field=fields.BooleanField(default=False, db_default=False),
        ),
        ops.AddField(
            model_name='Campaign',
            name='rules',
            field=fields.JSONField(default=list, db_default=[], encoder=JSON_DUMPS, decoder=loads),
        ),
        ops.AddField(
            model_name='Campaign',
            name='target_filter',
            field=fields.JSONField(null=True, encoder=JSON_DUMPS, decoder=loads),
        ),
        ops.AddField(
            model_name='Campaign',
            name='target_order',
            field=fields.JSONField(default=list, db_default=[], encoder=JSON_DUMPS, decoder=loads),
        ),
        ops.AlterField(
            model_name='InboundNumber',
            name='purpose',
            field=fields.CharEnumField(description='PHONE_LOGIN: phone_login\nTEAM: team\nCALLER_ID: caller_id', enum_type=NumberPurpose, max_length=32),
        ),
        ops.AlterField(
            model_name='Suppression',
            name='source',
            field=fields.CharEnumField(description='MANUAL: manual\nCUSTOMER: customer\nREGISTER: register\nIMPORT: import\nRULE: rule', enum_type=SuppressionSource, max_length=32),
        ),
        ops.AlterField(
            model_name='SuppressionImport',
            name='source',
            field=fields.CharEnumField(description='MANUAL: manual\nCUSTOMER: customer\nREGISTER: register\nIMPORT: import\nRULE: rule', enum_type=SuppressionSource, max_length=32),
        ),
        ops.RemoveIndex(
            model_name='Target',
            name='target_new',
            fields=None,
        ),
        ops.AddField(
            model_name='Target',
            name='last_wrap_up_code',
            field=fields.CharField(null=True, max_length=64),
        ),
        ops.AddField(
            model_name='Target',
            name='order_key',
            field=fields.BinaryField(null=True),
        ),
        ops.AddIndex(
            model_name='Target',
            index=PartialIndex(fields=['campaign_id', 'priority', 'order_key', 'id'], name='target_new', condition={'state': 'new'}),
        ),
    ]
