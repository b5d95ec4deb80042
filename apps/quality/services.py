"""Placing and lifting holds, reporting events."""

from collections.abc import Collection, Mapping
from datetime import datetime

from apps.audit.models import Record
from apps.audit.services import Change
from apps.quality.facts import Blocks, EventKind, Severity
from apps.quality.models import Event, Hold


def place_hold(
    change: Change,
    *,
    record: Record,
    key: str,
    blocks: Collection[Blocks],
    code: str,
    template: str,
    facts: Mapping[str, object] | None = None,
    liftable_by: str = "QA",
    due_at: datetime | None = None,
) -> Hold:
    """Place a hold on a record. A second hold for the same fact changes nothing: the open one is returned."""
    standing = Hold.objects.filter(record=record, key=key, lifted_at=None).first()
    if standing:
        return standing
    hold = Hold(record=record, key=key, code=code, template=template, liftable_by=liftable_by, due_at=due_at)
    hold.facts = {name: str(value) for name, value in (facts or {}).items()}
    for block in blocks:
        setattr(hold, f"blocks_{block.lower()}", True)
    hold.placed_at, hold.placed_by = change.at, change.actor.username
    return change.create(hold, action="hold.placed")


def lift_hold(change: Change, *, hold: Hold, reason: str) -> Hold:
    """Lift a hold because its fact has its answer; the decision and its evidence are the reason."""
    return change.update(
        hold, action="hold.lifted", lifted_at=change.at, lifted_by=change.actor.username, lift_reason=reason
    )


def lift_hold_for(change: Change, *, record: Record, key: str, reason: str) -> Hold | None:
    """Lift the open hold for one fact, if there is one."""
    hold = Hold.objects.filter(record=record, key=key, lifted_at=None).first()
    return lift_hold(change, hold=hold, reason=reason) if hold else None


def report_event(
    change: Change,
    *,
    subject: Record,
    kind: EventKind,
    severity: Severity,
    template: str,
    facts: Mapping[str, object] | None = None,
    about: str = "",
) -> Event:
    """Open an event on a record. Unless it is minor, it holds certification until QA has answered it."""
    number = f"{subject.number}-E{Event.objects.filter(subject=subject).count() + 1:02}"
    record = change.open_record("event", number, site=subject.site)
    event = Event(record=record, subject=subject, about=about or subject.address, kind=kind, severity=severity)
    event.template, event.facts = template, {name: str(value) for name, value in (facts or {}).items()}
    event.opened_at, event.opened_by = change.at, change.actor.username
    change.create(event, action="event.opened")
    if severity is not Severity.MINOR:
        place_hold(
            change,
            record=subject,
            key=f"event:{number}",
            blocks=[Blocks.CERTIFY],
            code="event_open",
            template=template,
            facts={**event.facts, "number": number},
        )
    return event
