from tortoise import migrations
from tortoise.migrations import operations as ops
from domain.calls.rules import SupervisionEnd, SupervisionStatus
from domain.core.ids import new_id
from domain.telephony.port import Role
from tortoise.fields.base import OnDelete
from tortoise import fields
from tortoise.indexes import Index

class Migration(migrations.Migration):
    dependencies = [('domain', '0028_file_encodings')]

    initial = False

    operations = [
        ops.CreateModel(
            name='SupervisionEntry',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ('account', fields.ForeignKeyField('domain.Account', source_field='account_id', db_constraint=True, to_field='id', related_name='supervisions', on_delete=OnDelete.CASCADE)),
                ('supervisor_id', fields.UUIDField()),
                ('agent_id', fields.UUIDField()),
                ('role', fields.CharEnumField(description='NORMAL: normal\nMUTED: muted\nLISTEN: listen\nWHISPER: whisper\nBARGE: barge\nCUSTOMER: customer\nAGENT: agent', enum_type=Role, max_length=32)),
                ('status', fields.CharEnumField(description='CALLING: calling\nRINGING: ringing\nANSWERED: answered\nENDED: ended', enum_type=SupervisionStatus, max_length=32)),
                ('end', fields.CharEnumField(null=True, description='ASKED: asked\nHUNG_UP: hung_up\nNOT_REACHED: not_reached\nAGENT_GONE: agent_gone\nLOST: lost', enum_type=SupervisionEnd, max_length=32)),
                ('leg_id', fields.UUIDField()),
                ('node', fields.CharField(max_length=64)),
                ('endpoint', fields.CharField(default='', max_length=64)),
                ('number', fields.CharField(null=True, max_length=16)),
                ('trunk_id', fields.UUIDField(null=True)),
                ('started_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('ended_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'supervision', 'app': 'domain', 'indexes': [Index(fields=['account_id', 'ended_at']), Index(fields=['supervisor_id', 'started_at'])], 'pk_attr': 'id', 'table_description': 'One time that a supervisor listened, whispered or barged in, or was called for it.'},
            bases=['Model'],
        ),
    ]
