from tortoise import migrations
from tortoise.migrations import operations as ops
from domain.targets.rules import DuplicatePolicy
from orjson import loads
from tortoise.fields.data import JSON_DUMPS
from tortoise import fields
from tortoise.migrations.constraints import UniqueConstraint

class Migration(migrations.Migration):
    dependencies = [('domain', '0015_past_answers')]

    initial = False

    operations = [
        ops.AddField(
            model_name='Campaign',
            name='next_number_after',
            field=fields.JSONField(null=True, encoder=JSON_DUMPS, decoder=loads),
        ),
        ops.RemoveConstraint(
            model_name='Target',
            name=None,
            fields=['campaign', 'number'],
        ),
        ops.AddField(
            model_name='Target',
            name='is_first',
            field=fields.BooleanField(null=True, default=True, db_default=True),
        ),
        ops.AddField(
            model_name='Target',
            name='numbers',
            field=fields.JSONField(null=True, encoder=JSON_DUMPS, decoder=loads),
        ),
        ops.AddConstraint(
            model_name='Target',
            constraint=UniqueConstraint(fields=('campaign', 'number', 'is_first'), name=None),
        ),
        ops.AddField(
            model_name='TargetImport',
            name='in_account',
            field=fields.CharEnumField(default=DuplicatePolicy.ALLOW, description='SKIP: skip\nUPDATE: update\nALLOW: allow', db_default='allow', enum_type=DuplicatePolicy, max_length=32),
        ),
        ops.AddField(
            model_name='TargetImport',
            name='in_campaign',
            field=fields.CharEnumField(default=DuplicatePolicy.SKIP, description='SKIP: skip\nUPDATE: update\nALLOW: allow', db_default='skip', enum_type=DuplicatePolicy, max_length=32),
        ),
        ops.AddField(
            model_name='TargetImport',
            name='in_file',
            field=fields.CharEnumField(default=DuplicatePolicy.SKIP, description='SKIP: skip\nUPDATE: update\nALLOW: allow', db_default='skip', enum_type=DuplicatePolicy, max_length=32),
        ),
        ops.AddField(
            model_name='TargetImport',
            name='updated',
            field=fields.IntField(default=0, db_default=0),
        ),
    ]
