from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise import fields

class Migration(migrations.Migration):
    dependencies = [('domain', '0022_past_answers_by_hand')]

    initial = False

    operations = [
        ops.AddField(
            model_name='Attempt',
            name='failed_over',
            field=fields.BooleanField(default=False, db_default=False),
        ),
    ]
