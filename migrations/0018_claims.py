from tortoise import migrations
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    """Written by hand: the tool would drop the columns and make new ones."""

    dependencies = [('domain', '0017_dial_modes')]

    initial = False

    operations = [
        ops.RenameField(
            model_name='Forecast', old_name='starts', new_name='fruitless_starts'
        ),
        ops.RenameField(
            model_name='TargetExport', old_name='starts', new_name='fruitless_starts'
        ),
    ]
