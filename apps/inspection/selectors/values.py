"""Hops 2 and 3 of a value of the batch record and of a result of the laboratory: the field, and the row."""

from dataclasses import replace

from apps.audit.models import Record
from apps.batches.models import Batch, RecordedValue, Step
from apps.batches.rules.completion import fingerprint
from apps.batches.selectors.plans import definition_of_batch
from apps.batches.selectors.situation import history_of
from apps.inspection.facts import FormHop, RowHop, SignatureView
from apps.inspection.rules import ReportedPlace
from apps.products.definition import Bilingual
from apps.products.definition.parameters import Recordable
from apps.products.facts import BadPlace, Place
from apps.products.loader import units
from apps.products.rules.limits import limit_text
from apps.signatures.models import Signature
from apps.testing.models import Result


def form_of_place(batch: Batch, place: Place) -> FormHop | None:
    """The field that the master record in force makes of a place; None when it has no such place."""
    definition = definition_of_batch(batch)
    try:
        step, field = definition.step(place), definition.parameter(place)
    except BadPlace:
        return None
    return FormHop(
        section=str(place.section),
        step=step.label,
        label=field.label,
        kind=field.kind.value,
        unit=_unit(field),
        limit=limit_text(field.limit) if field.limit else "",
        record=step.record.value,
        check=step.check.value,
        role=step.role.value,
        batch=batch.number,
        step_place=str(place.step_place),
    )


def form_of_result(batch: Batch, place: ReportedPlace) -> FormHop | None:
    """The field of the worksheet that the specification makes of a reported quantity."""
    test = definition_of_batch(batch).test(place.test)
    field = test.result(place.parameter) if test else None
    if test is None or field is None:
        return None
    return FormHop(
        section=f"{test.method} v{test.method_version}",
        step=test.label,
        label=field.label,
        kind=field.kind.value,
        unit=_unit(field),
        limit=limit_text(field.limit) if field.limit else "",
        record="performed",
        check="after",
        role="ANALYST",
    )


def rows_at(batch: Batch, place: Place) -> RowHop | None:
    """The value that stands at a place, with those it superseded and the signatures on it."""
    rows = history_of(batch, place)
    if not rows:
        return None
    current = rows[-1]
    views = tuple(_value_row(row) for row in rows)
    return replace(views[-1], earlier=views[:-1], signatures=_signatures_on(current))


def result_rows(record: Record, place: ReportedPlace) -> tuple[RowHop | None, list[Result]]:
    """A reported result with those it superseded, oldest first."""
    found = Result.objects.filter(
        line__sample__record=record,
        line__run__number=place.run,
        test=place.test,
        parameter=place.parameter,
        replicate=place.replicate,
    )
    rows = list(found.select_related("tested_signature", "reviewed_signature").order_by("pk"))
    if not rows:
        return None, []
    views = tuple(_result_row(row) for row in rows)
    last = rows[-1]
    signed = (signature_view(one) for one in (last.tested_signature, last.reviewed_signature) if one)
    return replace(views[-1], earlier=views[:-1], signatures=tuple(signed)), rows


def signature_view(signature: Signature, *, covers: bool = True) -> SignatureView:
    """A signature as people see it."""
    return SignatureView(
        printed_name=signature.printed_name,
        printed_name_zh=signature.printed_name_zh,
        role_title=Bilingual(
            en=signature.title_en or signature.role.replace("_", " ").lower(),
            zh=signature.title_zh or signature.title_en or signature.role,
        ),
        meaning=signature.meaning,
        at=signature.signed_at,
        hash=signature.content_hash,
        covers=covers,
    )


def _signatures_on(value: RecordedValue) -> tuple[SignatureView, ...]:
    """Those of the step (do they cover what it holds now?) and the second person's on the value itself."""
    step = Step.objects.select_related("performed", "second").get(pk=value.step_id)
    present = fingerprint(_held_in(step))
    signed = [(step.performed, step.performed_hash == present), (step.second, step.second_hash == present)]
    signed.append((value.second, True))
    return tuple(signature_view(one, covers=covers) for one, covers in signed if one)


def _held_in(step: Step) -> list[RecordedValue]:
    recorded = RecordedValue.objects.filter(step=step).order_by("pk")
    return list({row.place: row for row in recorded}.values())


def _value_row(row: RecordedValue) -> RowHop:
    return RowHop(
        table=row._meta.db_table,
        pk=row.pk,
        text=row.text,
        unit=units().display(row.unit) if row.unit else "",
        verdict=row.verdict,
        performed_at=row.performed_at,
        recorded_at=row.recorded_at,
        recorded_by=row.recorded_by,
        printed_name=row.printed_name,
        origin=row.origin,
        reason=row.reason,
        is_late=row.is_late,
        has_happened=row.has_happened,
    )


def _result_row(row: Result) -> RowHop:
    return RowHop(
        table=row._meta.db_table,
        pk=row.pk,
        text=row.text,
        unit=units().display(row.unit) if row.unit else "",
        verdict=row.verdict,
        performed_at=row.tested_at,
        recorded_at=row.recorded_at,
        recorded_by=row.analyst,
        printed_name=row.analyst_name,
        reason=row.reason,
        is_late=row.late,
        has_happened=row.happened,
    )


def _unit(field: Recordable) -> str:
    unit = getattr(field, "unit", "") or ""
    return units().display(unit) if unit else ""
