from tortoise import migrations
from tortoise.migrations import operations as ops
from orjson import loads
from tortoise.fields.base import OnDelete
from tortoise.fields.data import JSON_DUMPS
from tortoise import fields
from tortoise.indexes import Index, PartialIndex

class Migration(migrations.Migration):
    dependencies = [('domain', '0003_target_lists')]

    initial = False

    operations = [
        ops.CreateModel(
            name='DialingPolicy',
            fields=[
                ('account', fields.OneToOneField('domain.Account', source_field='account_id', primary_key=True, db_index=True, db_constraint=True, to_field='id', related_name='dialing_policy', on_delete=OnDelete.CASCADE)),
                ('packs', fields.JSONField(default=list, encoder=JSON_DUMPS, decoder=loads)),
                ('number_caps', fields.JSONField(default=list, encoder=JSON_DUMPS, decoder=loads)),
                ('changed_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'dialing_policy', 'app': 'domain', 'pk_attr': 'account_id', 'table_description': 'Regulation packs and caps of one account. An account without a row has neither.'},
            bases=['Model'],
        ),
        ops.AddIndex(
            model_name='Attempt',
            index=Index(fields=['account_id', 'number', 'created_at']),
        ),
        ops.AddField(
            model_name='Campaign',
            name='calling_windows',
            field=fields.JSONField(default=list, db_default=[], encoder=JSON_DUMPS, decoder=loads),
        ),
        ops.AddField(
            model_name='Campaign',
            name='number_caps',
            field=fields.JSONField(default=list, db_default=[], encoder=JSON_DUMPS, decoder=loads),
        ),
        ops.AddField(
            model_name='Campaign',
            name='regulation_packs',
            field=fields.JSONField(null=True, encoder=JSON_DUMPS, decoder=loads),
        ),
        ops.AddField(
            model_name='Campaign',
            name='rules_changed_at',
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name='Campaign',
            name='skip_holidays',
            field=fields.BooleanField(default=False, db_default=False),
        ),
        ops.AddField(
            model_name='Campaign',
            name='starts_at',
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name='Campaign',
            name='stops_at',
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name='Target',
            name='due_at',
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name='Target',
            name='held_at',
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name='Target',
            name='held_by',
            field=fields.CharField(null=True, max_length=32),
        ),
        ops.AddIndex(
            model_name='Target',
            index=PartialIndex(fields=['campaign_id', 'held_at'], name='target_held', condition={'state': 'retry'}),
        ),
    ]
