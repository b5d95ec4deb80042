"""The batch record, place by place: limits, times of entry, signatures, materials, devices, hold times, sums."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from apps.batches.facts.stood import Recorded
from apps.batches.rules.completion import StepView
from apps.batches.rules.plan import field_of
from apps.batches.selectors.situation import entered_of
from apps.batches.selectors.steps import Outline
from apps.core.errors import Objection
from apps.core.prepared import Prepared
from apps.facility.models import Instrument
from apps.facility.rules import is_out_of_service, is_past_calibration, is_past_qualification
from apps.materials.models import MaterialLot
from apps.materials.rules import is_expired, is_not_released
from apps.products.definition.limits import TimeLimit
from apps.products.definition.parameters import ComputedParameter, Recordable
from apps.products.facts import BadPlace, ParameterKind, Place, Verdict
from apps.products.loader import standard_tables
from apps.products.rules.computed import compute
from apps.release.facts import Check, Finding, FindingKind, Looked

_LOTS = Prepared(lambda rows: MaterialLot.objects.filter(pk__in=rows))
_DEVICES = Prepared(lambda rows: Instrument.objects.filter(pk__in=rows))
GOOD = (Verdict.PASS, Verdict.RECORDED)
KIND_OF = {
    Verdict.ACTION: FindingKind.ACTION,
    Verdict.FAIL: FindingKind.ACTION,
    Verdict.NOT_EVALUABLE: FindingKind.NOT_EVALUABLE,
    Verdict.ALERT: FindingKind.ALERT,
}


@dataclass(frozen=True)
class Stood:
    """A value that stands, at its place, with what the master asks there."""

    place: Place
    value: Recorded
    parameter: Recordable
    address: str
    label: str

    def finding(self, check: Check, kind: FindingKind, note: str = "") -> Finding:
        """The value as something to look at."""
        value = self.value
        what = f"{self.label}: {value.text} {value.unit}".strip()
        return Finding(
            kind=kind,
            what=what,
            place=str(self.place),
            at=value.recorded_at,
            who=value.printed_name,
            note=note or value.reason,
            url_address=f"{self.address}/{self.place}",
            check=check,
            key=f"{check}:{value.pk}",
        )


def values_of(sheet: Outline, address: str) -> list[Stood]:
    """Every value that stands; a place that an amendment took away after it was filled is left out."""
    found = []
    for place, value in sheet.values.items():
        try:
            step, parameter = sheet.plan.definition.step(place), sheet.plan.definition.parameter(place)
        except BadPlace:
            continue
        found.append(Stood(place, value, parameter, address, f"{step.label.en}, {parameter.label.en}"))
    return found


def look_at_values(values: Iterable[Stood]) -> Iterator[Looked]:
    """The values of a record, question by question."""
    values = list(values)
    typed = [one for one in values if one.value.kind != ParameterKind.COMPUTED]
    timed = [one for one in typed if isinstance(one.parameter.limit, TimeLimit)]
    limited = [one for one in typed if one.parameter.limit is not None and one not in timed]
    yield _held_to_limits(Check.VALUES, limited)
    yield Looked(Check.ENTRIES, len(typed), tuple(_entries(typed)))
    yield _held_to_limits(Check.HOLD_TIMES, timed)
    yield _things(Check.MATERIALS, [one for one in typed if one.value.lot_id], _against_lots)
    yield _things(Check.DEVICES, [one for one in typed if one.value.instrument_id], _against_devices)


def _held_to_limits(check: Check, values: Iterable[Stood]) -> Looked:
    values = list(values)
    odd = [one for one in values if Verdict(one.value.verdict) in KIND_OF]
    return Looked(check, len(values), tuple(one.finding(check, KIND_OF[Verdict(one.value.verdict)]) for one in odd))


def _entries(values: Iterable[Stood]) -> Iterator[Finding]:
    """Entered against a rule, corrected, late: the gravest of them."""
    for one in values:
        kinds = (
            (FindingKind.RECORDED_AGAINST_RULE, one.value.has_happened and bool(one.value.overridden)),
            (FindingKind.CORRECTED, one.value.supersedes_id is not None),
            (FindingKind.LATE, one.value.is_late),
        )
        kind = next((kind for kind, stands in kinds if stands), None)
        if kind:
            yield one.finding(Check.ENTRIES, kind)


def _things(check: Check, values: list[Stood], against: Callable[[list[Stood]], Iterable[Finding]]) -> Looked:
    return Looked(check, len(values), tuple(against(values)))


def _against_lots(values: list[Stood]) -> Iterator[Finding]:
    """Lots as they are known now: rejected after their use, or past their expiry at it."""
    lots = {lot.pk: lot for lot in _LOTS(sorted({one.value.lot_id for one in values}))} if values else {}
    for one in values:
        facts = lots[one.value.lot_id].facts
        yield from _objected(one, Check.MATERIALS, FindingKind.MATERIAL, (
            is_not_released(facts), is_expired(facts, one.value.performed_at)
        ))  # fmt: skip


def _against_devices(values: list[Stood]) -> Iterator[Finding]:
    """Instruments as they are known now: out of service, or out of calibration or qualification when they were used."""
    devices = {one.pk: one for one in _DEVICES(sorted({one.value.instrument_id for one in values}))} if values else {}
    for one in values:
        facts = devices[one.value.instrument_id].facts
        yield from _objected(one, Check.DEVICES, FindingKind.DEVICE, (
            is_out_of_service(facts),
            is_past_calibration(facts, one.value.performed_at),
            is_past_qualification(facts, one.value.performed_at),
        ))  # fmt: skip


def _objected(one: Stood, check: Check, kind: FindingKind, objections: Iterable[Objection | None]) -> Iterator[Finding]:
    said = " ".join(objection.text for objection in objections if objection)
    if said and not one.value.has_happened:  # what was recorded against the rule is found among the entries
        yield one.finding(check, kind, said)


def look_at_computations(values: Iterable[Stood], sheet: Outline) -> Looked:
    """Every computed value worked out once more from what stands, and held to its limit."""
    units, plan, by_field = standard_tables().units, sheet.plan, _by_field(sheet.values)
    written = (one for one in values if one.value.text)
    computed = [(one, one.parameter) for one in written if isinstance(one.parameter, ComputedParameter)]
    found = []
    for one, parameter in computed:
        known = [place for field in plan.inputs[field_of(one.place)] for place in by_field[field]]
        inputs = plan.definition.inputs_of(one.place, known)
        given = {name: tuple(entered_of(sheet.values[at]) for at in places) for name, places in inputs.items()}
        again = compute(parameter, given, units)
        verdict = Verdict(one.value.verdict)
        if again is None or (again.text, again.verdict) != (one.value.text, verdict):
            found.append(one.finding(Check.RECOMPUTED, FindingKind.DIFFERS, again.text if again else ""))
        elif verdict in KIND_OF:
            found.append(one.finding(Check.RECOMPUTED, KIND_OF[verdict]))
    return Looked(Check.RECOMPUTED, len(computed), tuple(found))


def _by_field(places: Iterable[Place]) -> Mapping[str, list[Place]]:
    found = defaultdict(list)
    for place in places:
        found[field_of(place)].append(place)
    return found


def look_at_signatures(sheet: Outline, address: str) -> Looked:
    """Every signature that was given on a step, and whether it covers what the step holds now."""
    given, found = 0, []
    for place, view in sheet.views.items():
        row, asked = sheet.rows[place], _asked(view)
        given += len(asked)
        found += [
            Finding(
                kind=FindingKind.NOT_COVERED,
                what=f"{view.step.label.en}: {word}",
                place=str(place),
                at=row.completed_at,
                who=row.completed_by,
                url_address=f"{address}/{place}",
                check=Check.SIGNATURES,
                key=f"{Check.SIGNATURES}:{place}:{word}:{view.fingerprint[:12]}",
            )
            for word, covers in asked
            if not covers and row.completed_at is not None
        ]
    return Looked(Check.SIGNATURES, given, tuple(found))


def _asked(view: StepView) -> list[tuple[str, bool]]:
    """What the master wants signed on a step and somebody has signed, and whether it still covers."""
    second = "checked" if view.wants_check else "witnessed"
    asked = [
        ("performed", view.wants_signature and view.performed_hash, view.is_signed),
        (second, (view.wants_check or view.wants_witness) and view.second_hash, view.has_second),
    ]
    return [(word, covers) for word, signed, covers in asked if signed]
