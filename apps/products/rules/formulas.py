"""The formulas behind the computed values: exact decimals in, a decimal out, nothing where it would make no sense."""

from datetime import datetime
from decimal import Decimal

from apps.products.rules.rounding import round_half_up

LOG_DECIMALS = 20  # log2(8) is 3 and not 2.99…9: the noise of the logarithm ends before it can touch a limit


def doublings(seeded: Decimal, harvested: Decimal) -> Decimal | None:
    """log2(harvested / seeded); nothing where no cells were seeded or harvested."""
    if seeded <= 0 or harvested <= 0:
        return None
    return round_half_up((harvested / seeded).ln() / Decimal(2).ln(), LOG_DECIMALS)


def doubling_time(seeded: Decimal, harvested: Decimal, start: datetime, end: datetime) -> Decimal | None:
    """Hours per doubling; nothing where the cells did not grow."""
    grown = doublings(seeded, harvested)
    if grown is None or grown <= 0:
        return None
    return elapsed(start, end) / grown


def elapsed(start: datetime, end: datetime) -> Decimal:
    """Hours between two instants."""
    passed = end - start
    return (Decimal(passed.days) * 86_400 + passed.seconds + Decimal(passed.microseconds) / 1_000_000) / 3600


def mean(values: tuple[Decimal, ...]) -> Decimal:
    """The arithmetic mean."""
    return sum(values, Decimal(0)) / len(values)


def difference_percent(values: tuple[Decimal, ...]) -> Decimal | None:
    """The spread of counts in per cent of their mean; nothing for a single one."""
    middle = mean(values)
    return (max(values) - min(values)) / middle * 100 if len(values) > 1 and middle > 0 else None


def share(part: Decimal, whole: Decimal) -> Decimal | None:
    """A part in per cent of the whole."""
    return part / whole * 100 if whole > 0 else None


def ratio(numerator: Decimal, denominator: Decimal) -> Decimal | None:
    """One by the other; nothing by zero."""
    return numerator / denominator if denominator > 0 else None


def endotoxin(concentration: Decimal, volume: Decimal, weight: Decimal, hours: Decimal) -> Decimal | None:
    """EU per kg and hour; an infusion under one hour counts its whole dose as one hour."""
    return concentration * volume / weight / max(hours, Decimal(1)) if weight > 0 else None


def dmso(volume: Decimal, fraction: Decimal, weight: Decimal) -> Decimal | None:
    """Grams per kg: the density of DMSO is 1.10 g/mL."""
    return volume * fraction / 100 * Decimal("1.10") / weight if weight > 0 else None


def units_to_thaw(dose: Decimal, per_unit: Decimal, recovery: Decimal) -> Decimal | None:
    """Whole units whose viable cells after recovery cover the dose."""
    each = per_unit * recovery / 100
    if each <= 0:
        return None
    whole, rest = divmod(dose, each)
    return whole + (1 if rest else 0)


def balance(total: Decimal, parts: tuple[Decimal, ...]) -> Decimal:
    """What is left of the total when all parts are taken away."""
    return total - sum(parts, Decimal(0))
