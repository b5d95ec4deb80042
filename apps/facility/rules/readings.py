"""Rules of readings: a number as it was read, in a known unit, once for each instant. Pure."""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from decimal import Decimal

from apps.core.errors import Objection
from apps.core.text import N_
from apps.facility.facts import JUDGED_IN, MARKS, Point, Quantity
from apps.products.rules.rounding import round_half_up
from apps.products.rules.units import Incompatible, UnitTable

PLACES = 3
LARGEST = Decimal(10) ** 6
TOLD = 20  # broken lines that one refusal names
MINUS = "\N{MINUS SIGN}"
NUMBERS = {sign: re.compile(rf"[-+{MINUS}]?\d{{1,9}}(?:{re.escape(sign)}\d{{1,9}})?", re.ASCII) for sign in ".,"}


def read_number(text: str, line: int, decimal_sign: str = ".") -> Decimal | Objection:
    """A number as a device wrote it. Its decimal sign is declared; a thousands separator is no part of a number."""
    trimmed = text.strip()
    if not NUMBERS[decimal_sign].fullmatch(trimmed):
        template = N_('Line {line}: "{text}" is no number with the decimal sign "{sign}".')
        return Objection("no_number", template, {"line": line, "text": trimmed[:40], "sign": decimal_sign}, "file")
    value = Decimal(trimmed.replace(decimal_sign, ".").replace(MINUS, "-"))
    if abs(value) >= LARGEST:
        return Objection(
            "too_large", N_("Line {line}: no probe reads {text}."), {"line": line, "text": trimmed}, "file"
        )
    return value


def read_value(text: str, line: int, decimal_sign: str = ".") -> Decimal | Objection:
    """The number of a reading of a probe, with no more decimals than are kept."""
    value = read_number(text, line, decimal_sign)
    if isinstance(value, Decimal) and value != round_half_up(value, PLACES):
        template = N_("Line {line}: {text} has more than three decimals.")
        return Objection("too_fine", template, {"line": line, "text": text.strip()}, "file")
    return value


def has_no_unit(given: str, wanted: str, units: UnitTable) -> Objection | None:
    """A unit is said and known, and means what the probe measures."""
    if not given:
        return Objection("unit_needed", N_("Say in which unit the readings are."), place="unit")
    if not units.knows(given):
        return Objection("unknown_unit", N_('"{unit}" is no permitted unit.'), {"unit": given[:20]}, place="unit")
    if not units.is_same_kind(given, wanted):
        template = N_("The probe measures in {wanted}; {given} is something else.")
        return Objection("other_kind_of_unit", template, {"given": given, "wanted": wanted}, place="unit")
    return None


def measures_otherwise(quantity: Quantity, unit: str, units: UnitTable) -> Objection | None:
    """A probe is installed in the unit in which the limits of its quantity are told: nothing is kept and not judged."""
    wanted = JUDGED_IN[quantity]
    if not units.knows(unit) or unit == wanted:
        return None  # an unknown unit is told by `has_no_unit`
    template = N_("Its readings are judged in {wanted}: install it in this unit, not in {unit}.")
    return Objection("not_judged_in", template, {"wanted": wanted, "unit": unit}, place="unit")


def is_another_quantity(declared: Quantity | None, measured: Quantity) -> Objection | None:
    """Percent alone do not say of what: whoever sends readings of a gas or of humidity says which, and means the probe.

    A temperature is known by its unit; said all the same, it is compared.
    """
    if declared is None and measured is not Quantity.TEMPERATURE:
        return Objection("quantity_needed", N_("Say what was measured: percent of what."), place="quantity")
    if declared is None or declared is measured:
        return None
    template = N_("This probe measures {measured}, not {declared}.")
    return Objection(
        "other_quantity", template, {"measured": MARKS[measured], "declared": MARKS[declared]}, place="quantity"
    )


def in_unit(value: Decimal, given: str, wanted: str, units: UnitTable) -> Decimal:
    """A reading in the unit of its probe; a conversion is rounded half up to what is kept."""
    if given == wanted:
        return value
    try:
        return round_half_up(units.convert(value, given, wanted), PLACES)
    except Incompatible as no_way:  # has_no_unit was asked before
        raise ValueError(str(no_way)) from no_way


def said_twice(points: Sequence[Point]) -> Iterator[Objection]:
    """One intake says one value for one instant; the same line twice is the same reading."""
    seen: dict[datetime, Point] = {}
    for point in points:
        first = seen.setdefault(point.at, point)
        if first.value != point.value:
            template = N_("Line {line}: at this instant line {first} says {other}, this one {value}.")
            facts = {"line": point.line, "first": first.line, "other": first.given, "value": point.given}
            yield Objection("two_values", template, facts, "file")


def contradicts(points: Sequence[Point], known: Mapping[datetime, Decimal]) -> Iterator[Objection]:
    """A reading that is there already is never replaced: the same value is the same reading, another one is refused."""
    for point in points:
        there = known.get(point.at)
        if there is not None and there != point.value:
            template = N_("Line {line}: {value} at {at:%Y-%m-%d %H:%M:%S} UTC, where {there} is recorded.")
            facts = {"line": point.line, "value": point.given, "at": point.at, "there": there}
            yield Objection("other_value_recorded", template, facts, "file")


def lies_ahead(points: Sequence[Point], now: datetime) -> Iterator[Objection]:
    """Nothing is read before its time; a logger whose clock runs ahead is set right first."""
    for point in points:
        if point.at > now:
            facts = {"line": point.line, "at": point.at}
            template = N_("Line {line}: {at:%Y-%m-%d %H:%M:%S} UTC has not come yet.")
            yield Objection("in_the_future", template, facts, "file")


def has_none(points: Sequence[Point]) -> Objection | None:
    """An intake brings something."""
    return None if points else Objection("no_readings", N_("There is no reading in it."), place="file")


def is_retired_probe(number: str, retired_at: datetime | None, last: datetime | None) -> Objection | None:
    """A probe that was taken away reads nothing more; what it read before may still come."""
    if retired_at is None or last is None or last <= retired_at:
        return None
    template = N_("Probe {number} was taken away at {at:%Y-%m-%d %H:%M} UTC.")
    return Objection("probe_retired", template, {"number": number, "at": retired_at}, place="probe")
