"""What stands around the record: results, runs, events, refused attempts, departures that were agreed."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from django.db.models import Q

from apps.audit.models import Entry, Head, Record
from apps.batches.models import Amendment, Batch, PlannedDeviation, RiskDecision
from apps.core.prepared import Prepared
from apps.facility.models import Plate
from apps.facility.selectors import plates_of, points_not_sampled
from apps.products.facts import Verdict
from apps.quality.models import Capa, Event
from apps.release.facts import Answer, Check, Finding, FindingKind, Judged, Looked, Trail
from apps.testing.facts import RunState
from apps.testing.models import AssayRun, Investigation, Result
from apps.testing.selectors import Tested

REFUSED = Q(action__contains="refused") | Q(action__contains="failed")
_EVENTS = Prepared(
    lambda subject: (
        Event.objects.filter(subject=subject).select_related("record", "deviation__record").order_by("opened_at", "pk")
    )
)
_REFUSALS = Prepared(
    lambda records: (
        Entry.objects.filter(REFUSED, record__in=records, table="").select_related("record").order_by("at", "n")
    )
)
_HEADS = Prepared(lambda records: Head.objects.filter(record__in=records).values_list("record_id", "n"))
_AMENDED = Prepared(lambda batch: Amendment.objects.filter(batch=batch).select_related("authored").defer("text"))
_PLANNED = Prepared(lambda batch: PlannedDeviation.objects.filter(batch=batch).select_related("agreed"))
_AT_RISK = Prepared(lambda batch: RiskDecision.objects.filter(batch=batch).select_related("signed"))


_CAPAS = Prepared(
    lambda subject: Capa.objects.filter(subject=subject).select_related("record", "source").order_by("pk")
)


def look_at_tests(known: Tested) -> Iterator[Looked]:
    """Every present result of a run that stands, and every run."""
    results = [result for result in known.results if result.line.run.state != RunState.INVALID]
    yield Looked(Check.RESULTS, len(results), tuple(_findings_of_results(results)))
    runs = known.runs
    invalid = [run for run in runs if run.state == RunState.INVALID]
    yield Looked(Check.RUNS, len(runs), tuple(_invalid_run(run) for run in invalid))
    looked_into = known.investigations
    yield Looked(Check.INVESTIGATIONS, len(looked_into), tuple(_investigated(one) for one in looked_into))


def _findings_of_results(results: Iterable[Result]) -> Iterator[Finding]:
    for result in results:
        kinds = (
            (FindingKind.INVALIDATED, result.invalidated_at is not None),
            (FindingKind.TEST_FAILED, result.verdict in (Verdict.FAIL, Verdict.ACTION)),
            (FindingKind.NOT_EVALUABLE, result.verdict == Verdict.NOT_EVALUABLE),
            (FindingKind.RECORDED_AGAINST_RULE, bool(result.overridden)),
            (FindingKind.CORRECTED, result.supersedes_id is not None),
            (FindingKind.RETEST, result.line.retest > 0),
            (FindingKind.LATE, result.late),
            (FindingKind.ALERT, result.verdict == Verdict.ALERT),
        )
        kind = next((kind for kind, stands in kinds if stands), None)
        if kind:
            yield Finding(
                kind=kind,
                what=f"{result.test}, {result.parameter}: {result.text} {result.unit}".strip(),
                place=result.address,
                at=result.recorded_at,
                who=result.analyst_name,
                note=result.reason,
                url_address=result.address,
                check=Check.RESULTS,
                key=f"{Check.RESULTS}:{result.pk}",
            )


def _investigated(one: Investigation) -> Finding:
    """An investigation of what failed, and what QA concluded; the count of those before it where there were any."""
    earlier = f", {one.earlier} before" if one.earlier else ""
    concluded = f": {one.conclusion}, {one.rationale}" if one.conclusion else ""
    return Finding(
        kind=FindingKind.INVESTIGATION,
        what=f"{one.number}, {one.test}{earlier}{concluded}",
        place=one.line.sample.number,
        at=one.opened_at,
        who=one.opened_name,
        note=one.finding,
        url_address=one.record.address,
        check=Check.INVESTIGATIONS,
        key=f"{Check.INVESTIGATIONS}:{one.number}",
        answer=Answer.ACCEPTED if one.concluded_at else Answer.HOLDS,
        judged=Judged(one.concluded_name, one.concluded_at, one.rationale) if one.concluded_at else None,
    )


def look_at_capas(batch: Batch) -> Looked:
    """Actions out of everything that concerned the batch: they may be under way, and are looked at."""
    capas = list(_CAPAS(batch.record_id))
    return Looked(Check.CAPAS, len(capas), tuple(map(_planned_action, capas)))


def _planned_action(one: Capa) -> Finding:
    return Finding(
        kind=FindingKind.CAPA,
        what=f"{one.record.number}, {one.kind}: {one.what}",
        place=one.source.address,
        at=one.planned_at,
        who=one.owner_name,
        note=one.state,
        url_address=one.record.address,
        check=Check.CAPAS,
        key=f"{Check.CAPAS}:{one.record.number}",
    )


def _invalid_run(run: AssayRun) -> Finding:
    return Finding(
        kind=FindingKind.INVALID_RUN,
        what=f"{run.number}: {run.test}",
        place=run.record.address,
        at=run.judged_at or run.started_at,
        who=run.analyst_name,
        note=run.invalid_because,
        url_address=run.record.address,
        check=Check.RUNS,
        key=f"{Check.RUNS}:{run.number}",
    )


def look_at_environment(batch: Batch) -> Looked:
    """What was sampled while the batch stood in a room: above a level, or not counted yet; and what was never taken."""
    plates = plates_of(batch.record)
    lacking = points_not_sampled(batch.record, plates)
    found = [one for one in map(_of_a_plate, plates) if one]
    found += [
        Finding(
            kind=FindingKind.AWAITED,
            what=f"{point}: {point.kind}",
            place=session.room.record.address,
            at=session.cleared_at,
            who=session.cleared_by,
            note="no sample",
            url_address=session.room.record.address,
            check=Check.ENVIRONMENT,
            key=f"{Check.ENVIRONMENT}:{session.pk}:{point.pk}",
        )
        for session, point in lacking
    ]
    return Looked(Check.ENVIRONMENT, len(plates) + len(lacking), tuple(found))


def _of_a_plate(plate: Plate) -> Finding | None:
    kinds = {"": FindingKind.AWAITED, "ALERT": FindingKind.ALERT, "ACTION": FindingKind.ACTION}
    if plate.verdict not in kinds:
        return None
    counted = "" if plate.count is None else f": {plate.count} {plate.organism}"
    return Finding(
        kind=kinds[plate.verdict],
        what=f"{plate.number}, {plate.point}, grade {plate.point.grade}{counted}".strip(),
        place=plate.record.address,
        at=plate.read_at or plate.taken_at,
        who=plate.read_by or plate.taken_by,
        note=plate.level,
        url_address=plate.record.address,
        check=Check.ENVIRONMENT,
        key=f"{Check.ENVIRONMENT}:{plate.number}:{plate.verdict}",
    )


def events_of(batch: Batch) -> list[Event]:
    """Everything that was reported on the batch, with what QA made of it."""
    return _EVENTS(batch.record_id)


def conclusion_of(event: Event) -> str:
    """What QA concluded: the signed impact of its deviation, or why it needed none."""
    deviation = getattr(event, "deviation", None)
    return f"{deviation.record.number}: {deviation.impact}" if deviation else event.close_reason


def look_at_events(events: Sequence[Event]) -> Looked:
    """Events are all to be looked at."""
    return Looked(Check.EVENTS, len(events), tuple(_finding_of_event(event) for event in events))


def _finding_of_event(event: Event) -> Finding:
    return Finding(
        kind=FindingKind.EVENT,
        what=event.text,
        place=event.about,
        at=event.opened_at,
        who=event.opened_by,
        url_address=event.record.address,
        check=Check.EVENTS,
        key=f"{Check.EVENTS}:{event.record.number}",
        event=event.record.number,
    )


def look_at_refusals(records: Sequence[Record]) -> Looked:
    """Attempts that were refused and kept: on the batch and on everything that carries its traces."""
    found = [
        Finding(
            kind=FindingKind.REFUSED,
            what=entry.action,
            place=f"{entry.record.address}#{entry.n}",
            at=entry.at,
            who=entry.username,
            check=Check.REFUSED_ATTEMPTS,
            key=f"{Check.REFUSED_ATTEMPTS}:{entry.record.address}#{entry.n}",
        )
        for entry in _REFUSALS([record.pk for record in records])
    ]
    return Looked(Check.REFUSED_ATTEMPTS, len(found), tuple(found))


def trail_of(record: Record, records: Iterable[Record]) -> Trail:
    """How far the trail of the batch goes, and that of everything that carries its traces."""
    heads = dict(_HEADS([one.pk for one in records]))
    return Trail(f"{record.address}#{heads.get(record.pk, 0)}", len(heads), sum(heads.values()))


def look_at_departures(batch: Batch) -> Looked:
    """Amendments, planned deviations and decisions at risk: each was agreed, each is looked at."""
    found = [
        *map(_amended, _AMENDED(batch.pk)),
        *map(_planned, _PLANNED(batch.pk)),
        *map(_at_risk, _AT_RISK(batch.pk)),
    ]
    return Looked(Check.AMENDMENTS, len(found), tuple(found))


def _amended(one: Amendment) -> Finding:
    who = one.authored.printed_name
    return _departure(f"amendment:{one.pk}", f"{one.number}: {one.reason}", one.number, one.proposed_at, who)


def _planned(one: PlannedDeviation) -> Finding:
    return _departure(f"planned:{one.pk}", f"{one.what}: {one.why}", one.place, one.agreed_at, one.agreed.printed_name)


def _at_risk(one: RiskDecision) -> Finding:
    held = ", ".join(sorted({key.rpartition(":")[0] for key in one.holds}))
    return _departure(f"risk:{one.pk}", one.reason, held, one.decided_at, one.signed.printed_name)


def _departure(key: str, what: str, place: str, at: datetime, who: str) -> Finding:
    return Finding(
        kind=FindingKind.AMENDMENT,
        what=what,
        place=place,
        at=at,
        who=who,
        check=Check.AMENDMENTS,
        key=f"{Check.AMENDMENTS}:{key}",
    )
