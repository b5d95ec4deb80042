"""A test failed after units had left: the system looks back from the batch at once, and physicians must read it."""

import logging
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime

from apps.audit.selectors import next_number
from apps.audit.services import audited
from apps.batches.models import Batch
from apps.core.actor import SYSTEM, Actor
from apps.core.errors import Objection, stop_if
from apps.core.roles import Role
from apps.core.text import N_
from apps.lookback import rules
from apps.lookback.facts import Reported
from apps.lookback.models import FailureReport, LookBack, PhysicianNotice
from apps.lookback.selectors import (
    FAILED_LATE,
    Affected,
    affected_in,
    late_failures,
    notice_now,
    orders_of_units,
    physicians_at,
    theirs_to_read,
)
from apps.lookback.services.looking import duty_of
from apps.organisation.services import require
from apps.quality.facts import EventKind, EventState, Severity
from apps.quality.models import Event, Hold
from apps.quality.rules import is_blank
from apps.quality.services import answer_due, make_deviation

WHO_MAY_ACKNOWLEDGE = (Role.PHYSICIAN,)
WHO_MAY_NAME = (Role.QA, Role.PHYSICIAN)
WHO_MAY_REPORT = (Role.QA,)
logger = logging.getLogger(__name__)
RATIONALE = N_("A required test failed after units had left: a deviation by rule, not by judgement.")


def open_late_failures(*, at: datetime) -> list[LookBack]:
    """For each test that failed late: recalls of what is out, notices to physicians, a deviation, a report that is due.

    The units are held since the result was reviewed. Twice is harmless: a failure is looked back upon once. One that
    can't be looked back upon stops no other; the next sweep tries again, and quality is told meanwhile.
    """
    opened = []
    for hold in late_failures():
        try:
            opened.append(_opened(hold, at))
        except Exception:
            logger.exception("%s of %s was not looked back upon", hold.key, hold.record.address)
    return [one for one in opened if one]


def name_deputy(*, notice: PhysicianNotice, deputy: str, actor: Actor, at: datetime) -> PhysicianNotice:
    """The physician of the order, or quality where that one is away, names another who reads and acknowledges."""
    record = notice.record
    who = require(actor, WHO_MAY_NAME, record.site, at=at, about=record.address)
    with audited(actor=who, action="lookback.deputy.named", at=at, touching=[record]) as change:
        now = notice_now(notice)
        named = physicians_at(now.look_back, at).filter(username=deputy).first()
        stop_if(
            rules.is_acknowledged_before(bool(now.acknowledged_by), now.order.number),
            None if who.role == Role.QA else _is_not_theirs(now, who),
            rules.is_no_physician(deputy, named is not None),
        )
        return change.update(now, deputy=deputy, deputy_name=named.printed_name if named else "")


def acknowledge_notice(*, notice: PhysicianNotice, note: str, actor: Actor, at: datetime) -> PhysicianNotice:
    """The physician of the order, or a deputy, has read what failed, and says what is done for the patient."""
    record = notice.record
    who = require(actor, WHO_MAY_ACKNOWLEDGE, record.site, at=at, about=record.address)
    with audited(actor=who, action="lookback.notice.acknowledged", at=at, reason=note, touching=[record]) as change:
        now = notice_now(notice)
        stop_if(
            rules.is_acknowledged_before(bool(now.acknowledged_by), now.order.number),
            _is_not_theirs(now, who),
            is_blank(note, "note"),
        )
        said = {"acknowledged_by": who.username, "acknowledged_name": who.printed_name}
        return change.update(now, note=note, acknowledged_at=at, **said)


def report_failure(*, report: FailureReport, said: Reported, actor: Actor, at: datetime) -> FailureReport:
    """Quality has told sponsor and authority what failed: the organism, what it is sensitive to, to whom."""
    record = report.record
    who = require(actor, WHO_MAY_REPORT, record.site, at=at, about=record.address)
    with audited(actor=who, action="lookback.failure.reported", at=at, touching=[record]) as change:
        now = FailureReport.objects.select_related("record").get(pk=report.pk)
        stop_if(rules.is_reported_before(now.sent_at is not None), *rules.reports_nothing(said))
        return change.update(now, sent_at=at, sent_by=who.username, sent_name=who.printed_name, **asdict(said))


def _opened(hold: Hold, at: datetime) -> LookBack | None:
    batch = Batch.objects.select_related("record", "site").get(record=hold.record_id)
    test, site = hold.key.removeprefix(FAILED_LATE), batch.site.code
    events = Event.objects.filter(subject=batch.record, kind=EventKind.TEST_FAILED, state=EventState.OPEN)
    event = events.select_related("record", "subject").filter(about__contains=f"/{test}[").order_by("-pk").first()
    touching = [batch.record, *([event.record] if event else [])]
    with audited(actor=SYSTEM, action="batch.looked_back", at=at, reason=hold.text, touching=touching) as change:
        if LookBack.objects.filter(hold=hold).exists():
            return None  # another sweep was here first
        found = affected_in(batch)
        number = next_number("lookback", f"{batch.number}-L", LookBack.objects.filter(batch=batch).count())
        record = change.open_record("lookback", number, site=site)
        opened = LookBack(record=record, batch=batch, test=test, hold=hold, number=number)
        opened.what, opened.in_stock = hold.text[:300], [unit.number for unit in found.stock]
        opened.batches = [one.number for one in found.batches]
        opened.opened_at, opened.opened_by = at, SYSTEM.username
        if event:
            opened.deviation = str(make_deviation(change, event, Severity.CRITICAL, RATIONALE))
        change.create(opened)
        due_at = answer_due(site, at)
        change.create_many([duty_of(record, opened, unit, found, due_at) for unit in found.out])
        change.create_many(_notices(opened, found, due_at))
        change.create(FailureReport(record=record, look_back=opened, due_at=due_at))
        return opened


def _is_not_theirs(notice: PhysicianNotice, who: Actor) -> Objection | None:
    is_theirs = PhysicianNotice.objects.filter(theirs_to_read(who.username), pk=notice.pk).exists()
    return rules.is_not_their_patient(notice.order.number, is_theirs)


def _notices(opened: LookBack, found: Affected, due_at: datetime) -> Sequence[PhysicianNotice]:
    told = {"record": opened.record, "look_back": opened, "due_at": due_at}
    return [
        PhysicianNotice(order=order.record, recipient=order.recipient, units=units, **told)
        for order, units in orders_of_units([*found.stock, *found.out]).items()
    ]
