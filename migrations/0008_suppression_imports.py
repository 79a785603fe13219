from tortoise import migrations
from tortoise.migrations import operations as ops
from domain.core.ids import new_id
from domain.suppression.rules import SuppressionSource
from domain.targets.models import ImportState
from domain.targets.reading.kinds import FileKind
from tortoise.fields.base import OnDelete
from tortoise import fields
from tortoise.indexes import Index

class Migration(migrations.Migration):
    dependencies = [('domain', '0007_call_backs')]

    initial = False

    operations = [
        ops.CreateModel(
            name='SuppressionImport',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ('account', fields.ForeignKeyField('domain.Account', source_field='account_id', db_constraint=True, to_field='id', related_name='suppression_imports', on_delete=OnDelete.CASCADE)),
                ('scope_id', fields.UUIDField()),
                ('file_name', fields.CharField(max_length=200)),
                ('file_path', fields.CharField(max_length=300)),
                ('kind', fields.CharEnumField(description='XLSX: xlsx\nXLS: xls\nCSV: csv\nXML: xml\nJSON: json\nNDJSON: ndjson', enum_type=FileKind, max_length=32)),
                ('country', fields.CharField(null=True, max_length=2)),
                ('source', fields.CharEnumField(description='MANUAL: manual\nCUSTOMER: customer\nREGISTER: register\nIMPORT: import', enum_type=SuppressionSource, max_length=32)),
                ('reason', fields.CharField(default='', max_length=200)),
                ('expires_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('state', fields.CharEnumField(default=ImportState.PENDING, description='DRAFT: draft\nPENDING: pending\nRUNNING: running\nDONE: done\nCANCELED: canceled\nFAILED: failed', enum_type=ImportState, max_length=32)),
                ('rows_total', fields.IntField(null=True)),
                ('rows_read', fields.IntField(default=0)),
                ('added', fields.IntField(default=0)),
                ('present', fields.IntField(default=0)),
                ('invalid', fields.IntField(default=0)),
                ('targets_stopped', fields.IntField(default=0)),
                ('failure_code', fields.CharField(null=True, max_length=32)),
                ('failure', fields.CharField(null=True, max_length=500)),
                ('created_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('heartbeat_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('runner', fields.UUIDField(null=True)),
                ('fruitless_starts', fields.SmallIntField(default=0)),
                ('finished_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'suppression_import', 'app': 'domain', 'indexes': [Index(fields=['account_id', 'id'])], 'pk_attr': 'id', 'table_description': 'A file being turned into entries. The row is the truth; a job that dies is started again.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='SuppressionProblem',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('suppression_import', fields.ForeignKeyField('domain.SuppressionImport', source_field='suppression_import_id', db_constraint=True, to_field='id', related_name='problems', on_delete=OnDelete.CASCADE)),
                ('row', fields.IntField()),
                ('code', fields.CharField(max_length=32)),
                ('message', fields.CharField(max_length=300)),
                ('value', fields.CharField(default='', max_length=64)),
            ],
            options={'table': 'suppression_problem', 'app': 'domain', 'indexes': [Index(fields=['suppression_import_id', 'row'])], 'pk_attr': 'id', 'table_description': 'One row of a file that did not become a new entry, and why.'},
            bases=['Model'],
        ),
    ]
