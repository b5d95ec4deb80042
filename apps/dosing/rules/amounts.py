"""How much a patient gets: from the arm and the weight, between floor and cap; how many units are thawed for it."""

from decimal import Decimal

from apps.core.errors import Objection
from apps.core.text import N_
from apps.dosing.facts import Ordered, Working
from apps.dosing.rules.saying import said
from apps.products.definition.base import Quantity
from apps.products.definition.dosing import Arm
from apps.products.rules import formulas

ROUNDED_UP = N_("rounded up to whole units")


def ordered_amounts(arm: Arm, weight: Decimal) -> Ordered:
    """The dose of an arm for this weight; below the floor it is the floor, above the cap the cap."""
    ends = [_end(arm, quantity, weight) for quantity in (arm.dose, arm.dose_to) if quantity]
    bounds = [_bound(arm, N_("Floor"), arm.floor, weight), _bound(arm, N_("Cap"), arm.cap, weight)]
    floor, cap = (bound.exact if bound else None for bound in bounds)
    kept = [_between(end.exact, floor, cap) for end in ends]
    workings = (*ends, *(bound for bound in bounds if bound), *_changed(arm, ends, kept))
    return Ordered(kept[0], kept[-1], arm.amount_unit, workings)


def cap_of(arm: Arm, weight: Decimal) -> Decimal | None:
    """The most that a single dose of the arm may hold at this weight."""
    bound = _bound(arm, N_("Cap"), arm.cap, weight)
    return bound.exact if bound else None


def units_to_thaw(amount: Decimal, per_unit: Decimal, recovery: Decimal, unit: str) -> Working | None:
    """Whole units whose content after recovery covers the amount; None where a unit holds nothing."""
    whole = formulas.units_to_thaw(amount, per_unit, recovery)
    if whole is None:
        return None
    how = f"{said(amount, unit)} ÷ ({said(per_unit, unit)} × {said(recovery, '%')})"
    exact = amount / (per_unit * recovery / 100)
    return Working(N_("Units to thaw"), how, exact, whole, "{units}", ROUNDED_UP)


def is_outside_the_arm(amount: Decimal, ordered: Ordered) -> Objection | None:
    """An order lies within what the arm gives for this weight."""
    if ordered.low <= amount <= ordered.high:
        return None
    template = N_("The arm gives {low} to {high} at this weight, not {amount}.")
    facts = {"low": said(ordered.low), "high": said(ordered.high, ordered.unit), "amount": said(amount)}
    return Objection("outside_the_arm", template, facts, place="amount")


def falls_short(amount: Decimal, ordered: Ordered, weight: Decimal) -> Objection | None:
    """What all units together hold must reach the least dose of the arm."""
    if amount >= ordered.low:
        return None
    template = N_("All units together hold {amount}, {each} per kg; the arm asks for {low}.")
    facts = {
        "amount": said(amount, ordered.unit),
        "each": said(amount / weight),
        "low": said(ordered.low, ordered.unit),
    }
    return Objection("dose_too_small", template, facts)


def leaves_part_of_the_lot(arm: Arm, given: int, made: int) -> Objection | None:
    """Where the whole lot is the dose, every unit of it is given; what was not is a documented failure."""
    if not arm.whole_lot or given == made:
        return None
    template = N_("All {made} units of the lot are one dose; {given} were named.")
    return Objection("part_of_the_lot", template, {"made": made, "given": given}, place="units")


def _end(arm: Arm, quantity: Quantity, weight: Decimal) -> Working:
    return _counted(arm, N_("Dose of the arm"), quantity, weight)


def _bound(arm: Arm, what: str, quantity: Quantity | None, weight: Decimal) -> Working | None:
    return _counted(arm, what, quantity, weight) if quantity else None


def _counted(arm: Arm, what: str, quantity: Quantity, weight: Decimal) -> Working:
    """A quantity of the arm as a whole: it says itself whether it is counted for each kg."""
    if quantity.unit == arm.amount_unit:
        how, value = said(quantity.value, quantity.unit), quantity.value
    else:
        how, value = f"{said(quantity.value, quantity.unit)} × {said(weight, 'kg')}", quantity.value * weight
    return Working(what, how, value, value, arm.amount_unit)


def _between(value: Decimal, floor: Decimal | None, cap: Decimal | None) -> Decimal:
    raised = value if floor is None else max(value, floor)
    return raised if cap is None else min(raised, cap)


def _changed(arm: Arm, ends: list[Working], kept: list[Decimal]) -> list[Working]:
    what = N_("Dose kept between floor and cap")
    return [
        Working(what, said(end.exact, arm.amount_unit), value, value, arm.amount_unit)
        for end, value in zip(ends, kept, strict=True)
        if end.exact != value
    ]
