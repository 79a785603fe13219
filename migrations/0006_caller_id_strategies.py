from tortoise import migrations
from tortoise.migrations import operations as ops
from domain.callerids.rules import CallerIdStrategy
from orjson import loads
from tortoise.fields.data import JSON_DUMPS
from tortoise import fields

class Migration(migrations.Migration):
    dependencies = [('domain', '0005_wrap_up_codes')]

    initial = False

    operations = [
        ops.AddField(
            model_name='Campaign',
            name='caller_id_pool',
            field=fields.JSONField(default=list, db_default=[], encoder=JSON_DUMPS, decoder=loads),
        ),
        ops.AddField(
            model_name='Campaign',
            name='caller_id_strategy',
            field=fields.CharEnumField(default=CallerIdStrategy.CAMPAIGN, db_default="campaign", description='CAMPAIGN: campaign\nAGENT: agent\nWITHHELD: withheld\nRANDOM: random\nBEST_MATCH: best_match', enum_type=CallerIdStrategy, max_length=32),
        ),
    ]
