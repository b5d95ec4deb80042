"""Rows as facts to be shown."""

from collections.abc import Collection, Iterable, Mapping

from apps.audit.selectors import version_of
from apps.batches.facts.lines import (
    EventFact,
    FieldFact,
    FileFact,
    HoldFact,
    MoveFact,
    Sentence,
    SignatureFact,
    StepLine,
    ValueFact,
    VesselFact,
)
from apps.batches.facts.pages import BatchHeader
from apps.batches.facts.stood import Recorded
from apps.batches.facts.words import BatchState, Origin, StepState
from apps.batches.lifecycle import moves_from
from apps.batches.models import Attachment, Batch, RecordedValue, Step, Vessel
from apps.batches.rules.completion import StepView
from apps.batches.rules.order import open_before
from apps.batches.selectors.plans import plan_of
from apps.batches.selectors.situation import Value, place_of
from apps.batches.selectors.steps import Sheet
from apps.products.definition import Definition
from apps.products.definition.limits import Ends, SpanEnds
from apps.products.definition.parameters import Recordable
from apps.products.facts import BadPlace, Place, Verdict
from apps.products.facts.entered import gravest
from apps.products.rules.limits import ends_text, limit_text, span_text
from apps.quality.models import Event, Hold
from apps.signatures.models import Signature

Values = Mapping[Place, RecordedValue] | Mapping[Place, Recorded]


def header_of(batch: Batch) -> BatchHeader:
    """What never scrolls away. `batch` is read with its record, site, donation and version."""
    definition = plan_of(batch).definition
    version = batch.product_version
    return BatchHeader(
        number=batch.number,
        address=batch.record.address,
        version=version_of(batch.record),
        state=BatchState(batch.state),
        title=definition.title,
        product=version.number,
        band=definition.band.word,
        band_colour=definition.band.colour.value,
        regime=definition.regime.value,
        site=batch.site.code,
        zone=batch.site.timezone,
        donor=batch.donor_code,
        donation=batch.din,
        planned_start=batch.planned_start,
        started_at=batch.started_at,
        finished_at=batch.finished_at,
        definition_sha256=batch.definition_sha256,
        is_amended=batch.definition_sha256 != version.sha256,
    )


def value_fact(row: RecordedValue) -> ValueFact:
    """A recorded value to be shown. `row` is read with its file and second signature."""
    judgement = row.judgement or {}
    return ValueFact(
        id=row.pk,
        place=place_of(row.place),
        text=row.text,
        unit=row.unit,
        given_unit=row.given_unit,
        number=row.number,
        rounded=row.rounded,
        comparator=row.comparator,
        instant=row.instant,
        verdict=Verdict(row.verdict),
        sentence=Sentence(judgement.get("template", ""), judgement.get("facts", {})),
        performed_at=row.performed_at,
        recorded_at=row.recorded_at,
        performed_by=row.performed_by,
        recorded_by=row.recorded_by,
        printed_name=row.printed_name,
        origin=Origin(row.origin),
        function=row.function,
        is_late=row.is_late,
        has_happened=row.has_happened,
        overridden=tuple(one["text"] for one in row.overridden),
        reason=row.reason,
        is_correction=row.supersedes_id is not None,
        second=row.second.printed_name if row.second else "",
        file=file_fact(row.file) if row.file else None,
    )


def file_fact(file: Attachment) -> FileFact:
    """An attachment to be shown."""
    certified = signature_fact(file.certified) if file.certified else None
    return FileFact(file.pk, file.name, file.sha256, file.media_type, file.size, file.is_paper, certified)


def signature_fact(signature: Signature, *, covers: bool = True) -> SignatureFact:
    """A signature to be shown."""
    return SignatureFact(
        signature.username,
        signature.printed_name,
        signature.printed_name_zh,
        signature.role,
        signature.title_en,
        signature.title_zh,
        signature.meaning,
        signature.signed_at,
        signature.content_hash,
        covers,
    )


