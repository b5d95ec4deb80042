"""From what was counted to the volume that is drawn up: concentration, recovery, volume, cap and burdens."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from apps.core.errors import Objection
from apps.core.text import N_
from apps.dosing.facts import Contents, DoseVolume, Working
from apps.dosing.rules import amounts, burdens, volumes
from apps.dosing.rules.saying import said
from apps.products.definition.dosing import Arm, DoseCap
from apps.products.rules.rounding import round_half_up

WHOLE = Decimal(100)


@dataclass(frozen=True)
class Patient:
    """Who is dosed: weight, the hours of the infusion, what was ordered."""

    weight: Decimal
    hours: Decimal
    amount: Decimal


@dataclass(frozen=True)
class Strengths:
    """What comes with a millilitre: endotoxin (EU), DMSO (%). None where nothing is known of it.

    `shares` are readings in per cent of the cells; `words` is what the order says besides, by its keys.
    """

    endotoxin: Decimal | None = None
    dmso: Decimal | None = None
    shares: Mapping[str, Decimal] = field(default_factory=dict)
    words: Collection[str] = ()


def viable(counted: Decimal, viability: Decimal | None, unit: str) -> Working:
    """The viable cells of a millilitre: what was counted, times the share that lives. Where only living cells were
    counted there is no share."""
    per_ml = f"{unit}/mL"
    if viability is None:
        return Working(N_("Viable concentration"), said(counted, per_ml), counted, counted, per_ml)
    exact = counted * viability / WHOLE
    how = f"{said(counted, per_ml)} × {said(viability, '%')}"
    return Working(N_("Viable concentration"), how, exact, exact, per_ml)


def thawed_volume(volumes_of_units: Sequence[Decimal]) -> Working:
    """The volume of all units together."""
    total = sum(volumes_of_units, Decimal(0))
    return Working(
        N_("Volume of the units"), " + ".join(said(one, "mL") for one in volumes_of_units), total, total, "mL"
    )


def recovery(contents: Contents, decimals: int) -> Working | None:
    """What is still there of what the labels promise, in per cent."""
    if contents.labelled <= 0:
        return None
    exact = contents.concentration * contents.volume / contents.labelled * WHOLE
    left, right = said(contents.concentration, f"{contents.unit}/mL"), said(contents.labelled, contents.unit)
    how = f"{left} × {said(contents.volume, 'mL')} ÷ {right}"
    shown, facts = round_half_up(exact, decimals), {"decimals": decimals}
    return Working(N_("Viable recovery"), how, exact, shown, "%", volumes.HALF_UP, facts)


def volume_of(arm: Arm, contents: Contents, patient: Patient, tolerance: Decimal) -> DoseVolume | Objection:
    """The volume that holds what was ordered; all there is where the whole lot is the dose."""
    if not arm.whole_lot:
        return volumes.dose_volume(patient.amount, contents.unit, contents.concentration, contents.volume, tolerance)
    held = contents.concentration * contents.volume
    ordered = amounts.ordered_amounts(arm, patient.weight)
    short = amounts.falls_short(held, ordered, patient.weight)
    if short or held <= 0:
        return short or Objection("nothing_counted", N_("Nothing was counted after thawing."), place="counted")
    how = f"{said(contents.volume, 'mL')} × {said(contents.concentration, f'{contents.unit}/mL')}"
    all_of_it, volume = N_("all there is"), contents.volume
    lines = (
        Working(N_("Volume of the dose"), said(volume, "mL"), volume, volume, "mL", all_of_it),
        Working(N_("Amount in the dose"), how, held, held, contents.unit),
    )
    return DoseVolume(volume, held, Decimal(0), lines)


def against_the_caps(
    arm: Arm, caps: Sequence[DoseCap], dose: DoseVolume, patient: Patient, strengths: Strengths
) -> tuple[list[Working], list[Objection]]:
    """The burdens that come with the dose, and what stands against it: the cap of the arm, the caps of the master."""
    lines = [line for cap in caps if (line := _burden(cap, dose, patient, strengths))]
    ranged = arm.whole_lot and arm.dose_to
    most = amounts.ordered_amounts(arm, patient.weight).high if ranged else amounts.cap_of(arm, patient.weight)
    found: list[Objection | None] = [volumes.is_over_the_cap(dose.amount, most, arm.amount_unit)]
    for cap in caps:
        line = _burden(cap, dose, patient, strengths)
        found += [burdens.is_over(cap, line), burdens.needs_a_word(cap, line, strengths.words)] if line else []
        found.append(None if line else _unknown(cap))
    return lines, [objection for objection in found if objection]


def is_prepared_otherwise(stored: object, now: object) -> Objection | None:
    """The second person works the volume out once more; what comes out is what stands there."""
    if stored == now:
        return None
    return Objection("computed_otherwise", N_("Worked out again, the dose is not what stands here."))


def is_own_dose(person: str, prepared_by: str) -> Objection | None:
    """The second person is not who prepared."""
    if person != prepared_by:
        return None
    return Objection("same_person", N_("You prepared this dose; a second person checks it."))


def _burden(cap: DoseCap, dose: DoseVolume, patient: Patient, strengths: Strengths) -> Working | None:
    if cap.key == burdens.ENDOTOXIN and strengths.endotoxin is not None:
        return burdens.endotoxin_burden(strengths.endotoxin, dose.volume, patient.weight, patient.hours)
    if cap.key == burdens.DMSO and strengths.dmso is not None:
        return burdens.dmso_burden(dose.volume, strengths.dmso, patient.weight)
    if cap.share and cap.share in strengths.shares:
        return burdens.share_burden(dose.amount, strengths.shares[cap.share], patient.weight)
    return None


def _unknown(cap: DoseCap) -> Objection:
    if cap.share:
        template = N_("{burden}: say which share of the cells counts.")
        return Objection("burden_unknown", template, {"burden": cap.label.en, "burden_zh": cap.label.zh}, cap.share)
    template = N_("{burden}: say how much a millilitre holds.")
    place = "endotoxin" if cap.key == burdens.ENDOTOXIN else "dmso"
    return Objection("burden_unknown", template, {"burden": cap.label.en, "burden_zh": cap.label.zh}, place)
