"""What comes with the dose: endotoxin per kg and hour, DMSO per kg, each against the cap of the master record."""

from collections.abc import Collection
from decimal import Decimal

from apps.core.errors import Objection
from apps.core.text import N_
from apps.dosing.facts import Working
from apps.dosing.rules.saying import said
from apps.dosing.rules.volumes import HALF_UP
from apps.products.definition.dosing import DoseCap
from apps.products.definition.limits import NumericLimit
from apps.products.facts import Verdict
from apps.products.rules import formulas
from apps.products.rules.limits import judge_number
from apps.products.rules.rounding import round_half_up

ENDOTOXIN, DMSO = "endotoxin_dose", "dmso_dose"


def endotoxin_burden(per_ml: Decimal, volume: Decimal, weight: Decimal, hours: Decimal) -> Working:
    """EU per kg and hour; an infusion under one hour counts its whole dose as one hour."""
    exact = formulas.endotoxin(per_ml, volume, weight, hours) or Decimal(0)
    how = f"{said(per_ml)} EU/mL × {said(volume)} mL ÷ {said(weight)} kg ÷ max({said(hours)} h, 1 h)"
    return Working(
        N_("Endotoxin per kg and hour"), how, exact, round_half_up(exact, 2), "[IU]/kg/h", HALF_UP, {"decimals": 2}
    )


def dmso_burden(volume: Decimal, percent: Decimal, weight: Decimal) -> Working:
    """Grams per kg; the density of DMSO is 1.10 g/mL."""
    exact = formulas.dmso(volume, percent, weight) or Decimal(0)
    how = f"{said(volume)} mL × {said(percent)} % × 1.10 g/mL ÷ {said(weight)} kg"
    return Working(N_("DMSO per kg"), how, exact, round_half_up(exact, 3), "g/kg", HALF_UP, {"decimals": 3})


def share_burden(amount: Decimal, percent: Decimal, weight: Decimal) -> Working:
    """The cells of a kind in the dose, per kg: T cells of a donor, which may attack the patient."""
    exact = amount * percent / 100 / weight
    how = f"{said(amount)} × {said(percent)} % ÷ {said(weight)} kg"
    return Working(
        N_("Cells that count, per kg"), how, exact, round_half_up(exact, 0), "{cells}/kg", HALF_UP, {"decimals": 0}
    )


def needs_a_word(cap: DoseCap, burden: Working, words: Collection[str]) -> Objection | None:
    """Beyond its alert a burden is given on the word of the order only: a protocol that asks for it."""
    if cap.override is None or cap.override in words:
        return None
    if judge_number(cap.limit, burden.exact).verdict is not Verdict.ALERT:
        return None
    template = N_("{burden}: {value}. The order does not say by which protocol.")
    facts = {"burden": cap.label.en, "burden_zh": cap.label.zh, "value": said(burden.shown)}
    return Objection("burden_needs_a_word", template, facts)


def endotoxin_allowed(limit: Decimal, volume: Decimal, weight: Decimal, hours: Decimal) -> Working:
    """The endotoxin per mL up to which a dose of this volume may be given."""
    exact = limit * weight * max(hours, Decimal(1)) / volume
    how = f"{said(limit)} EU/(kg·h) × {said(weight)} kg × max({said(hours)} h, 1 h) ÷ {said(volume)} mL"
    return Working(N_("Endotoxin allowed"), how, exact, round_half_up(exact, 2), "[IU]/mL", HALF_UP, {"decimals": 2})


def is_over(cap: DoseCap, burden: Working) -> Objection | None:
    """A burden beyond its cap forbids the dose."""
    if judge_number(cap.limit, burden.exact).verdict in (Verdict.PASS, Verdict.ALERT, Verdict.RECORDED):
        return None
    high = cap.limit.high if isinstance(cap.limit, NumericLimit) else None
    template = N_("{burden}: {value}, the cap is {cap}.")
    facts = {
        "burden": cap.label.en,
        "burden_zh": cap.label.zh,
        "value": said(burden.shown),
        "cap": said(high) if high is not None else "",
    }
    return Objection("burden_too_high", template, facts)
