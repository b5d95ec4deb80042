"""Reports about adverse events: which are due by the clocks of the house, and what was sent to whom."""

from dataclasses import asdict
from datetime import datetime
from typing import Any

from apps.audit.services import Change, audited
from apps.core.actor import Actor
from apps.core.errors import stop_if
from apps.core.roles import Role
from apps.core.rules import is_future
from apps.organisation.services import require
from apps.quality.rules import is_blank
from apps.vigilance import rules
from apps.vigilance.facts import Sent, Stage
from apps.vigilance.models import AdverseEvent, ReportDuty, SafetyReport
from apps.vigilance.selectors import adverse_event_now, duties_for, key_of
from apps.vigilance.table import clocks

WHO_MAY_REPORT = (Role.QA, Role.PHYSICIAN)


def send_safety_report(
    *, event: AdverseEvent, said: Sent, actor: Actor, at: datetime, answers: str = ""
) -> SafetyReport:
    """An authority, a sponsor or a committee was told; `answers` names the open duty: `<clock>:<stage>`, or none."""
    record = event.record
    who = require(actor, WHO_MAY_REPORT, record.site, at=at, about=record.address)
    with audited(actor=who, action="adverse.reported", at=at, touching=[record]) as change:
        now = adverse_event_now(event)
        waiting = {key_of(duty): duty for duty in duties_for(now) if duty.is_open}
        sent_before = SafetyReport.objects.filter(event=now, sent_to=said.sent_to, reference=said.reference).exists()
        stop_if(
            is_blank(said.sent_to, "sent_to"),
            is_blank(said.reference, "reference"),
            is_future(said.sent_at, at, "sent_at"),
            rules.is_before(said.sent_at, now.known_at, "sent_at"),
            rules.is_not_due(answers, waiting),
            rules.is_sent_before(said.reference, sent_before),
        )
        row = SafetyReport(record=record, event=now, recorded_at=at, **asdict(said))
        row.recorded_by, row.recorded_name = who.username, who.printed_name
        report = change.create(row)
        if answers:
            change.update(waiting[answers], action="adverse.duty.answered", report=report, answered_at=said.sent_at)
        return report


def settle_duties(change: Change, event: AdverseEvent) -> None:
    """What is to be reported becomes due; what a judgement says is not, is due no longer."""
    duties = [duty for duty in duties_for(event) if duty.withdrawn_at is None]
    if not rules.is_reported_at_once(event.standing):
        waiting = [duty for duty in duties if duty.is_open]
        why = event.rationale
        change.update_many(waiting, "adverse.duty.withdrawn", withdrawn_at=change.at, withdrawn_why=why)
        return
    standing = {(duty.clock, Stage(duty.stage)) for duty in duties}
    due = rules.reports_due(event.standing, event.clock_from, event.order.site.timezone, clocks(), standing)
    told: dict[str, Any] = {"record": event.record, "event": event}
    change.create_many([ReportDuty(**told, **asdict(one)) for one in due], action="adverse.duty.due")
