"""Telling what is due, once each, and answering what was told."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db import IntegrityError

from apps.alerts.facts import Due
from apps.alerts.models import Alert, HandOver
from apps.alerts.selectors import due_things, open_alerts
from apps.audit.models import Record
from apps.audit.selectors import record_at
from apps.audit.services import Change, audited
from apps.core.actor import SYSTEM, Actor
from apps.core.errors import Objection, stop_if
from apps.core.roles import Role
from apps.core.rules import reason_is_missing
from apps.core.text import N_
from apps.organisation.models import User
from apps.organisation.selectors import roles_at
from apps.organisation.services import require

WORKING = tuple(role for role in Role if role is not Role.INSPECTOR)


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
        alert = Alert.objects.select_related("subject", "record").get(pk=alert.pk)
        stop_if(reason_is_missing(note, "note"), _is_taken(alert), _is_gone(alert))
        return change.update(alert, acknowledged_at=at, acknowledged_by=who.username, acknowledge_note=note.strip())


def give_task(*, subject: Record, site: str, ask: str, taker: User, note: str, actor: Actor, at: datetime) -> HandOver:
    """Give a task to a colleague at the same site, with a note. What was given before for it ends."""
    who = require(actor, WORKING, site, at=at, about=subject.address)
    record = _list_of(site, at)
    with audited(actor=who, action="task.handed_over", at=at, touching=[record], reason=note) as change:
        stop_if(
            reason_is_missing(note, "note"),
            _is_oneself(who.username, taker.username),
            _works_elsewhere(taker, site, at),
        )
        _end(change, subject, ask)
        row = HandOver(record=record, subject=subject, ask=ask, site=site, note=note.strip(), given_at=at)
        row.given_by, row.given_name = who.username, who.printed_name
        row.taker, row.taker_name = taker.username, taker.printed_name
        return change.create(row)


def take_back(*, given: HandOver, actor: Actor, at: datetime) -> HandOver:
    """The task is everybody's again: by who gave it or who has it."""
    who = require(actor, WORKING, given.site, at=at, about=given.subject.address)
    with audited(actor=who, action="task.taken_back", at=at, touching=[given.record]) as change:
        standing = HandOver.objects.select_related("record").get(pk=given.pk)
        stop_if(_is_over(standing), _is_of_others(standing, who.username))
        return change.update(standing, ended_at=at)


def _end(change: Change, subject: Record, ask: str) -> None:
    """What stood for this task ends, inside the change of who gives it on."""
    for standing in HandOver.objects.filter(subject=subject, ask=ask, ended_at=None).select_related("record"):
        change.update(standing, action="task.taken_back", ended_at=change.at)


def _is_oneself(giver: str, taker: str) -> Objection | None:
    return Objection("to_oneself", N_("It is yours already."), place="taker") if giver == taker else None


def _works_elsewhere(taker: User, site: str, at: datetime) -> Objection | None:
    if roles_at(taker, site, at):
        return None
    return Objection("works_elsewhere", N_("{name} holds no role at this site."), {"name": taker.printed_name}, "taker")


def _is_over(given: HandOver) -> Objection | None:
    return Objection("taken_back", N_("It was taken back already.")) if given.ended_at else None


def _is_of_others(given: HandOver, username: str) -> Objection | None:
    if username in (given.given_by, given.taker):
        return None
    return Objection("not_yours", N_("Only who gave it or who has it takes it back."))


def _is_taken(alert: Alert) -> Objection | None:
    taken = Objection("already_acknowledged", N_("{who} took this already."), {"who": alert.acknowledged_by})
    return taken if alert.acknowledged_at else None


def _is_gone(alert: Alert) -> Objection | None:
    return Objection("alert_closed", N_("This has its answer meanwhile.")) if alert.closed_at else None


def _sweep_site(site: str, due: Sequence[Due], at: datetime) -> list[Alert]:
    if not any(_news(site, due)):
        return []
    # What was told is asked again behind the lock: of two sweeps at once the second finds nothing new.
    record = _list_of(site, at)
    with audited(actor=SYSTEM, action="alert.raised", at=at, touching=[record]) as change:
        new, gone = _news(site, due)
        change.update_many(gone, action="alert.closed", closed_at=at)
        return _tell(change, record, new)


def _news(site: str, due: Sequence[Due]) -> tuple[list[Due], list[Alert]]:
    """What is due and was never told, and what was told and is due no more."""
    told = set(Alert.objects.filter(site=site).values_list("subject_id", "key"))
    standing = {(thing.subject_id, thing.key) for thing in due}
    new = [thing for thing in due if (thing.subject_id, thing.key) not in told]
    return new, [alert for alert in open_alerts().filter(site=site) if (alert.subject_id, alert.key) not in standing]


def _list_of(site: str, at: datetime) -> Record:
    """The record of a site's alerts, opened with the first of them; of two sweeps at once one opens it."""
    record = record_at(f"alerts/{site}")
    if record is None:
        try:
            with audited(actor=SYSTEM, action="alerts.opened", at=at) as change:
                return change.open_record("alerts", site, site=site)
        except IntegrityError:
            return Record.objects.get(address=f"alerts/{site}")
    return record


def _tell(change: Change, record: Record, new: Iterable[Due]) -> list[Alert]:
    alerts = []
    for thing in new:
        alert = Alert(record=record, subject_id=thing.subject_id, key=thing.key, kind=thing.kind, site=thing.site)
        alert.role, alert.template, alert.facts = thing.role, thing.template, dict(thing.facts)
        alert.due_at, alert.raised_at = thing.due_at, change.at
        alerts.append(alert)
    return change.create_many(alerts)
