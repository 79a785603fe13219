from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise.fields.base import OnDelete
from tortoise import fields

class Migration(migrations.Migration):
    dependencies = [('domain', '0006_caller_id_strategies')]

    initial = False

    operations = [
        ops.AddField(
            model_name='Call',
            name='inbound_number_id',
            field=fields.UUIDField(null=True),
        ),
        ops.AddField(
            model_name='Call',
            name='node',
            field=fields.CharField(default='', db_default="", max_length=64),
        ),
        ops.AddField(
            model_name='Campaign',
            name='call_back',
            field=fields.BooleanField(default=False, db_default=False),
        ),
        ops.AddField(
            model_name='Campaign',
            name='call_back_delay_s',
            field=fields.IntField(default=0, db_default=0),
        ),
        ops.AddField(
            model_name='Campaign',
            name='call_back_priority',
            field=fields.SmallIntField(default=10, db_default=10),
        ),
        ops.AddField(
            model_name='InboundNumber',
            name='call_back_campaign',
            field=fields.ForeignKeyField('domain.Campaign', source_field='call_back_campaign_id', null=True, db_constraint=True, to_field='id', related_name='called_numbers', on_delete=OnDelete.SET_NULL),
        ),
        ops.AddField(
            model_name='InboundNumber',
            name='call_back_delay_s',
            field=fields.IntField(default=0, db_default=0),
        ),
        ops.AddField(
            model_name='InboundNumber',
            name='call_back_priority',
            field=fields.SmallIntField(default=10, db_default=10),
        ),
        ops.AddField(
            model_name='Target',
            name='call_back_at',
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
    ]
