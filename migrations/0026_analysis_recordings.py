from tortoise import migrations
from tortoise.migrations import operations as ops
from domain.recordings.rules import RecordingKind
from tortoise import fields

class Migration(migrations.Migration):
    dependencies = [('domain', '0025_unsure_action')]

    initial = False

    operations = [
        ops.AddField(
            model_name='Recording',
            name='kind',
            field=fields.CharEnumField(default=RecordingKind.CALL, db_default="call", description='CALL: call\nANALYSIS: analysis', enum_type=RecordingKind, max_length=32),
        ),
    ]
