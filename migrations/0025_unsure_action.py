from tortoise import migrations
from tortoise.migrations import operations as ops
from domain.campaigns.rules import MachineAction, UnsureAction
from tortoise import fields

class Migration(migrations.Migration):
    dependencies = [('domain', '0024_promised_breaks')]

    initial = False

    operations = [
        ops.AlterField(
            model_name='Campaign',
            name='machine_action',
            field=fields.CharEnumField(default=MachineAction.HANG_UP, description='HANG_UP: hang_up\nCONNECT: connect\nMESSAGE: message\nPLAY: play', enum_type=MachineAction, max_length=32),
        ),
        ops.AddField(
            model_name='Campaign',
            name='unsure_action',
            field=fields.CharEnumField(default=UnsureAction.CONNECT, db_default="connect", description='CONNECT: connect\nAS_MACHINE: as_machine', enum_type=UnsureAction, max_length=32),
        ),
    ]
