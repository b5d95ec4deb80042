"""Mean kinetic temperature: the one temperature that ages a material as all those did that were read. Pure.

USP <1079>, by the formula of Haynes with ΔH = 83.144 kJ/mol. It is told of labelled materials in their store; cells and
plasma are judged by each excursion, never by a mean.
"""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal, localcontext
from itertools import pairwise

from apps.core.errors import Objection
from apps.core.text import N_
from apps.products.rules.limits import elapsed_text
from apps.products.rules.rounding import round_half_up
from apps.storage.rules.excursions import Reading

ACTIVATION, GAS = Decimal("83144"), Decimal("8.3144")  # J/mol; J/(mol·K)
ICE = Decimal("273.15")
PLACES, DIGITS = 1, 40
LONGEST = timedelta(days=366)


def mean_kinetic(readings: Sequence[Reading], until: datetime) -> Decimal:
    """In °C with one decimal, rounded once. Each reading counts for the time until the next one, the last `until`."""
    lasted: dict[Decimal, Decimal] = defaultdict(Decimal)
    for (at, value), after in zip(readings, [*(at for at, _ in readings[1:]), until], strict=True):
        lasted[value] += Decimal(str((after - at).total_seconds()))
    with localcontext(prec=DIGITS):
        warmth = ACTIVATION / GAS
        parts = (seconds * (-warmth / (value + ICE)).exp() for value, seconds in lasted.items())
        aged, whole = sum(parts, Decimal(0)), sum(lasted.values(), Decimal(0))
        mean = warmth / -(aged / whole).ln() - ICE
    return round_half_up(mean, PLACES)


def is_no_time(since: datetime, until: datetime) -> Objection | None:
    """From one instant to a later one, a year apart at most."""
    if timedelta(0) < until - since <= LONGEST:
        return None
    return Objection("no_time", N_("Say from when until when, not longer than a year."), place="until")


def keeps_units(store: str, is_so: bool) -> Objection | None:
    """Cells and plasma have no mean kinetic temperature."""
    if not is_so:
        return None
    template = N_(
        "Units lay in {store} in this time: what is given to patients is judged by each excursion, never by a mean."
    )
    return Objection("keeps_units", template, {"store": store})


def is_no_temperature(probe: str, is_celsius: bool, readings: Sequence[Reading]) -> Objection | None:
    """A mean of temperatures is one of degrees above absolute zero."""
    if is_celsius and all(value > -ICE for _, value in readings):
        return None
    return Objection("no_temperature", N_("The probe {probe} reads no temperature in °C."), {"probe": probe})


def was_not_watched(readings: Sequence[Reading], since: datetime, until: datetime, gap: timedelta) -> Objection | None:
    """A mean is told of a time that somebody measured as a whole."""
    instants = [since, *(at for at, _ in readings), until]
    longest = max(after - at for at, after in pairwise(instants))
    lasts = any(at < until for at, _ in readings)  # one at the very end counts for no time
    if lasts and longest <= gap:
        return None
    template = N_("For {length} nobody measured; the probe is silent after {gap}.")
    return Objection("not_watched", template, {"length": elapsed_text(longest), "gap": elapsed_text(gap)})
