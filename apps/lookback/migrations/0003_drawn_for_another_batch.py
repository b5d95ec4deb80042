from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('lookback', '0002_batches'),
    ]

    operations = [
        migrations.AlterField(
            model_name='recallduty',
            name='custody',
            field=models.CharField(choices=[('IN_STORE', 'In store'), ('RESERVED', 'Reserved'), ('IN_TRANSIT', 'In transit'), ('AT_SITE', 'At site'), ('ADMINISTERED', 'Administered'), ('DRAWN', 'Drawn'), ('DESTROYED', 'Destroyed')], max_length=12),
        ),
    ]
