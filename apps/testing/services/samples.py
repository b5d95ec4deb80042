"""Samples: drawn, labelled, received, refused."""

from collections.abc import Sequence
from datetime import datetime

from apps.audit.models import Record
from apps.audit.services import Change, audited
from apps.batches.facts.words import BatchState
from apps.batches.models import Batch
from apps.batches.selectors.batches import batch_now
from apps.batches.selectors.plans import definition_of_batch
from apps.core.actor import Actor
from apps.core.errors import BadInput, Happened, Objection, RuleBroken, stop_if
from apps.core.roles import Role
from apps.core.rules import is_future, reason_is_missing
from apps.core.text import N_
from apps.documents.models import Document
from apps.documents.rules import is_no_count_of_labels, is_unexplained_reprint
from apps.documents.selectors import label_sheets_about
from apps.documents.services import request_document
from apps.lineage.selectors import ancestor_ids
from apps.lineage.services import link
from apps.organisation.services import require
from apps.products.definition import Definition
from apps.products.definition.testing import SampleKind
from apps.products.facts import BadPlace, Place
from apps.testing import rules
from apps.testing.content import sample_labels
from apps.testing.facts import SampleState
from apps.testing.models import Sample
from apps.testing.selectors import sample_now, was_sampled
from apps.units.facts import Condition, Custody, UnitVerb
from apps.units.models import Unit
from apps.units.services import marks, move_units, report_accepted

TAKERS = (Role.OPERATOR, Role.ANALYST)


def draw_sample(
    *,
    batch: Batch,
    kind: str,
    source: Record,
    drawn_at: datetime,
    actor: Actor,
    at: datetime,
    tests: Sequence[str] = (),
    amount: str = "",
    place: str = "",
    happened: Happened | None = None,
) -> Sample:
    """Take a sample from a batch, one of its vessels or one of its units, for named tests (by default all of its kind).

    A quality-control unit is used up by it; further samples may be taken from the same one.
    """
    who = require(actor, TAKERS, batch.site.code, at=at, about=batch.record.address)
    drawn_at = happened.at if happened else drawn_at
    reason = happened.reason if happened else ""
    stop_if(is_future(drawn_at, at, "drawn_at"))
    touching = {record.pk: record for record in (batch.record, source)}.values()
    with audited(actor=who, action="sample.drawn", at=at, reason=reason, touching=touching) as change:
        batch = batch_now(batch)
        definition = definition_of_batch(batch)
        sample_kind = _kind_named(definition, kind)
        wanted = list(tests) or _tests_of(definition, kind, place)
        unit = Unit.objects.filter(record=source).select_related("batch", "record").first()
        stop_if(
            rules.is_locked(BatchState(batch.state)),
            rules.is_unknown_test(wanted, {test.key for test in definition.testing.tests}),
            _is_foreign(source, batch),
        )
        overridden = stop_if(*_against_drawing(batch, sample_kind, source, unit), happened=happened)
        sample = Sample(batch=batch, kind=kind, source=source, place=place, tests=wanted, drawn_at=drawn_at)
        sample.amount, sample.overridden = amount, marks(overridden)
        take_sample(change, sample, sample_kind)
        if unit is not None and unit.condition != Condition.SPENT:
            move_units(change, units=[unit], verb=UnitVerb.USE_UP, moved_at=drawn_at, happened=happened)
        report_accepted(change, subject=batch.record, overridden=overridden, happened=happened)
        return sample


def take_sample(change: Change, sample: Sample, kind: SampleKind) -> Sample:
    """Number what was drawn and write it down, inside the door of the stage that draws it, who touches its source."""
    sample.amount, sample.amount_unit = sample.amount or _text(kind), kind.unit
    sample.drawn_by, sample.recorded_at = change.actor.username, change.at
    _number(change, sample)
    return sample


def _kind_named(definition: Definition, key: str) -> SampleKind:
    kinds = {kind.key: kind for kind in definition.testing.samples}
    if key not in kinds:
        template = N_("{kind} is no sample of this product: {known}.")
        facts = {"kind": key, "known": ", ".join(kinds)}
        raise RuleBroken(Objection("unknown_sample_kind", template, facts, "kind"))
    return kinds[key]


def _tests_of(definition: Definition, kind: str, place: str) -> list[str]:
    """The tests a sample is for: those its step names, else all that the specification does on this kind."""
    try:
        sampling = definition.step(Place.parse(place).step_place).samples if place else ()
    except BadPlace as error:
        raise BadInput(Objection("bad_place", N_("{reason}"), {"reason": str(error)}, "place")) from error
    named = [test for sample in sampling if sample.sample == kind for test in sample.tests]
    return named or [test.key for test in definition.testing.tests if test.sample == kind]


