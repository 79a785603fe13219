from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise.fields.base import OnDelete
from tortoise import fields


class Migration(migrations.Migration):
    dependencies = [("domain", "0020_agents_phones")]

    initial = False

    operations = [
        ops.AddField(
            model_name="Agent",
            name="default_campaign",
            field=fields.ForeignKeyField(
                "domain.Campaign",
                source_field="default_campaign_id",
                null=True,
                db_constraint=True,
                to_field="id",
                related_name="hand_dialers",
                on_delete=OnDelete.SET_NULL,
            ),
        ),
        ops.AddField(
            model_name="Attempt",
            name="by_hand",
            field=fields.BooleanField(default=False, db_default=False),
        ),
    ]
