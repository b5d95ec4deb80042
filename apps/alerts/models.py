"""Alerts: what was told to whom, once."""

from django.db import models

from apps.alerts.facts import AlertKind
from apps.audit.models import Audited, Record
from apps.core.choices import choices_of
from apps.core.roles import Role


class Alert(Audited):
    """One fact told once to the people of one role at one site. It closes itself when its fact is gone.

    Its record is the site's own list of alerts, so that telling never moves the version of the thing it is about.
    """

    subject = models.ForeignKey(Record, models.PROTECT, related_name="alerts")
    kind = models.CharField(max_length=20, choices=choices_of(AlertKind))
    key = models.CharField(max_length=160)
    site = models.CharField(max_length=20)
    role = models.CharField(max_length=20, choices=choices_of(Role))
    template = models.CharField(max_length=240)
    facts = models.JSONField(default=dict)
    due_at = models.DateTimeField()
    raised_at = models.DateTimeField()
    acknowledged_at = models.DateTimeField(null=True, blank=True)
    acknowledged_by = models.CharField(max_length=80, blank=True)
    acknowledge_note = models.CharField(max_length=500, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["subject", "key"], name="one_alert_per_fact")]
        indexes = [
            models.Index(
                fields=["site", "role", "due_at"], condition=models.Q(closed_at=None), name="open_alerts_of_a_role"
            )
        ]

    def __str__(self) -> str:
        return self.key
