"""The dose is a volume: what is drawn up follows from what was counted after thawing; the remainder is destroyed."""

from decimal import Decimal

from apps.core.errors import Objection
from apps.core.text import N_
from apps.dosing.facts import DoseVolume, Working
from apps.dosing.rules.saying import said
from apps.products.rules.rounding import round_half_up

DECIMALS = 1  # of a millilitre: what a syringe or a pump is read to
HALF_UP = N_("rounded half up to {decimals} decimals")
OF_ONE = {"decimals": DECIMALS}


def dose_volume(
    amount: Decimal, unit: str, concentration: Decimal, available: Decimal, tolerance: Decimal
) -> DoseVolume | Objection:
    """The volume that holds the amount. All of it is given where it falls short by no more than the tolerance."""
    if concentration <= 0:
        return Objection("nothing_counted", N_("Nothing was counted after thawing."), place="concentration")
    exact = amount / concentration
    drawn = available if exact > available else min(round_half_up(exact, DECIMALS), available)
    held = drawn * concentration
    if abs(held - amount) > amount * tolerance / 100:
        return _too_little(amount, held, unit, tolerance)
    workings = (
        _drawn(amount, unit, concentration, exact, drawn, available),
        *_told(amount, unit, concentration, drawn, held, available, tolerance),
    )
    return DoseVolume(drawn, held, available - drawn, workings)


def is_over_the_cap(amount: Decimal, cap: Decimal | None, unit: str) -> Objection | None:
    """What is drawn up never holds more than the cap of a single dose."""
    if cap is None or amount <= cap:
        return None
    template = N_("The dose would hold {amount}; the cap is {cap}.")
    return Objection("over_the_cap", template, {"amount": said(amount, unit), "cap": said(cap, unit)})


def volume_of_mass(amount: Decimal, per_ml: Decimal) -> Working:
    """The volume that holds a mass of a solution of known strength."""
    exact = amount / per_ml
    how = f"{said(amount, 'g')} ÷ {said(per_ml, 'g/mL')}"
    return Working(N_("Volume of the dose"), how, exact, round_half_up(exact, DECIMALS), "mL", HALF_UP, OF_ONE)


def _drawn(
    amount: Decimal, unit: str, concentration: Decimal, exact: Decimal, drawn: Decimal, available: Decimal
) -> Working:
    how = f"{said(amount, unit)} ÷ {said(concentration, f'{unit}/mL')}"
    rounding = HALF_UP if drawn != available else N_("all there is")
    return Working(N_("Volume of the dose"), how, exact, drawn, "mL", rounding, OF_ONE)


def _told(
    amount: Decimal,
    unit: str,
    concentration: Decimal,
    drawn: Decimal,
    held: Decimal,
    available: Decimal,
    tolerance: Decimal,
) -> tuple[Working, ...]:
    volume, all_of_it, left = said(drawn, "mL"), said(available, "mL"), available - drawn
    holds = f"{volume} × {said(concentration, f'{unit}/mL')}"
    return (
        _rounded(N_("Share of what was thawed"), f"{volume} ÷ {all_of_it}", drawn / available * 100, "%"),
        Working(N_("Amount in the dose"), holds, held, held, unit),
        _rounded(N_("Difference to the order"), f"± {said(tolerance, '%')}", (held - amount) / amount * 100, "%"),
        Working(N_("Left over, to be destroyed"), f"{all_of_it} − {volume}", left, left, "mL"),
    )


def _rounded(what: str, how: str, exact: Decimal, unit: str) -> Working:
    return Working(what, how, exact, round_half_up(exact, 2), unit, HALF_UP, {"decimals": 2})


def _too_little(amount: Decimal, held: Decimal, unit: str, tolerance: Decimal) -> Objection:
    template = N_("What was thawed holds {held}; the order asks for {amount} ± {tolerance} %.")
    facts = {"held": said(held, unit), "amount": said(amount, unit), "tolerance": said(tolerance)}
    return Objection("outside_tolerance", template, facts)
