from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('supply', '0001_initial'),
    ]

    operations = [
        migrations.AddField(
            model_name='namedsupply',
            name='failing',
            field=models.JSONField(default=list),
        ),
    ]