def field_fact(
    place: Place,
    field: Recordable,
    value: RecordedValue | None,
    earlier: Collection[RecordedValue],
    displays: Mapping[str, str],
) -> FieldFact:
    """A field of a form with what stands there."""
    unit = getattr(field, "unit", "") or ""
    sources = [one for one in (field.source, getattr(field.limit, "source", None)) if one]
    wants = getattr(field, "material", "") or getattr(field, "equipment", "") or getattr(field, "vessel", "")
    return FieldFact(
        place=place,
        key=field.key,
        label=field.label,
        kind=field.kind,
        unit=displays.get(unit, unit),
        decimals=getattr(field, "decimals", None),
        limit=limit_text(field.limit) if field.limit else "",
        alert=_alert_text(field),
        required=field.required,
        critical=field.critical,
        row=place.row,
        help=field.help,
        options=tuple(getattr(field, "options", ())),
        accepts=tuple(getattr(field, "accepts", ())),
        wants=wants,
        site_to_confirm=any(one.site_to_confirm for one in sources),
        value=value_fact(value) if value else None,
        history=tuple(value_fact(row) for row in earlier),
    )


def _alert_text(field: Recordable) -> str:
    alert = getattr(field.limit, "alert", None)
    if isinstance(alert, Ends):
        return "" if alert.is_empty else ends_text(alert)
    return span_text(alert) if isinstance(alert, SpanEnds) else ""


def step_line(
    sheet: Sheet[Value],
    view: StepView,
    number: int,
    own: Values,
    waits_for: tuple[Place, ...],
) -> StepLine:
    """A step as a line of the record. `own` are the values that stand in it."""
    row = sheet.rows[view.place]
    return StepLine(
        place=view.place,
        label=view.step.label,
        number=number,
        state=view.state,
        is_locked=bool(waits_for) and view.state is StepState.OPEN,
        waits_for=waits_for,
        required=len(view.missing) + len(own),
        missing=len(view.missing),
        verdict=gravest(Verdict(value.verdict) for value in own.values()),
        late=sum(value.is_late for value in own.values()),
        corrected=sum(value.supersedes_id is not None for value in own.values()),
        is_critical=view.step.critical,
        wants_signature=view.wants_signature,
        is_signed_alone=view.is_signed_alone,
        is_signed=view.is_signed,
        wants_witness=view.wants_witness,
        wants_check=view.wants_check,
        has_second=view.has_second,
        is_uncovered=view.is_uncovered,
        completed_by=row.completed_by,
        completed_at=row.completed_at,
        performed=_signature(row, "performed", view.is_signed),
        second=_signature(row, "second", view.has_second),
    )


def _signature(row: Step, name: str, covers: bool) -> SignatureFact | None:
    signature = getattr(row, name)
    return signature_fact(signature, covers=covers) if signature else None


def waiting_for(definition: Definition, step: Place, states: Mapping[Place, StepState]) -> tuple[Place, ...]:
    """What a step waits for; nothing when an amendment took the step away."""
    try:
        return open_before(definition, step, states)
    except BadPlace:
        return ()


def hold_fact(hold: Hold) -> HoldFact:
    """An open hold to be shown."""
    return HoldFact(
        hold.pk,
        hold.record.address,
        hold.key,
        tuple(sorted(hold.blocks)),
        Sentence(hold.template, hold.facts),
        hold.liftable_by,
        hold.placed_at,
        hold.placed_by,
        hold.due_at,
    )


def event_fact(event: Event) -> EventFact:
    """An event to be shown."""
    return EventFact(
        event.record.number,
        event.kind,
        event.severity,
        event.state,
        event.about,
        Sentence(event.template, event.facts),
        event.opened_at,
        event.opened_by,
    )


def vessel_fact(vessel: Vessel) -> VesselFact:
    """A vessel to be shown."""
    return VesselFact(
        vessel.number,
        vessel.kind,
        vessel.row,
        vessel.section,
        vessel.state,
        vessel.opened_at,
        vessel.closed_at,
    )


def moves_of(batch: Batch) -> tuple[MoveFact, ...]:
    """The verbs that lead on from here: the buttons of the page."""
    moves = moves_from(BatchState(batch.state))
    return tuple(MoveFact(move.verb, move.label, move.roles, move.needs_reason) for move in moves)


def by_step(values: Mapping[Place, Value]) -> dict[Place, dict[Place, Value]]:
    """The values that stand, step by step."""
    found: dict[Place, dict[Place, Value]] = {}
    for place, value in values.items():
        found.setdefault(place.step_place, {})[place] = value
    return found


def states_in(rows: Iterable[tuple[Place, Step]]) -> dict[Place, StepState]:
    """The states of step rows."""
    return {place: StepState(row.state) for place, row in rows}
