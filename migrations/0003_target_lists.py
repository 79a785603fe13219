from tortoise import migrations
from tortoise.migrations import operations as ops
from domain.core.ids import new_id
from domain.suppression.rules import SuppressionSource
from domain.targets.models import ExportKind, ExportState, ImportState
from orjson import loads
from tortoise.fields.base import OnDelete
from tortoise.fields.data import JSON_DUMPS
from tortoise import fields
from tortoise.indexes import Index

class Migration(migrations.Migration):
    dependencies = [('domain', '0002_target_tally')]

    initial = False

    operations = [
        ops.CreateModel(
            name='ColumnChoice',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ('account', fields.ForeignKeyField('domain.Account', source_field='account_id', db_constraint=True, to_field='id', related_name='column_choices', on_delete=OnDelete.CASCADE)),
                ('signature', fields.CharField(max_length=64)),
                ('columns', fields.JSONField(default=list, encoder=JSON_DUMPS, decoder=loads)),
                ('used_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'column_choice', 'app': 'domain', 'unique_together': (('account', 'signature'),), 'pk_attr': 'id', 'table_description': 'What the columns of files with certain headers are, as a person said.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='Suppression',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ('account', fields.ForeignKeyField('domain.Account', source_field='account_id', db_constraint=True, to_field='id', related_name='suppressions', on_delete=OnDelete.CASCADE)),
                ('scope_id', fields.UUIDField()),
                ('pattern', fields.CharField(max_length=16)),
                ('is_prefix', fields.BooleanField(default=False)),
                ('source', fields.CharEnumField(description='MANUAL: manual\nCUSTOMER: customer\nREGISTER: register\nIMPORT: import', enum_type=SuppressionSource, max_length=32)),
                ('reason', fields.CharField(default='', max_length=200)),
                ('expires_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('created_at', fields.DatetimeField(auto_now=False, auto_now_add=True)),
            ],
            options={'table': 'suppression', 'app': 'domain', 'unique_together': (('scope_id', 'pattern', 'is_prefix'),), 'indexes': [Index(fields=['account_id', 'id']), Index(fields=['scope_id', 'is_prefix'])], 'pk_attr': 'id', 'table_description': 'A number, or all that begin so, which is not called.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='TargetExport',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ('account', fields.ForeignKeyField('domain.Account', source_field='account_id', db_constraint=True, to_field='id', related_name='target_exports', on_delete=OnDelete.CASCADE)),
                ('campaign', fields.ForeignKeyField('domain.Campaign', source_field='campaign_id', db_constraint=True, to_field='id', related_name='exports', on_delete=OnDelete.CASCADE)),
                ('kind', fields.CharEnumField(description='XLSX: xlsx\nCSV: csv', enum_type=ExportKind, max_length=32)),
                ('wanted', fields.JSONField(default=dict, encoder=JSON_DUMPS, decoder=loads)),
                ('state', fields.CharEnumField(default=ExportState.PENDING, description='PENDING: pending\nRUNNING: running\nDONE: done\nFAILED: failed\nEXPIRED: expired', enum_type=ExportState, max_length=32)),
                ('rows_total', fields.IntField()),
                ('rows_written', fields.IntField(default=0)),
                ('file_path', fields.CharField(max_length=300)),
                ('failure', fields.CharField(null=True, max_length=500)),
                ('created_at', fields.DatetimeField(auto_now=False, auto_now_add=True)),
                ('heartbeat_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('runner', fields.UUIDField(null=True)),
                ('starts', fields.SmallIntField(default=0)),
                ('finished_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'target_export', 'app': 'domain', 'pk_attr': 'id', 'table_description': 'A file of targets with their status. The row is the truth; a job that dies begins again.'},
            bases=['Model'],
        ),
        ops.AlterField(
            model_name='TargetImport',
            name='state',
            field=fields.CharEnumField(default=ImportState.PENDING, description='DRAFT: draft\nPENDING: pending\nRUNNING: running\nDONE: done\nCANCELED: canceled\nFAILED: failed', enum_type=ImportState, max_length=32),
        ),
        ops.AddField(
            model_name='TargetImport',
            name='columns',
            field=fields.JSONField(default=list, db_default=[], encoder=JSON_DUMPS, decoder=loads),
        ),
        ops.AddField(
            model_name='TargetImport',
            name='suppressed',
            field=fields.IntField(default=0, db_default=0),
        ),
    ]
