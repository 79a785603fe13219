from tortoise import migrations
from tortoise.migrations import operations as ops
from domain.calls.rules import AttemptState
from domain.campaigns.rules import AbandonAction, DialMode
from orjson import loads
from tortoise.fields.data import JSON_DUMPS
from tortoise import fields

class Migration(migrations.Migration):
    dependencies = [('domain', '0016_contact_numbers')]

    initial = False

    operations = [
        ops.AlterField(
            model_name='Attempt',
            name='state',
            field=fields.CharEnumField(default=AttemptState.COMMITTED, description='COMMITTED: committed\nPLACED: placed\nRINGING: ringing\nANSWERED: answered\nWAITING: waiting\nLISTENING: listening\nCONNECTED: connected\nENDED: ended', enum_type=AttemptState, max_length=32),
        ),
        ops.AddField(
            model_name='Call',
            name='guide_answers',
            field=fields.JSONField(null=True, encoder=JSON_DUMPS, decoder=loads),
        ),
        ops.AlterField(
            model_name='Campaign',
            name='mode',
            field=fields.CharEnumField(description='AGENT_FIRST: agent_first\nPREVIEW: preview\nPROGRESSIVE: progressive\nPREDICTIVE: predictive\nIVR_PROGRESSIVE: ivr_progressive\nIVR_PREDICTIVE: ivr_predictive', enum_type=DialMode, max_length=32),
        ),
        ops.AddField(
            model_name='Campaign',
            name='abandon_action',
            field=fields.CharEnumField(default=AbandonAction.HANG_UP, db_default="hang_up", description='HANG_UP: hang_up\nMESSAGE: message', enum_type=AbandonAction, max_length=32),
        ),
        ops.AddField(
            model_name='Campaign',
            name='abandon_message',
            field=fields.JSONField(null=True, encoder=JSON_DUMPS, decoder=loads),
        ),
        ops.AddField(
            model_name='Campaign',
            name='announcement',
            field=fields.JSONField(null=True, encoder=JSON_DUMPS, decoder=loads),
        ),
        ops.AddField(
            model_name='Campaign',
            name='ring_variables',
            field=fields.JSONField(default=list, db_default=[], encoder=JSON_DUMPS, decoder=loads),
        ),
        ops.AddField(
            model_name='Campaign',
            name='sensitive_variables',
            field=fields.JSONField(default=list, db_default=[], encoder=JSON_DUMPS, decoder=loads),
        ),
        ops.AddField(
            model_name='CampaignTeam',
            name='rank',
            field=fields.SmallIntField(null=True),
        ),
    ]
