"""A complaint comes in, with what it concerns: quality is told at once, and the gravest hold at once."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime

from apps.audit.models import Record
from apps.audit.services import Change, audited
from apps.batches.models import Batch
from apps.core.actor import Actor
from apps.core.errors import stop_if
from apps.core.rules import is_future
from apps.core.text import N_
from apps.organisation.models import Site
from apps.organisation.services import require
from apps.quality.facts import Blocks, EventKind, Severity
from apps.quality.models import Event
from apps.quality.rules import is_blank
from apps.quality.services import WHO_MAY_STOP, answer_due, make_deviation, place_hold, report_event
from apps.units.models import Unit
from apps.vigilance import rules
from apps.vigilance.facts import Category, ComplaintState, Reported
from apps.vigilance.models import Complaint, Concerned
from apps.vigilance.selectors import complaint_now, concerned_of
from apps.vigilance.table import vigilance_table

WHO_MAY_COMPLAIN = tuple(sorted(WHO_MAY_STOP))
RATIONALE = N_("A wrong product or a wrong patient is a deviation by rule, not by judgement.")


def receive_complaint(
    *, site: Site, said: Reported, concerned: Sequence[Unit | Batch], actor: Actor, at: datetime
) -> Complaint:
    """Take a complaint down, whoever made it: each batch it concerns gets an event, and the gravest hold at once.

    Nothing that was reported is refused for what it says of the product. The same sent twice is one.
    """
    who = require(actor, WHO_MAY_COMPLAIN, site.code, at=at, about=site.record.address)
    touching = [site.record, *_batch_records(concerned)]
    with audited(actor=who, action="complaint.received", at=at, touching=touching) as change:
        stop_if(
            is_blank(said.reporter, "reporter"),
            is_blank(said.what, "what"),
            is_future(said.received_at, at, "received_at"),
            rules.names_nothing([str(one) for one in concerned]),
            *(rules.is_elsewhere(str(one), site.code, _batch_of(one).site.code) for one in concerned),
        )
        last = Complaint.objects.filter(site=site).order_by("-pk").first()
        if last and _is_the_same(last, said, who):
            return last
        complaint = _written(change, site, said, who)
        _name(change, complaint, concerned)
        return complaint


def name_concerned(*, complaint: Complaint, concerned: Sequence[Unit | Batch], actor: Actor, at: datetime) -> Complaint:
    """Name further units or batches, as they become known; a new batch gets its event, and the hold that stands."""
    record = complaint.record
    who = require(actor, WHO_MAY_COMPLAIN, record.site, at=at, about=record.address)
    touching = [record, *_batch_records(concerned)]
    with audited(actor=who, action="complaint.concerned.named", at=at, touching=touching) as change:
        now = complaint_now(complaint)
        known = {row.unit.number if row.unit else row.batch.number for row in concerned_of(now)}
        stop_if(
            rules.is_closed(now.state == ComplaintState.CLOSED),
            rules.names_nothing([str(one) for one in concerned]),
            *(rules.is_elsewhere(str(one), record.site, _batch_of(one).site.code) for one in concerned),
            *(rules.is_named_before(str(one), known) for one in concerned),
        )
        _name(change, now, concerned)
        return now


def hold_sisters_of(change: Change, complaint: Complaint, batch: Batch) -> None:
    """What is in stock of a batch waits for a decision of quality; what was given or reported is never blocked."""
    place_hold(
        change,
        record=batch.record,
        key=f"complaint:{complaint.number}",
        blocks=[Blocks.ISSUE, Blocks.USE],
        code="complaint",
        template=N_("Complaint {number}: {what}"),
        facts={"number": complaint.number, "what": complaint.what},
    )


def _written(change: Change, site: Site, said: Reported, who: Actor) -> Complaint:
    number = f"{site.code}-C{Complaint.objects.filter(site=site).count() + 1:03}"
    severity = rules.severity_of(said.category, said.severity)
    row = Complaint(record=change.open_record("complaint", number, site=site.code), number=number, site=site)
    for name, value in (asdict(said) | {"severity": severity}).items():
        setattr(row, name, value)
    table = [(one.category, one.at_least) for one in vigilance_table().hold_at_once]
    row.held = rules.holds_at_once(said.category, severity, table)
    row.due_at = answer_due(site.code, change.at)
    row.recorded_at, row.recorded_by, row.recorded_name = change.at, who.username, who.printed_name
    return change.create(row)


def _name(change: Change, complaint: Complaint, concerned: Sequence[Unit | Batch]) -> None:
    events = {row.batch_id: row.event for row in concerned_of(complaint)}
    rows = []
    for one in dict.fromkeys(concerned):
        batch = _batch_of(one)
        if batch.pk not in events:
            events[batch.pk] = _told(change, complaint, batch)
        row = Concerned(record=complaint.record, complaint=complaint, batch=batch, event=events[batch.pk])
        row.unit = one if isinstance(one, Unit) else None
        row.named_at, row.named_by = change.at, change.actor.username
        rows.append(row)
    change.create_many(rows)


def _told(change: Change, complaint: Complaint, batch: Batch) -> Event:
    event = report_event(
        change,
        subject=batch.record,
        kind=EventKind.REPORTED,
        severity=Severity(complaint.severity),
        template=N_("Complaint {number}: {what}"),
        facts={"number": complaint.number, "what": complaint.what},
        about=complaint.record.address,
    )
    if complaint.category == Category.IDENTITY:
        make_deviation(change, event, Severity.CRITICAL, RATIONALE)
    if complaint.held:
        hold_sisters_of(change, complaint, batch)
    return event


def _is_the_same(last: Complaint, said: Reported, who: Actor) -> bool:
    before = (last.recorded_by, last.received_at, last.reporter, last.what)
    return before == (who.username, said.received_at, said.reporter, said.what)


def _batch_of(one: Unit | Batch) -> Batch:
    return one.batch if isinstance(one, Unit) else one


def _batch_records(concerned: Sequence[Unit | Batch]) -> list[Record]:
    return [_batch_of(one).record for one in concerned]
