"""The review by exception: every question asked of the whole record, the findings by risk, each with its answer."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from apps.audit.models import Record
from apps.batches.models import Batch
from apps.batches.selectors.pages import counts_of
from apps.batches.selectors.steps import outline_of
from apps.core.prepared import Prepared
from apps.documents.facts import DocumentKind, DocumentState
from apps.documents.models import Document
from apps.quality.facts import DeviationState, EventState
from apps.quality.models import Event
from apps.release.facts import Answer, Check, Finding, FindingKind, Judged, Looked, ReviewPage
from apps.release.models import Judgement
from apps.release.selectors.around import (
    events_of,
    look_at_capas,
    look_at_departures,
    look_at_environment,
    look_at_events,
    look_at_refusals,
    look_at_tests,
    trail_of,
)
from apps.release.selectors.people import all_records_of
from apps.release.selectors.values import look_at_computations, look_at_signatures, look_at_values, values_of
from apps.testing.selectors import Tested, tested

ORDER = list(FindingKind)
ASKED = list(Check)
_CERTIFICATES = Prepared(
    lambda subject: Document.objects.filter(subject=subject, kind=DocumentKind.BATCH_CERTIFICATE).order_by("-version")
)
_JUDGEMENTS = Prepared(lambda batch: Judgement.objects.filter(batch=batch))
AWAITS_ITS_ANSWER = (FindingKind.NOT_COVERED, FindingKind.TEST_FAILED, FindingKind.NOT_EVALUABLE)


@dataclass(frozen=True)
class Read:
    """What is read of a batch once, for all that look at it: everything tested, all that carries its traces, events."""

    tested: Tested
    records: list[Record]
    events: list[Event]


def read_for_review(batch: Batch) -> Read:
    """What a review looks at beside the record of the batch."""
    return Read(tested(batch), all_records_of(batch), events_of(batch))


def issued_certificate(batch: Batch) -> Document | None:
    """The batch certificate in force: the newest is sealed and issued. Nothing while a newer one waits for its seal."""
    newest = _CERTIFICATES(batch.record_id)[:1]
    return newest[0] if newest and newest[0].state == DocumentState.ISSUED else None


def review_page(batch: Batch, read: Read | None = None) -> ReviewPage:
    """Everything that is not as the master says, by risk, with the counts of everything that was looked at."""
    read = read or read_for_review(batch)
    address, sheet, events = batch.record.address, outline_of(batch), read.events
    values = values_of(sheet, address)
    looked = [
        *look_at_values(values),
        look_at_signatures(sheet, address),
        look_at_computations(values, sheet),
        look_at_environment(batch),
        *look_at_tests(read.tested),
        look_at_refusals(read.records),
        look_at_departures(batch),
        look_at_capas(batch),
    ]
    looked.append(look_at_events(_of_their_own(events, looked, address)))
    looked.sort(key=lambda one: ASKED.index(one.check))
    judged = {row.key: row for row in _JUDGEMENTS(batch.pk)}
    by_about = {event.about: event for event in events} | {event.record.address: event for event in events}
    findings = [_answered(finding, by_about, judged) for one in looked for finding in one.findings]
    findings.sort(key=lambda finding: (ORDER.index(finding.kind), finding.at, finding.key))
    counts = counts_of(sheet)
    told = tuple(findings), tuple(one.count for one in looked)
    return ReviewPage(*told, trail_of(batch.record, read.records), counts.required, counts.missing)


def _of_their_own(events: Sequence[Event], looked: Sequence[Looked], address: str) -> list[Event]:
    """Events about something that is found already belong to that finding."""
    known = {finding.url_address for one in looked for finding in one.findings}
    return [event for event in events if event.about not in known or event.about in ("", address)]


def _answered(finding: Finding, by_about: Mapping[str, Event], judged: Mapping[str, Judgement]) -> Finding:
    if finding.kind is FindingKind.INVESTIGATION:
        return finding  # its signed conclusion is its answer
    event = by_about.get(finding.url_address) if finding.url_address else None
    row = judged.get(finding.key)
    if row is not None:
        answer = Judged(row.judged_name, row.judged_at, row.note)
        return replace(finding, answer=Answer.ACCEPTED, judged=answer, event=_number(event))
    if event is not None:
        return _answered_by_event(finding, event)
    waits = finding.kind in AWAITS_ITS_ANSWER
    return replace(finding, answer=Answer.HOLDS if waits else Answer.TO_JUDGE)


def _answered_by_event(finding: Finding, event: Event) -> Finding:
    deviation = getattr(event, "deviation", None)
    found = replace(finding, event=_number(event), deviation=deviation.record.number if deviation else "")
    if event.state == EventState.CLOSED and event.closed_at:
        judged = Judged(event.closed_by, event.closed_at, event.close_reason)
        return replace(found, answer=Answer.ACCEPTED, judged=judged)
    if deviation and deviation.state != DeviationState.OPEN and deviation.impact_signed_at:
        judged = Judged(deviation.record.number, deviation.impact_signed_at, deviation.impact)
        return replace(found, answer=Answer.ACCEPTED, judged=judged)
    return replace(found, answer=Answer.HOLDS)


def _number(event: Event | None) -> str:
    return event.record.number if event else ""
