from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise import fields

class Migration(migrations.Migration):
    dependencies = [('domain', '0024_promised_breaks')]

    initial = False

    operations = [
        ops.AddField(
            model_name='TargetExport',
            name='failure_code',
            field=fields.CharField(null=True, max_length=32),
        ),
    ]
