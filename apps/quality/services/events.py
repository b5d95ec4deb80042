"""Events: opened by the system or a person, judged by quality assurance."""

from collections.abc import Mapping
from datetime import datetime

from apps.audit.models import Record
from apps.audit.selectors import next_number
from apps.audit.services import Change, audited
from apps.core.actor import Actor
from apps.core.errors import Objection, stop_if
from apps.core.text import N_
from apps.organisation.services import require
from apps.quality import rules
from apps.quality.content import close_event_content, open_deviation_content
from apps.quality.facts import Blocks, EventKind, EventState, Severity, kept_facts
from apps.quality.lifecycle import MOVES, QualityVerb, may_not_move
from apps.quality.models import Deviation, Event
from apps.quality.services.holds import WHO_MAY_STOP, answer_due, lift_hold_for, out_of_order, place_hold
from apps.signatures.facts import Signer, Signing
from apps.signatures.services import admit_signer, sign


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
    number = next_number("event", f"{subject.number}-E", Event.objects.filter(subject=subject).count())
    record = change.open_record("event", number, site=subject.site)
    event = Event(record=record, subject=subject, about=about or subject.address, kind=kind, severity=severity)
    event.template, event.facts = template, kept_facts(facts or {})
    event.opened_at, event.opened_by = change.at, change.actor.username
    change.create(event, action="event.opened")
    if severity != Severity.MINOR:
        place_hold(
            change,
            record=subject,
            key=f"event:{number}",
            blocks=[Blocks.CERTIFY],
            code="event_open",
            template=template,
            facts={**event.facts, "number": number},
            due_at=answer_due(subject.site, change.at),
        )
    return event


def report_observation(
    *, subject: Record, what: str, severity: Severity, actor: Actor, at: datetime, about: str = ""
) -> Event:
    """Report in one's own words that something was not as it should be; by anybody who works with it."""
    who = require(actor, WHO_MAY_STOP, subject.site, at=at, about=subject.address)
    with audited(actor=who, action="event.reported", at=at, touching=[subject]) as change:
        stop_if(rules.is_blank(what, "what"))
        return report_event(
            change,
            subject=subject,
            kind=EventKind.REPORTED,
            severity=severity,
            template=N_("Reported by {name}: {what}"),
            facts={"name": who.printed_name, "what": what},
            about=about,
        )


def close_event(*, event: Event, reason: str, signing: Signing, actor: Actor, at: datetime) -> Event:
    """Judge that an event needs no deviation, and say why. Certification is no longer held by it."""
    signer = _quality(QualityVerb.CLOSE_EVENT, event, signing, actor, at)
    touching = [event.record, event.subject]
    with audited(actor=signer.actor, action="event.closed", reason=reason, at=at, touching=touching) as change:
        event = _now(event)
        stop_if(
            may_not_move(QualityVerb.CLOSE_EVENT, event.state),
            rules.is_blank(reason, "reason"),
            _is_own_report(event, signer),
            keep=out_of_order(QualityVerb.CLOSE_EVENT, event.state, event.record),
        )
        content = close_event_content(event=event, reason=reason)
        sign(change, signer=signer, record=event.record, content=content, site=event.subject.site)
        return end_event(change, event, reason)


def end_event(change: Change, event: Event, reason: str) -> Event:
    """Close an event inside the door of the caller, whose signed judgement covers it."""
    lift_hold_for(change, record=event.subject, key=f"event:{event.record.number}", reason=reason)
    by = change.actor.username
    return change.update(event, state=EventState.CLOSED, closed_at=change.at, closed_by=by, close_reason=reason)


def open_deviation(
    *, event: Event, classification: Severity, rationale: str, signing: Signing, actor: Actor, at: datetime
) -> Deviation:
    """Judge that an event is a deviation and classify it. It holds certification until its product impact is signed."""
    signer = _quality(QualityVerb.OPEN_DEVIATION, event, signing, actor, at)
    touching = [event.record, event.subject]
    with audited(actor=signer.actor, action="deviation.opened", reason=rationale, at=at, touching=touching) as change:
        event = _now(event)
        stop_if(
            may_not_move(QualityVerb.OPEN_DEVIATION, event.state),
            rules.is_blank(rationale, "rationale"),
            _is_own_report(event, signer),
            keep=out_of_order(QualityVerb.OPEN_DEVIATION, event.state, event.record),
        )
        content = open_deviation_content(event=event, classification=classification, rationale=rationale)
        sign(change, signer=signer, record=event.record, content=content, site=event.subject.site)
        return make_deviation(change, event, classification, rationale)


def make_deviation(change: Change, event: Event, classification: Severity, rationale: str) -> Deviation:
    """Make an event a deviation inside the door of the caller: by a signed judgement, or by a rule without one."""
    deviation = _new_deviation(change, event, classification, rationale)
    lift_hold_for(change, record=event.subject, key=f"event:{event.record.number}", reason=str(deviation))
    change.update(event, state=EventState.DEVIATION)
    return deviation


def _new_deviation(change: Change, event: Event, classification: Severity, rationale: str) -> Deviation:
    taken = Deviation.objects.filter(subject=event.subject).count()
    number = next_number("deviation", f"{event.subject.number}-D", taken)
    deviation = Deviation(
        record=change.open_record("deviation", number, site=event.subject.site),
        event=event,
        subject=event.subject,
        classification=classification,
        rationale=rationale,
        opened_at=change.at,
        due_at=change.at + rules.DEVIATION_TIME,
    )
    change.create(deviation)
    hold_for_impact(change, deviation)
    return deviation


def hold_for_impact(change: Change, deviation: Deviation) -> None:
    """Certification waits for the signed impact on the product."""
    number = deviation.record.number
    place_hold(
        change,
        record=deviation.subject,
        key=f"deviation:{number}",
        blocks=[Blocks.CERTIFY],
        code="deviation_open",
        template=N_("Deviation {number} ({classification}): its product impact is not signed yet."),
        facts={"number": number, "classification": deviation.classification.lower()},
        due_at=deviation.due_at,
    )


def _quality(verb: QualityVerb, event: Event, signing: Signing, actor: Actor, at: datetime) -> Signer:
    subject = event.subject
    return admit_signer(
        signing=signing, actor=actor, role=MOVES[verb].roles, site=subject.site, at=at, about=subject.address
    )


def _is_own_report(event: Event, signer: Signer) -> Objection | None:
    return rules.is_own_report(event.opened_by, signer.actor.username) if event.kind == EventKind.REPORTED else None


def _now(event: Event) -> Event:
    return Event.objects.select_related("record", "subject").get(pk=event.pk)
