"""What a reviewer and the authorised person read."""

from collections.abc import Iterable, Sequence

from django.db.models import Q

from apps.audit.models import Entry, Record
from apps.batches.models import Amendment, Batch, RecordedValue
from apps.batches.selectors.batches import records_of
from apps.documents.facts import DocumentKind, DocumentState
from apps.documents.models import Document
from apps.documents.selectors import documents_about
from apps.products.facts import Verdict
from apps.quality.models import Event
from apps.release.facts import Checked, Finding, FindingKind, ReviewPage
from apps.testing.facts import RunState
from apps.testing.models import AssayRun, Result
from apps.testing.selectors import results_of, testing_records
from apps.units.selectors import unit_records

NOT_TAKING_PART = ("hold.", "event.", "deviation.", "access.", "signing.", "risk.", "document.")
KEPT = ("refused", "near_miss", "failed")


def all_records_of(batch: Batch) -> list[Record]:
    """The batch with everything that carries its traces: vessels, samples, runs, units."""
    return [*records_of(batch), *testing_records(batch), *unit_records(batch)]


def hands_on_batch(batch: Batch) -> set[str]:
    """Everybody who performed, checked, tested or reviewed, on any path; not who only answered for quality."""
    entries = Entry.objects.filter(record__in=[record.pk for record in all_records_of(batch)])
    quality_only = Q()
    for prefix in NOT_TAKING_PART:
        quality_only |= Q(action__startswith=prefix)
    return set(entries.exclude(quality_only).values_list("username", flat=True).distinct())


def issued_certificate(batch: Batch) -> Document | None:
    """The batch certificate in force: sealed and issued, not superseded or withdrawn."""
    kind, state = DocumentKind.BATCH_CERTIFICATE, DocumentState.ISSUED
    return documents_about(batch.record).filter(kind=kind, state=state).order_by("-version").first()


def review_page(batch: Batch) -> ReviewPage:
    """Everything that is not as the master says, by risk, with the counts of everything that was looked at."""
    values = list(RecordedValue.objects.filter(batch=batch, superseded_by=None).order_by("recorded_at", "pk"))
    results = results_of(batch)
    runs = list(AssayRun.objects.filter(lines__sample__batch=batch).distinct().select_related("record"))
    events = list(Event.objects.filter(subject=batch.record).select_related("record"))
    findings = [
        *_findings_of_values(values, batch.record.address),
        *_findings_of_events(events),
        *_findings_of_tests(results, runs),
        *_refusals(batch),
        *_amendments(batch),
    ]
    order = list(FindingKind)
    findings.sort(key=lambda finding: (order.index(finding.kind), finding.at))
    return ReviewPage(tuple(findings), _counts(findings, values, results, runs, events))


def _counts(
    findings: Sequence[Finding],
    values: Sequence[RecordedValue],
    results: Sequence[Result],
    runs: Sequence[AssayRun],
    events: Sequence[Event],
) -> tuple[Checked, ...]:
    def of(*kinds: FindingKind) -> int:
        return sum(finding.kind in kinds for finding in findings)

    kept, asides = of(FindingKind.REFUSED), of(FindingKind.AMENDMENT)
    value_kinds = (
        FindingKind.ACTION,
        FindingKind.RECORDED_AGAINST_RULE,
        FindingKind.CORRECTED,
        FindingKind.LATE,
        FindingKind.ALERT,
    )
    return (
        Checked("values", len(values), of(*value_kinds)),
        Checked("results", len(results), of(FindingKind.TEST_FAILED)),
        Checked("runs", len(runs), of(FindingKind.INVALID_RUN)),
        Checked("events", len(events), of(FindingKind.EVENT)),
        Checked("refused_attempts", kept, kept),
        Checked("amendments", asides, asides),
    )


def _findings_of_values(values: Iterable[RecordedValue], address: str) -> Iterable[Finding]:
    # One value is one finding, of its gravest kind, so that the counts add up.
    for value in values:
        kind = _kind_of(value)
        if kind:
            yield Finding(
                kind, f"{value.field}: {value.text} {value.unit}".strip(), value.place, value.recorded_at,
                value.printed_name, value.reason, f"{address}/{value.place}",
            )  # fmt: skip


def _kind_of(value: RecordedValue) -> FindingKind | None:
    if value.verdict == Verdict.ACTION:
        return FindingKind.ACTION
    if value.has_happened:
        return FindingKind.RECORDED_AGAINST_RULE
    if value.supersedes_id:
        return FindingKind.CORRECTED
    if value.is_late:
        return FindingKind.LATE
    return FindingKind.ALERT if value.verdict == Verdict.ALERT else None


def _findings_of_events(events: Iterable[Event]) -> Iterable[Finding]:
    for event in events:
        yield Finding(
            FindingKind.EVENT,
            event.text,
            event.about,
            event.opened_at,
            event.opened_by,
            event.state,
            event.record.address,
        )


def _findings_of_tests(results: Iterable[Result], runs: Iterable[AssayRun]) -> Iterable[Finding]:
    for result in results:
        if result.verdict in (Verdict.FAIL, Verdict.NOT_EVALUABLE):
            what = f"{result.test}.{result.parameter}: {result.text} {result.unit}".strip()
            yield Finding(FindingKind.TEST_FAILED, what, result.address, result.tested_at, result.analyst_name)
    for run in runs:
        if run.state == RunState.INVALID:
            yield Finding(FindingKind.INVALID_RUN, run.number, run.record.address, run.started_at, run.analyst_name)


def _refusals(batch: Batch) -> Iterable[Finding]:
    wanted = Q()
    for word in KEPT:
        wanted |= Q(action__contains=word)
    for entry in Entry.objects.filter(wanted, record=batch.record).order_by("n"):
        yield Finding(FindingKind.REFUSED, entry.action, f"{batch.record.address}#{entry.n}", entry.at, entry.username)


def _amendments(batch: Batch) -> Iterable[Finding]:
    for amendment in Amendment.objects.filter(batch=batch).select_related("authored"):
        who = amendment.authored.printed_name
        yield Finding(FindingKind.AMENDMENT, amendment.reason, amendment.number, amendment.proposed_at, who)
