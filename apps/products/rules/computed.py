"""The catalogue of computed values: closed, versioned, exact. A master record names a function, never a formula.

A changed function gets a new version; the old one stays for the batches that name it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal, localcontext

from apps.products.definition.parameters import ComputedParameter, Constant
from apps.products.facts import Comparator, Entered
from apps.products.rules import formulas
from apps.products.rules.numbers import computed_entry
from apps.products.rules.units import UnitTable

SAME = "same"  # the input has the unit of the result, whatever that is
INSTANT = "instant"
DIGITS = 40


@dataclass(frozen=True)
class Input:
    """One input: the unit the function wants, and whether it takes one value or many."""

    unit: str
    many: bool = False


@dataclass(frozen=True)
class Function:
    """One function of the catalogue."""

    name: str
    version: int
    unit: str
    inputs: Mapping[str, Input]
    work_out: Callable[..., Decimal | None]
    says: str


CELLS, CELLS_PER_ML, PERCENT = "{cells}", "{cells}/mL", "%"

FUNCTIONS = (
    Function(
        "population_doublings",
        1,
        "{doublings}",
        {"seeded": Input(CELLS), "harvested": Input(CELLS)},
        formulas.doublings,
        "log2(harvested / seeded)",
    ),
    Function(
        "cumulative_doublings",
        1,
        "{doublings}",
        {"doublings": Input("{doublings}", many=True)},
        lambda doublings: sum(doublings, Decimal(0)),
        "sum of the doublings of all passages",
    ),
    Function(
        "doubling_time",
        1,
        "h",
        {"seeded": Input(CELLS), "harvested": Input(CELLS), "start": Input(INSTANT), "end": Input(INSTANT)},
        formulas.doubling_time,
        "elapsed hours / doublings",
    ),
    Function(
        "viable_cells",
        1,
        CELLS,
        {"concentration": Input(CELLS_PER_ML), "volume": Input("mL")},
        lambda concentration, volume: concentration * volume,
        "viable cells per mL × mL",
    ),
    Function(
        "viable_concentration",
        1,
        CELLS_PER_ML,
        {"total": Input(CELLS_PER_ML), "viability": Input(PERCENT)},
        lambda total, viability: total * viability / 100,
        "cells per mL × viability / 100",
    ),
    Function("mean", 1, SAME, {"values": Input(SAME, many=True)}, formulas.mean, "sum / number of values"),
    Function(
        "sum", 1, SAME, {"values": Input(SAME, many=True)}, lambda values: sum(values, Decimal(0)), "sum of the values"
    ),
    Function(
        "product",
        1,
        SAME,
        {"value": Input(SAME), "times": Input("1")},
        lambda value, times: value * times,
        "value × number",
    ),
    Function(
        "difference",
        1,
        SAME,
        {"value": Input(SAME), "less": Input(SAME)},
        lambda value, less: value - less,
        "value − other value",
    ),
    Function(
        "balance",
        1,
        SAME,
        {"total": Input(SAME), "parts": Input(SAME, many=True)},
        formulas.balance,
        "total − sum of the parts; 0 closes",
    ),
    Function(
        "sum_of_three",
        1,
        SAME,
        {"first": Input(SAME), "second": Input(SAME), "third": Input(SAME)},
        lambda first, second, third: first + second + third,
        "first + second + third",
    ),
    Function(
        "difference_percent",
        1,
        PERCENT,
        {"values": Input("any", many=True)},
        formulas.difference_percent,
        "(largest − smallest) / mean × 100",
    ),
    Function(
        "percent_of",
        1,
        PERCENT,
        {"part": Input("any"), "whole": Input("any")},
        lambda part, whole: formulas.share(part, whole),
        "part / whole × 100",
    ),
    Function(
        "recovery",
        1,
        PERCENT,
        {"recovered": Input(CELLS), "put_in": Input(CELLS)},
        lambda recovered, put_in: formulas.share(recovered, put_in),
        "recovered / put in × 100",
    ),
    Function(
        "fold_expansion",
        1,
        "1",
        {"seeded": Input(CELLS), "harvested": Input(CELLS)},
        lambda seeded, harvested: formulas.ratio(harvested, seeded),
        "harvested / seeded",
    ),
    Function(
        "seeding_density",
        1,
        "{cells}/cm2",
        {"seeded": Input(CELLS), "area": Input("cm2")},
        lambda seeded, area: formulas.ratio(seeded, area),
        "seeded / area",
    ),
    Function(
        "concentration",
        1,
        CELLS_PER_ML,
        {"cells": Input(CELLS), "volume": Input("mL")},
        lambda cells, volume: formulas.ratio(cells, volume),
        "cells / mL",
    ),
    Function(
        "volume_for_cells",
        1,
        "mL",
        {"cells": Input(CELLS), "concentration": Input(CELLS_PER_ML)},
        lambda cells, concentration: formulas.ratio(cells, concentration),
        "cells / cells per mL",
    ),
    Function(
        "elapsed",
        1,
        "h",
        {"start": Input(INSTANT), "end": Input(INSTANT)},
        formulas.elapsed,
        "hours between two instants",
    ),
    Function(
        "endotoxin_dose",
        1,
        "[IU]/kg/h",
        {"concentration": Input("[IU]/mL"), "volume": Input("mL"), "weight": Input("kg"), "hours": Input("h")},
        formulas.endotoxin,
        "EU/mL × mL / kg / max(hours, 1)",
    ),
    Function(
        "dmso_dose",
        1,
        "g/kg",
        {"volume": Input("mL"), "fraction": Input(PERCENT), "weight": Input("kg")},
        formulas.dmso,
        "mL × fraction × 1.10 g/mL / kg",
    ),
    Function(
        "units_to_thaw",
        1,
        "1",
        {"dose": Input(CELLS), "per_unit": Input(CELLS), "recovery": Input(PERCENT)},
        formulas.units_to_thaw,
        "dose / (cells per unit × recovery), rounded up",
    ),
)
CATALOGUE: dict[tuple[str, int], Function] = {(function.name, function.version): function for function in FUNCTIONS}


def compute(
    parameter: ComputedParameter, inputs: Mapping[str, tuple[Entered, ...]], units: UnitTable
) -> Entered | None:
    """Work out a value and judge it. None while an input is missing, not done, censored, or makes no sense of it."""
    function = CATALOGUE[parameter.function, parameter.version]
    taken: dict[str, object] = {}
    for name, wanted in function.inputs.items():
        given = parameter.inputs[name]
        values = (
            _constant(given, wanted, parameter, units)
            if isinstance(given, Constant)
            else _values(inputs.get(name, ()), wanted, parameter, units)
        )
        if not values or None in values:
            return None
        taken[name] = tuple(values) if wanted.many else values[-1]
    with localcontext(prec=DIGITS):
        value = function.work_out(**taken)
    if value is None:
        return None
    if function.unit != SAME:
        value = units.convert(value, function.unit, parameter.unit)
    return computed_entry(parameter, value, parameter.decimals, parameter.unit)


def _constant(given: Constant, wanted: Input, parameter: ComputedParameter, units: UnitTable) -> list[object]:
    return [_in_unit(given.value, given.unit, wanted, parameter, units)]


def _values(
    entries: tuple[Entered, ...], wanted: Input, parameter: ComputedParameter, units: UnitTable
) -> list[object]:
    if wanted.unit == INSTANT:
        return [entry.instant for entry in entries]
    return [_value(entry, wanted, parameter, units) for entry in entries]


def _value(entry: Entered, wanted: Input, parameter: ComputedParameter, units: UnitTable) -> Decimal | None:
    if entry.number is None or not entry.done or entry.comparator is not Comparator.EXACT:
        return None
    return _in_unit(entry.number, entry.unit, wanted, parameter, units)


def _in_unit(value: Decimal, unit: str, wanted: Input, parameter: ComputedParameter, units: UnitTable) -> Decimal:
    if wanted.unit == "any":
        return value
    return units.convert(value, unit, parameter.unit if wanted.unit == SAME else wanted.unit)
