from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('alerts', '0004_silent_probes'),
    ]

    operations = [
        migrations.AlterField(
            model_name='alert',
            name='kind',
            field=models.CharField(choices=[('UNIT_EXPIRING', 'Unit expiring'), ('UNIT_EXPIRED', 'Unit expired'), ('LOT_EXPIRING', 'Lot expiring'), ('LOT_EXPIRED', 'Lot expired'), ('TEST_OVERDUE', 'Test overdue'), ('HOLD_OVERDUE', 'Hold overdue'), ('ACCOUNT_LOCKED', 'Account locked'), ('BALANCE_OPEN', 'Balance open'), ('PROBE_SILENT', 'Probe silent'), ('VITALS_DUE', 'Vitals due'), ('OUTCOME_DUE', 'Outcome due')], max_length=20),
        ),
    ]
