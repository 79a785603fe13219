from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise import fields

class Migration(migrations.Migration):
    dependencies = [('domain', '0026_analysis_recordings')]

    initial = False

    operations = [
        ops.AddField(
            model_name='TargetExport',
            name='failure_code',
            field=fields.CharField(null=True, max_length=32),
        ),
    ]
