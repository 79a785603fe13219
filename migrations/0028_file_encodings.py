from tortoise import migrations
from tortoise.migrations import operations as ops
from domain.targets.reading.encodings import TextEncoding
from tortoise import fields

class Migration(migrations.Migration):
    dependencies = [('domain', '0027_export_failure_code')]

    initial = False

    operations = [
        ops.AddField(
            model_name='TargetImport',
            name='encoding',
            field=fields.CharEnumField(null=True, description='UTF_8: utf-8\nUTF_16: utf-16\nWINDOWS_1250: cp1250\nWINDOWS_1251: cp1251\nWINDOWS_1252: cp1252\nWINDOWS_1253: cp1253\nWINDOWS_1254: cp1254\nWINDOWS_1255: cp1255\nWINDOWS_1256: cp1256\nWINDOWS_1257: cp1257\nISO_8859_1: iso8859_1\nISO_8859_2: iso8859_2\nISO_8859_5: iso8859_5\nISO_8859_7: iso8859_7\nISO_8859_8: iso8859_8\nISO_8859_9: iso8859_9\nISO_8859_15: iso8859_15\nKOI8_R: koi8_r\nKOI8_U: koi8_u\nDOS_437: cp437\nDOS_850: cp850\nDOS_852: cp852\nDOS_862: cp862\nDOS_866: cp866\nMAC_ROMAN: mac_roman\nMAC_CENTRAL_EUROPE: mac_latin2\nMAC_CYRILLIC: mac_cyrillic', enum_type=TextEncoding, max_length=32),
        ),
    ]
