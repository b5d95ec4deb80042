"""How the tests watch a tank: a probe, and what it reads, minute by minute after STORED."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from apps.facility.facts import Point
from apps.facility.models import Probe
from apps.facility.services import install_probe
from apps.facility.services.probing import Came
from apps.organisation.models import User
from apps.storage.models import Store, StoreExcursion
from apps.storage.selectors import exposures
from apps.storage.services import Taken, take_readings
from tests.cast import AT, Cast, actor
from tests.storage.story import STORED

DAYTIME = STORED + timedelta(days=1)  # by then everything of the stories has been read


def minute(n: int) -> datetime:
    return STORED + timedelta(minutes=n)


def probe_of(cast: Cast, store: Store, number: str = "TP-31", **more: Any) -> Probe:
    """Stella puts a probe into a store: silent after 15 minutes."""
    said = {"unit": "Cel", "silent_after": 15, "at": AT, **more}
    return install_probe(number=number, watches=store.record, site=store.site, actor=actor(cast.stella), **said)


def take(
    cast: Cast, probe: Probe, *pairs: tuple[int, str], at: datetime = DAYTIME, by: User | None = None, **came: Any
) -> Taken:
    """Stella takes what a probe read: minutes after STORED and values."""
    store = Store.objects.select_related("record", "site").get(record=probe.watches)
    points = [Point(n, minute(when), Decimal(value), value) for n, (when, value) in enumerate(pairs, start=1)]
    said = Came(**{"source": "api", "unit": "Cel", **came})
    return take_readings(store=store, probe=probe, points=points, came=said, actor=actor(by or cast.stella), at=at)


def held(excursion: StoreExcursion) -> list[str]:
    """The units that an excursion holds."""
    return sorted({one.stay.unit.number for one in exposures(excursion) if one.is_held})
