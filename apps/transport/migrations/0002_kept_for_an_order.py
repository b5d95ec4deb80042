import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("audit", "0001_initial"),
        ("transport", "0001_initial"),
    ]

    operations = [
        migrations.AddField(
            model_name="shipment",
            name="kept_for",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="audit.record",
            ),
        ),
    ]
