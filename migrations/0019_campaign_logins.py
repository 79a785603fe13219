from tortoise import migrations
from tortoise.migrations import operations as ops
from domain.campaigns.rules import AgentLogin
from domain.core.ids import new_id
from tortoise.fields.base import OnDelete
from tortoise import fields
from tortoise.indexes import Index

class Migration(migrations.Migration):
    dependencies = [('domain', '0018_claims')]

    initial = False

    operations = [
        ops.CreateModel(
            name='CampaignLogin',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ('account', fields.ForeignKeyField('domain.Account', source_field='account_id', db_constraint=True, to_field='id', related_name='campaign_logins', on_delete=OnDelete.CASCADE)),
                ('agent', fields.ForeignKeyField('domain.Agent', source_field='agent_id', db_constraint=True, to_field='id', related_name='campaign_logins', on_delete=OnDelete.CASCADE)),
                ('campaign', fields.ForeignKeyField('domain.Campaign', source_field='campaign_id', db_constraint=True, to_field='id', related_name='logins', on_delete=OnDelete.CASCADE)),
                ('started_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('ended_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'campaign_login', 'app': 'domain', 'indexes': [Index(fields=['agent_id', 'started_at']), Index(fields=['account_id', 'started_at'])], 'pk_attr': 'id', 'table_description': 'One stretch of time in which an agent was logged into a campaign. Written by the floor.'},
            bases=['Model'],
        ),
        ops.AddField(
            model_name='Campaign',
            name='agent_login',
            field=fields.CharEnumField(default=AgentLogin.PERMANENT, db_default="permanent", description='PERMANENT: permanent\nMANUAL: manual', enum_type=AgentLogin, max_length=32),
        ),
    ]
