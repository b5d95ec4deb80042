from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("batches", "0003_planned_end")]

    operations = [
        migrations.AddIndex(
            model_name="batch",
            index=models.Index(
                fields=["site", "-id"],
                condition=models.Q(state__in=("PLANNED", "RUNNING", "FINISHED")),
                name="batches_in_hand",
            ),
        ),
    ]
