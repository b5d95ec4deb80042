"""What is shown and signed when complaints and adverse events are judged, closed and reopened."""

from collections.abc import Iterable, Sequence

from apps.core.text import N_
from apps.signatures.facts import Line, SignedContent
from apps.vigilance.facts import WORDS, AdverseVerb, Assessment, ComplaintVerb, Triage
from apps.vigilance.lifecycle import ADVERSE_MOVES, COMPLAINT_MOVES
from apps.vigilance.models import AdverseEvent, Complaint
from apps.vigilance.selectors import concerned_of, duties_for, events_of, reports_sent

YES, NO = N_("yes"), N_("no")


def triage_content(complaint: Complaint, said: Triage) -> SignedContent:
    """The complaint as it came in, and what quality makes of it."""
    return _complaint_content(
        ComplaintVerb.TRIAGE,
        complaint,
        Line(N_("Severity"), WORDS[said.severity]),
        Line(N_("Rationale"), said.rationale),
        Line(N_("It is a deviation"), YES if said.deviation else NO),
        Line(N_("Sister units are held"), YES if said.hold else NO),
    )


def close_complaint_content(complaint: Complaint, conclusion: str) -> SignedContent:
    """The complaint with its investigation, its answer and its conclusion."""
    events = events_of(concerned_of(complaint))
    return _complaint_content(
        ComplaintVerb.CLOSE,
        complaint,
        Line(N_("Severity"), WORDS[complaint.severity]),
        *(Line(N_("Event"), event.record.number, event.state) for event in events),
        Line(N_("Sister units are held"), YES if complaint.held else NO),
        Line(N_("Answer to the reporter"), complaint.answer),
        Line(N_("Conclusion"), conclusion),
    )


def reopen_complaint_content(complaint: Complaint, reason: str) -> SignedContent:
    """A closed complaint that is looked into again."""
    closed = Line(N_("Conclusion"), complaint.conclusion, complaint.closed_name)
    return _complaint_content(ComplaintVerb.REOPEN, complaint, closed, Line(N_("Reason"), reason))


def assess_content(event: AdverseEvent, said: Assessment) -> SignedContent:
    """The event as it stands, and the judgement of the physician."""
    return _adverse_content(
        AdverseVerb.ASSESS,
        event,
        Line(N_("Relation to the product"), WORDS[said.causality]),
        Line(N_("Expectedness"), WORDS[said.expectedness], said.reference),
        Line(N_("Rationale"), said.rationale),
    )


def close_adverse_event_content(event: AdverseEvent, conclusion: str) -> SignedContent:
    """The event with its judgement, what was reported of it, and the conclusion."""
    withdrawn = [duty for duty in duties_for(event) if duty.withdrawn_at]
    return _adverse_content(
        AdverseVerb.CLOSE,
        event,
        *_assessed(event),
        *(Line(N_("Reported to"), one.sent_to, one.reference) for one in reports_sent(event)),
        *(Line(N_("Not to be reported"), WORDS[one.stage], one.withdrawn_why) for one in withdrawn),
        Line(N_("Conclusion"), conclusion),
    )


def reopen_adverse_event_content(event: AdverseEvent, reason: str) -> SignedContent:
    """A closed event that is judged again."""
    return _adverse_content(AdverseVerb.REOPEN, event, *_assessed(event), Line(N_("Reason"), reason))


def _complaint_content(verb: ComplaintVerb, complaint: Complaint, *lines: Line) -> SignedContent:
    head = (
        Line(N_("Complaint"), complaint.number),
        Line(N_("Reported by"), complaint.reporter, complaint.channel),
        Line(N_("Category"), WORDS[complaint.category]),
        Line(N_("What was reported"), complaint.what),
        *(Line(N_("Concerns"), row.unit.number if row.unit else row.batch.number) for row in concerned_of(complaint)),
    )
    meaning = COMPLAINT_MOVES[verb].meaning
    return SignedContent(f"complaint_{verb.lower()}", complaint.record.address, meaning, (*head, *lines))


def _adverse_content(verb: AdverseVerb, event: AdverseEvent, *lines: Line) -> SignedContent:
    head = (
        Line(N_("Adverse event"), event.number),
        Line(N_("Patient"), event.recipient.number),
        Line(N_("Dose"), event.order.number),
        Line(N_("What happened"), event.term, event.narrative),
        Line(N_("Grade (CTCAE)"), str(event.grade)),
        Line(N_("Began"), f"{event.onset_at:%Y-%m-%dT%H:%MZ}"),
        *(Line(N_("Serious"), word) for word in criteria_words(event.seriousness)),
        Line(N_("Outcome"), WORDS[event.outcome]),
    )
    meaning = ADVERSE_MOVES[verb].meaning
    return SignedContent(f"adverse_{verb.lower()}", event.record.address, meaning, (*head, *lines))


def criteria_words(criteria: Sequence[str]) -> Iterable[str]:
    """What makes an event serious, in words; that nothing does is said as well."""
    return [WORDS[one] for one in criteria] or [N_("Not serious")]


def _assessed(event: AdverseEvent) -> tuple[Line, ...]:
    if not event.causality:
        return ()
    return (
        Line(N_("Relation to the product"), WORDS[event.causality], event.assessed_name),
        Line(N_("Expectedness"), WORDS[event.expectedness], event.reference),
    )
