from tortoise import migrations
from tortoise.migrations import operations as ops
from domain.access.principal import PrincipalKind
from domain.campaigns.rules import AbandonWindow
from domain.core.ids import new_id
from domain.forecasts.models import ForecastState
from orjson import loads
from tortoise.fields.base import OnDelete
from tortoise.fields.data import JSON_DUMPS
from uuid import uuid4
from tortoise import fields
from tortoise.indexes import Index

class Migration(migrations.Migration):
    dependencies = [('domain', '0013_rules_and_hooks')]

    initial = False

    operations = [
        ops.CreateModel(
            name='Forecast',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ('account', fields.ForeignKeyField('domain.Account', source_field='account_id', db_constraint=True, to_field='id', related_name='forecasts', on_delete=OnDelete.CASCADE)),
                ('campaign', fields.ForeignKeyField('domain.Campaign', source_field='campaign_id', db_constraint=True, to_field='id', related_name='forecasts', on_delete=OnDelete.CASCADE)),
                ('asked_by_kind', fields.CharEnumField(description='USER: user\nAGENT: agent\nAPI_KEY: api_key\nSYSTEM: system', enum_type=PrincipalKind, max_length=32)),
                ('asked_by_id', fields.UUIDField()),
                ('asked', fields.JSONField(default=list, encoder=JSON_DUMPS, decoder=loads)),
                ('answers', fields.JSONField(default=list, encoder=JSON_DUMPS, decoder=loads)),
                ('runs', fields.SmallIntField()),
                ('runs_done', fields.IntField(default=0)),
                ('seed', fields.IntField()),
                ('state', fields.CharEnumField(default=ForecastState.PENDING, description='PENDING: pending\nRUNNING: running\nDONE: done\nCANCELED: canceled\nFAILED: failed', enum_type=ForecastState, max_length=32)),
                ('failure', fields.CharField(null=True, max_length=500)),
                ('created_at', fields.DatetimeField(auto_now=False, auto_now_add=True)),
                ('heartbeat_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('runner', fields.UUIDField(null=True)),
                ('starts', fields.SmallIntField(default=0)),
                ('finished_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'forecast', 'app': 'domain', 'indexes': [Index(fields=['campaign_id', 'id']), Index(fields=['account_id', 'state'])], 'pk_attr': 'id', 'table_description': 'What a campaign would do, played many times. The row is the truth; a dead job begins anew.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='PacingPiece',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ('account_id', fields.UUIDField()),
                ('campaign_id', fields.UUIDField()),
                ('tape_id', fields.UUIDField()),
                ('number', fields.IntField()),
                ('code', fields.CharField(max_length=16)),
                ('begins_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('ends_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('decisions', fields.IntField()),
                ('launched', fields.IntField()),
                ('checkpoint', fields.BooleanField()),
                ('final', fields.BooleanField()),
                ('data', fields.BinaryField()),
            ],
            options={'table': 'pacing_piece', 'app': 'domain', 'unique_together': (('tape_id', 'number'),), 'indexes': [Index(fields=['campaign_id', 'ends_at']), Index(fields=['ends_at'])], 'pk_attr': 'id', 'table_description': 'A stretch of what one pacer saw and said; domain/pacing/tape.py reads it. Kept for a time.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='PastAnswer',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ('account_id', fields.UUIDField()),
                ('campaign_id', fields.UUIDField()),
                ('answered_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('connected_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('ended_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('agent_id', fields.UUIDField(null=True)),
                ('wrap_up_code', fields.CharField(null=True, max_length=64)),
            ],
            options={'table': 'past_answer', 'app': 'domain', 'indexes': [Index(fields=['campaign_id', 'answered_at'])], 'pk_attr': 'id', 'table_description': 'A live answer whose attempt is gone; kept without the person. The database writes it.'},
            bases=['Model'],
        ),
        ops.AddField(
            model_name='Campaign',
            name='abandon_pool',
            field=fields.CharField(default='', db_default="", max_length=60),
        ),
        ops.AddField(
            model_name='Campaign',
            name='abandon_window',
            field=fields.CharEnumField(default=AbandonWindow.ROLLING_24H, db_default="rolling_24h", description='ROLLING_24H: rolling_24h\nSUCCESSIVE_30_DAYS: successive_30_days', enum_type=AbandonWindow, max_length=32),
        ),
        ops.AddField(
            model_name='Campaign',
            name='false_positive_rate',
            field=fields.FloatField(default=0.0, db_default=0.0),
        ),
    ]
