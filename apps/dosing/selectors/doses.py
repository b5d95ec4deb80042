"""Reads of doses: what the thawed units hold, the volume that follows from it, what stands against it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from apps.core.errors import Objection, RuleBroken
from apps.core.text import N_
from apps.dosing.facts import Contents, DoseInput, Working
from apps.dosing.models import Dose, Thaw, TreatmentOrder
from apps.dosing.rules import choosing, ordering, preparing, thawing
from apps.dosing.selectors.orders import content_of
from apps.dosing.selectors.units import reservations_of
from apps.products.definition import Bilingual, Definition, NumberParameter
from apps.products.definition.dosing import Arm
from apps.products.definition.parameters import Recordable
from apps.products.facts import Comparator, Entered, ParameterKind
from apps.products.loader import standard_tables, units
from apps.products.rules.numbers import read_entry
from apps.products.rules.rounding import plain
from apps.products.selectors import definition_of
from apps.units.facts import Condition
from apps.units.models import Unit

VIABILITY, RECOVERY, THAWED_AT = "viability", "viable_recovery", "thawed_at"
WORKED_OUT = (RECOVERY, THAWED_AT)  # the system knows them; nobody types them
COUNTED = Bilingual(en="Counted per mL", zh="每毫升计数")
ENDOTOXIN = Bilingual(en="Endotoxin", zh="内毒素")
DMSO = Bilingual(en="DMSO", zh="DMSO")


@dataclass(frozen=True)
class PreparedDose:
    """A dose worked out: the volume, line by line, the readings, until when, and all that stands against it."""

    volume: Decimal = Decimal(0)
    amount: Decimal = Decimal(0)
    remainder: Decimal = Decimal(0)
    unit: str = ""
    expires_at: datetime = datetime(9999, 1, 1, tzinfo=UTC)
    units: tuple[Unit, ...] = ()
    workings: tuple[Working, ...] = ()
    readings: tuple[tuple[Recordable, Entered], ...] = ()
    objections: tuple[Objection, ...] = field(default=())


def kept_units(order: TreatmentOrder) -> list[Unit]:
    """The units of an order, in the order they were kept."""
    return [row.unit for row in reservations_of(order)]


def thaws_of(order: TreatmentOrder) -> list[Thaw]:
    """What was thawed for an order, first to last."""
    return list(Thaw.objects.filter(order=order).select_related("unit").order_by("thawed_at", "pk"))


def dose_of(order: TreatmentOrder) -> Dose | None:
    """The dose that stands for an order."""
    return Dose.objects.filter(order=order, replaced_at=None).select_related("record").first()


def standing_dose(order: TreatmentOrder) -> Dose:
    """The dose that stands for an order. Raises RuleBroken while none was worked out."""
    dose = dose_of(order)
    if dose is None:
        raise RuleBroken(Objection("no_dose", N_("No dose was worked out yet.")))
    return dose


def asked_after_thawing(definition: Definition) -> list[Recordable]:
    """What a person reads and enters when the units are thawed."""
    return [one for one in definition.dosing.thaw if one.key not in WORKED_OUT]


def said_of(dose: Dose) -> DoseInput:
    """What was entered for a dose."""
    return DoseInput(dose.counted, dose.endotoxin, dose.dmso, dose.answers)


def prepare_dose(order: TreatmentOrder, said: DoseInput) -> PreparedDose:
    """Work the volume out as it would be signed now."""
    definition, kept = definition_of(order.product_version), kept_units(order)
    arm = definition.dosing.arm(order.arm)
    frozen = [unit.number for unit in kept if unit.condition == Condition.FROZEN]
    against = [thawing.are_not_thawed(frozen), choosing.are_too_few(kept, order.units_to_thaw)]
    against += [choosing.would_expire(one.number, one.expires_at, order.planned_end) for one in kept]
    standing = [objection for objection in against if objection]
    contents = _contents(definition, arm, kept, said) if arm and kept else None
    if arm is None or contents is None or isinstance(contents, Objection):
        more = [contents] if isinstance(contents, Objection) else []
        return PreparedDose(units=tuple(kept), objections=(*standing, *more))
    return _worked_out(order, definition, arm, kept, said, contents, standing)


def prepare_dose_again(order: TreatmentOrder, dose: Dose) -> PreparedDose:
    """Work a dose out once more, for the second person."""
    return prepare_dose(order, said_of(dose))


def _worked_out(
    order: TreatmentOrder,
    definition: Definition,
    arm: Arm,
    kept: Sequence[Unit],
    said: DoseInput,
    contents: Contents,
    standing: Sequence[Objection],
) -> PreparedDose:
    recovery = _recovery(definition, contents)
    readings, wrong = _readings(order, definition, said, recovery)
    strengths = _strengths(said)
    patient = preparing.Patient(order.weight, _hours(order.planned_end - order.planned_start), order.amount)
    volume = preparing.volume_of(arm, contents, patient, definition.dosing.dose_tolerance.value)
    against = [*standing, *wrong, *(one for one in strengths if isinstance(one, Objection))]
    lines = (*contents.workings, *([recovery] if recovery else []))
    found = PreparedDose(unit=arm.amount_unit, units=tuple(kept), readings=readings, expires_at=_end(kept))
    if isinstance(volume, Objection):
        return replace(found, workings=lines, objections=(*against, volume))
    shares = {one.key: entered.number for one, entered in readings if entered.number is not None}
    words = frozenset(key for key, text in order.answers.items() if str(text).strip())
    counted = (one if isinstance(one, Decimal) else None for one in strengths)
    known = preparing.Strengths(*counted, shares=shares, words=words)
    burdens, over = preparing.against_the_caps(arm, definition.dosing.caps, volume, patient, known)
    return replace(
        found,
        volume=volume.volume,
        amount=volume.amount,
        remainder=volume.remainder,
        workings=(*lines, *volume.workings, *burdens),
        objections=(*against, *over),
    )


def _contents(definition: Definition, arm: Arm, kept: Sequence[Unit], said: DoseInput) -> Contents | Objection:
    in_ml = [units().convert(unit.volume, unit.volume_unit, "mL") for unit in kept]
    volume = preparing.thawed_volume(in_ml)
    strength = _strength(definition, arm, said)
    if isinstance(strength, Objection):
        return strength
    labelled = content_of(definition, arm) * len(kept)
    if arm.amount_unit == "{cells}":
        cells = [(one.viable_cells, one.cells_unit) for one in kept]
        labelled = sum((units().convert(n, unit, "{cells}") for n, unit in cells if n is not None), Decimal(0))
    return Contents(volume.exact, labelled, strength.exact, arm.amount_unit, (volume, strength))


def _strength(definition: Definition, arm: Arm, said: DoseInput) -> Working | Objection:
    """What a millilitre holds: by the count where cells are dosed, by the label where volume or mass is."""
    if arm.amount_unit != "{cells}":
        fill = definition.units.fill
        exact = content_of(definition, arm) / units().convert(fill.volume.value, fill.volume.unit, "mL")
        return Working(N_("Concentration on the label"), plain(exact), exact, exact, f"{arm.amount_unit}/mL")
    counted = _number("counted", COUNTED, said.counted)
    if isinstance(counted, Objection):
        return counted
    viability = None
    if any(one.key == VIABILITY for one in definition.dosing.thaw):
        parameter = next(one for one in definition.dosing.thaw if one.key == VIABILITY)
        read = read_entry(parameter, said.answers.get(VIABILITY, ""))
        viability = read.number if isinstance(read, Entered) else None
        if viability is None:
            return Objection("viability_missing", N_("Say how many of the cells live."), place=VIABILITY)
    return preparing.viable(counted, viability, arm.amount_unit)


def _recovery(definition: Definition, contents: Contents) -> Working | None:
    """Only where the master record judges it."""
    found = next((one for one in definition.dosing.thaw if one.key == RECOVERY), None)
    return preparing.recovery(contents, found.decimals) if isinstance(found, NumberParameter) else None


def _readings(
    order: TreatmentOrder, definition: Definition, said: DoseInput, recovery: Working | None
) -> tuple[tuple[tuple[Recordable, Entered], ...], list[Objection]]:
    zone, table = ZoneInfo(order.site.timezone), standard_tables().units
    thaws = thaws_of(order)
    known: Mapping[str, str] = {
        RECOVERY: plain(recovery.shown) if recovery else "",
        THAWED_AT: thaws[0].thawed_at.astimezone(zone).isoformat(timespec="minutes") if thaws else "",
    }
    texts = {**said.answers, **known}
    asked = definition.dosing.thaw
    read = {one.key: read_entry(one, texts.get(one.key, ""), zone=zone, units=table) for one in asked}
    wrong = list(ordering.against_the_answers(asked, read))
    unasked = ordering.is_unasked(asked_after_thawing(definition), said.answers)
    good = tuple((one, entered) for one in asked if isinstance(entered := read[one.key], Entered))
    return good, [*wrong, *([unasked] if unasked else [])]


def _strengths(said: DoseInput) -> tuple[Decimal | Objection | None, ...]:
    """Endotoxin and DMSO in a millilitre; of "<0.05" the bound counts, of ">5" nobody knows how much it is."""
    asked = (("endotoxin", ENDOTOXIN, said.endotoxin), ("dmso", DMSO, said.dmso))
    return tuple(_number(key, label, text, censored=True) if text.strip() else None for key, label, text in asked)


def _number(key: str, label: Bilingual, text: str, *, censored: bool = False) -> Decimal | Objection:
    parameter = NumberParameter(
        key=key, label=label, kind=ParameterKind.NUMBER, unit="1", decimals=9, censored=censored
    )
    read = read_entry(parameter, text)
    if isinstance(read, Objection):
        return read
    if read.number is None or read.number < 0:
        return Objection("number_missing", N_("{field}: not said."), {"field": label}, key)
    if read.comparator is Comparator.ABOVE:
        return Objection(
            "no_upper_bound", N_("{field}: what lies above a bound can’t be worked with."), {"field": label}, key
        )
    return read.number


def _hours(span: timedelta) -> Decimal:
    return Decimal(int(span.total_seconds())) / 3600


def _end(kept: Sequence[Unit]) -> datetime:
    return min(unit.expires_at for unit in kept)
