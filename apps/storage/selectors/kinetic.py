"""The mean kinetic temperature of a store in which no unit lay."""

from datetime import datetime, timedelta
from decimal import Decimal

from apps.core.errors import Objection
from apps.facility.models import Probe
from apps.facility.selectors import values_at
from apps.storage.models import Store
from apps.storage.rules import kinetic as rules
from apps.storage.selectors.excursions import CELSIUS, stays_meeting


def kinetic_of(store: Store, probe: Probe, since: datetime, until: datetime) -> Decimal | Objection:
    """In °C with one decimal, or why there is none."""
    span = rules.is_no_time(since, until)
    if span:
        return span
    readings = sorted(values_at(probe, since, until).items())
    gap = timedelta(minutes=probe.silent_after)
    against = [
        rules.keeps_units(store.number, stays_meeting(store, since, until).exists()),
        rules.is_no_temperature(probe.number, probe.unit == CELSIUS, readings),
        rules.was_not_watched(readings, since, until, gap),
    ]
    return next((one for one in against if one), None) or rules.mean_kinetic(readings, until)
