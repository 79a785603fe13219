from tortoise import migrations
from tortoise.migrations import operations as ops
from domain.campaigns.rules import CampaignState
from domain.chains.rules import DrawResult, Include
from domain.core.ids import new_id
from orjson import loads
from tortoise.fields.base import OnDelete
from tortoise.fields.data import JSON_DUMPS
from tortoise import fields
from tortoise.indexes import Index

class Migration(migrations.Migration):
    dependencies = [('domain', '0009_target_operations')]

    initial = False

    operations = [
        ops.CreateModel(
            name='CampaignSource',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ('account', fields.ForeignKeyField('domain.Account', source_field='account_id', db_constraint=True, to_field='id', related_name='campaign_sources', on_delete=OnDelete.CASCADE)),
                ('campaign', fields.ForeignKeyField('domain.Campaign', source_field='campaign_id', db_constraint=True, to_field='id', related_name='sources', on_delete=OnDelete.CASCADE)),
                ('source', fields.ForeignKeyField('domain.Campaign', source_field='source_id', db_constraint=True, to_field='id', related_name='drawn_by', on_delete=OnDelete.CASCADE)),
                ('include', fields.CharEnumField(default=Include.MATCHING, description='MATCHING: matching\nNOT_MATCHING: not_matching', enum_type=Include, max_length=32)),
                ('closed_reasons', fields.JSONField(default=list, encoder=JSON_DUMPS, decoder=loads)),
                ('dispositions', fields.JSONField(default=list, encoder=JSON_DUMPS, decoder=loads)),
                ('wrap_up_codes', fields.JSONField(default=list, encoder=JSON_DUMPS, decoder=loads)),
                ('delay_s', fields.IntField(default=0)),
                ('drawn', fields.IntField(default=0)),
                ('duplicates', fields.IntField(default=0)),
                ('suppressed', fields.IntField(default=0)),
                ('lacks_room', fields.BooleanField(default=False)),
                ('read_after', fields.UUIDField(null=True)),
                ('read_horizon', fields.BigIntField(null=True)),
                ('created_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('batch_id', fields.UUIDField()),
                ('removed_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'campaign_source', 'app': 'domain', 'unique_together': (('campaign', 'source'),), 'indexes': [Index(fields=['account_id']), Index(fields=['source_id'])], 'pk_attr': 'id', 'table_description': 'A campaign draws what another finishes with some statuses.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='Chain',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ('account', fields.ForeignKeyField('domain.Account', source_field='account_id', db_constraint=True, to_field='id', related_name='chains', on_delete=OnDelete.CASCADE)),
                ('name', fields.CharField(max_length=100)),
                ('created_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'chain', 'app': 'domain', 'pk_attr': 'id', 'table_description': 'Campaigns that dial one after the other and share settings. Campaigns name their chain.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='TargetDraw',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ('campaign_source', fields.ForeignKeyField('domain.CampaignSource', source_field='campaign_source_id', db_constraint=True, to_field='id', related_name='draws', on_delete=OnDelete.CASCADE)),
                ('from_target_id', fields.UUIDField()),
                ('target_id', fields.UUIDField(null=True)),
                ('result', fields.CharEnumField(description='DRAWN: drawn\nDUPLICATE: duplicate\nSUPPRESSED: suppressed', enum_type=DrawResult, max_length=32)),
                ('at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'target_draw', 'app': 'domain', 'unique_together': (('from_target_id', 'campaign_source'),), 'indexes': [Index(fields=['target_id']), Index(fields=['campaign_source_id', 'result', 'id'])], 'pk_attr': 'id', 'table_description': 'What became of one finished target for one who draws; so that it is drawn once.'},
            bases=['Model'],
        ),
        ops.AlterField(
            model_name='Campaign',
            name='state',
            field=fields.CharEnumField(default=CampaignState.STOPPED, description='STOPPED: stopped\nRUNNING: running\nWAITING: waiting\nCLOSED: closed', enum_type=CampaignState, max_length=32),
        ),
        ops.AddField(
            model_name='Campaign',
            name='after',
            field=fields.ForeignKeyField('domain.Campaign', source_field='after_id', null=True, db_constraint=True, to_field='id', related_name='followers', on_delete=OnDelete.SET_NULL),
        ),
        ops.AddField(
            model_name='Campaign',
            name='archived_at',
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name='Campaign',
            name='chain',
            field=fields.ForeignKeyField('domain.Chain', source_field='chain_id', null=True, db_constraint=True, to_field='id', related_name='campaigns', on_delete=OnDelete.SET_NULL),
        ),
        ops.AddField(
            model_name='Campaign',
            name='waits_for_id',
            field=fields.UUIDField(null=True),
        ),
        ops.AddIndex(
            model_name='Campaign',
            index=Index(fields=['chain_id']),
        ),
    ]