def _is_foreign(source: Record, batch: Batch) -> Objection | None:
    if source.pk == batch.record_id or batch.record_id in ancestor_ids([source]):
        return None
    template = N_("{source} does not belong to batch {batch}.")
    return Objection("foreign_source", template, {"source": source.address, "batch": batch.number}, "source")


def _against_drawing(batch: Batch, kind: SampleKind, source: Record, unit: Unit | None) -> list[Objection | None]:
    division = unit.division if unit else ""
    spent = unit is not None and unit.condition == Condition.SPENT and not was_sampled(source)
    template = N_("Unit {unit} is used up.")
    return [
        rules.is_not_begun(BatchState(batch.state)),
        rules.is_wrong_source(kind.source_of, kind.division, source.kind, division),
        Objection("unit_spent", template, {"unit": source.number}, "source") if spent else None,
        Objection("unit_set_apart", N_("Unit {unit} is set apart for a study."), {"unit": source.number}, "source")
        if unit is not None and unit.custody == Custody.SET_APART
        else None,
        Objection("unit_destroyed", N_("Unit {unit} was destroyed."), {"unit": source.number}, "source")
        if unit is not None and unit.custody == Custody.DESTROYED
        else None,
    ]


def _text(kind: SampleKind) -> str:
    return "" if kind.amount is None else f"{kind.amount:f}"


def _number(change: Change, sample: Sample) -> None:
    batch = sample.batch
    sample.number = f"{batch.number}-S{Sample.objects.filter(batch=batch).count() + 1:02}"
    sample.record = change.open_record("sample", sample.number, site=batch.site.code)
    change.create(sample)
    link(change, children=[sample.record], parent=sample.source)


def receive_sample(
    *, sample: Sample, received_at: datetime, actor: Actor, at: datetime, happened: Happened | None = None
) -> Sample:
    """Take a sample into the laboratory. One that is too old for its tests is refused, or kept with an event."""
    who = require(actor, Role.ANALYST, sample.batch.site.code, at=at, about=sample.record.address)
    received_at = happened.at if happened else received_at
    reason = happened.reason if happened else ""
    stop_if(is_future(received_at, at, "received_at"))
    touching = [sample.record, sample.batch.record]
    with audited(actor=who, action="sample.received", at=at, reason=reason, touching=touching) as change:
        sample = sample_now(sample)
        tests = [test for key in sample.tests if (test := definition_of_batch(sample.batch).test(key))]
        stop_if(
            rules.is_not_drawn(SampleState(sample.state), sample.number),
            rules.is_before(received_at, sample.drawn_at, "received_at"),
        )
        ages = [rules.is_too_old(test, sample.drawn_at, received_at) for test in tests]
        overridden = stop_if(*ages, happened=happened)
        kept = [*sample.overridden, *marks(overridden)]
        change.update(
            sample, state=SampleState.RECEIVED, received_at=received_at, received_by=who.username, overridden=kept
        )
        report_accepted(change, subject=sample.batch.record, overridden=overridden, happened=happened)
        return sample


def refuse_sample(*, sample: Sample, reason: str, actor: Actor, at: datetime) -> Sample:
    """Refuse a sample at the laboratory: broken, unlabelled, too old. Its tests need another one."""
    who = require(actor, Role.ANALYST, sample.batch.site.code, at=at, about=sample.record.address)
    stop_if(reason_is_missing(reason))
    with audited(actor=who, action="sample.refused", at=at, reason=reason, touching=[sample.record]) as change:
        sample = sample_now(sample)
        stop_if(rules.is_not_drawn(SampleState(sample.state), sample.number))
        return change.update(
            sample, state=SampleState.REFUSED, refuse_reason=reason, received_at=at, received_by=who.username
        )


def print_sample_labels(*, sample: Sample, copies: int, actor: Actor, at: datetime, reason: str = "") -> Document:
    """Print the labels of a sample, one for each container; once more only with the reason."""
    who = require(actor, TAKERS, sample.batch.site.code, at=at, about=sample.record.address)
    reason = reason.strip()
    with audited(actor=who, action="sample.labels.printed", at=at, reason=reason, touching=[sample.record]) as change:
        sample = sample_now(sample)
        sheets = len(label_sheets_about(sample.record))
        stop_if(
            rules.is_refused(SampleState(sample.state), sample.number),
            is_no_count_of_labels(copies),
            is_unexplained_reprint(sheets, reason),
        )
        sheet = sample_labels(sample, copies, sheets + 1)
        change.note(sample.record, "sample.labels.printed", sheet=sheet.number, copies=copies)
        return request_document(change, content=sheet, subject=sample.record, site=sample.batch.site.code)
