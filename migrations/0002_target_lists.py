from tortoise import migrations
from tortoise.migrations import operations as ops
from domain.targets.reading.kinds import FileKind
from tortoise import fields
from tortoise.indexes import Index, PartialIndex

class Migration(migrations.Migration):
    dependencies = [('domain', '0001_initial')]

    initial = False

    operations = [
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
