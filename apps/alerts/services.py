"""Telling what is due, once each, and answering what was told."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from apps.alerts.facts import Due
from apps.alerts.models import Alert
from apps.alerts.selectors import due_things, open_alerts
from apps.audit.models import Record
from apps.audit.selectors import record_at
from apps.audit.services import Change, audited
from apps.core.actor import SYSTEM, Actor
from apps.core.errors import Objection, stop_if
from apps.core.roles import Role
from apps.core.text import N_
from apps.organisation.services import require


def raise_due_alerts(*, at: datetime) -> list[Alert]:
    """Compare what is recorded with the clock: tell what is due and was not told, close what has its answer.

    Safe to run twice or to miss: a fact is told once (constraint), and the facts stay where they are.
    """
    due = due_things(at)
    raised: list[Alert] = []
    for site in sorted({thing.site for thing in due} | set(open_alerts().values_list("site", flat=True))):
        raised += _sweep_site(site, [thing for thing in due if thing.site == site], at)
    return raised


def acknowledge_alert(*, alert: Alert, note: str, actor: Actor, at: datetime) -> Alert:
    """Take an alert in hand: who, when, and what is being done."""
    who = require(actor, [Role(alert.role), Role.QA], alert.site, at=at, about=alert.subject.address)
    with audited(actor=who, action="alert.acknowledged", at=at, touching=[alert.record], reason=note) as change:
        alert = Alert.objects.get(pk=alert.pk)
        stop_if(
            Objection("already_acknowledged", N_("{who} took this already."), {"who": alert.acknowledged_by})
            if alert.acknowledged_at
            else None
        )
        return change.update(alert, acknowledged_at=at, acknowledged_by=who.username, acknowledge_note=note)


def _sweep_site(site: str, due: Sequence[Due], at: datetime) -> list[Alert]:
    told = set(Alert.objects.filter(site=site).values_list("subject_id", "key"))
    new = [thing for thing in due if (thing.subject_id, thing.key) not in told]
    standing = {(thing.subject_id, thing.key) for thing in due}
    gone = [alert.pk for alert in open_alerts().filter(site=site) if (alert.subject_id, alert.key) not in standing]
    if not new and not gone:
        return []
    record = record_at(f"alerts/{site}")
    with audited(actor=SYSTEM, action="alert.raised", at=at, touching=[record] if record else []) as change:
        record = record or change.open_record("alerts", site, site=site)
        change.update_many(list(Alert.objects.filter(pk__in=gone)), action="alert.closed", closed_at=at)
        return _tell(change, record, new)


def _tell(change: Change, record: Record, new: Iterable[Due]) -> list[Alert]:
    alerts = []
    for thing in new:
        alert = Alert(record=record, subject_id=thing.subject_id, key=thing.key, kind=thing.kind, site=thing.site)
        alert.role, alert.template, alert.facts = thing.role, thing.template, dict(thing.facts)
        alert.due_at, alert.raised_at = thing.due_at, change.at
        alerts.append(alert)
    return change.create_many(alerts)
