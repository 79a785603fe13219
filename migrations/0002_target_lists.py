from tortoise import migrations
from tortoise.migrations import operations as ops
from domain.core.ids import new_id
from domain.targets.reading.kinds import FileKind
from orjson import loads
from tortoise.fields.base import OnDelete
from tortoise.fields.data import JSON_DUMPS
from tortoise import fields
from tortoise.indexes import Index, PartialIndex

class Migration(migrations.Migration):
    dependencies = [('domain', '0001_initial')]

    initial = False

    operations = [
        ops.CreateModel(
            name='TargetAddition',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ('account', fields.ForeignKeyField('domain.Account', source_field='account_id', db_constraint=True, to_field='id', related_name='target_additions', on_delete=OnDelete.CASCADE)),
                ('key', fields.CharField(max_length=100)),
                ('digest', fields.CharField(max_length=64)),
                ('answers', fields.JSONField(default=list, encoder=JSON_DUMPS, decoder=loads)),
                ('created_at', fields.DatetimeField(auto_now=False, auto_now_add=True)),
            ],
            options={'table': 'target_addition', 'app': 'domain', 'unique_together': (('account', 'key'),), 'pk_attr': 'id', 'table_description': 'What was answered to an addition with an idempotency key, to answer a repetition.'},
            bases=['Model'],
        ),
        ops.AlterModelOptions(
            name='FloorLease',
            options={'table': 'floor', 'app': 'domain', 'pk_attr': 'account_id', 'table_description': "The fence of one account's floor: only the newest epoch dials."},
        ),
        ops.AddField(
            model_name='ImportProblem',
            name='value',
            field=fields.CharField(default='', max_length=64),
        ),
        ops.AddIndex(
            model_name='Target',
            index=Index(fields=['contact_id']),
        ),
        ops.AddIndex(
            model_name='Target',
            index=Index(fields=['campaign_id', 'id']),
        ),
        ops.AddIndex(
            model_name='Target',
            index=Index(fields=['campaign_id', 'last_attempt_at', 'id']),
        ),
        ops.AddIndex(
            model_name='Target',
            index=PartialIndex(fields=['campaign_id', 'next_at', 'id'], name='target_waiting', condition={'state': 'retry'}),
        ),
        ops.AddField(
            model_name='TargetImport',
            name='failure_code',
            field=fields.CharField(null=True, max_length=32),
        ),
        ops.AddField(
            model_name='TargetImport',
            name='fruitless_starts',
            field=fields.SmallIntField(default=0),
        ),
        ops.AddField(
            model_name='TargetImport',
            name='kind',
            field=fields.CharEnumField(description='XLSX: xlsx\nXLS: xls\nCSV: csv\nXML: xml\nJSON: json\nNDJSON: ndjson', enum_type=FileKind, max_length=32),
        ),
        ops.AddField(
            model_name='TargetImport',
            name='runner',
            field=fields.UUIDField(null=True),
        ),
        ops.AddField(
            model_name='TargetImport',
            name='started_at',
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddIndex(
            model_name='TargetImport',
            index=Index(fields=['campaign_id', 'id']),
        ),
    ]
