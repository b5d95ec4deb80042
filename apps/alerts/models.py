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


class HandOver(Audited):
    """A task that somebody gave to a colleague who may do it as well, with what they should know.

    It moves nobody's rights: the task stays a fact without its answer. Its record is the site's own list of alerts.
    """

    subject = models.ForeignKey(Record, models.PROTECT, related_name="hand_overs")
    ask = models.CharField(max_length=240)
    site = models.CharField(max_length=20)
    given_by = models.CharField(max_length=80)
    given_name = models.CharField(max_length=120)
    taker = models.CharField(max_length=80)
    taker_name = models.CharField(max_length=120)
    note = models.CharField(max_length=500)
    given_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["subject", "ask"], condition=models.Q(ended_at=None), name="one_taker_per_task"
            ),
            models.CheckConstraint(condition=~models.Q(taker=models.F("given_by")), name="a_task_goes_to_another"),
        ]

    def __str__(self) -> str:
        return f"{self.ask} to {self.taker}"
