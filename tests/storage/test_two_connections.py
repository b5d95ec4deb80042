"""Two at the same moment: of two units for one position one wins; the same readings sent twice are taken once."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from apps.core.errors import Refused
from apps.facility.models import Probe, Reading
from apps.storage.models import Stay, StoreExcursion
from apps.units.models import Unit
from apps.units.services import freeze_units
from tests.cast import Cast, actor
from tests.storage.conftest import tank_of
from tests.storage.story import STORED, put
from tests.storage.watching import probe_of, take
from tests.testing.story import FILLED, filled, running_batch

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def cast() -> Cast:
    """People whose accounts are really committed."""
    return Cast()


def test_of_two_units_for_one_position_one_wins(cast: Cast) -> None:
    assert cast.stella  # the site is founded with its first person
    batch = running_batch(cast)
    units = filled(cast, batch)
    freeze_units(batch=batch, units=units, frozen_at=FILLED, actor=actor(cast.olga), at=FILLED)
    tank_of(cast)
    both = list(Unit.objects.select_related("record", "batch__site").order_by("pk")[:2])
    start = Barrier(2)

    def store(unit: Unit) -> str:
        try:
            start.wait(20)
            return str(put(cast, unit, "LN-03/4/2/A1", STORED).place)
        except Refused as refused:
            return f"{refused.status} {refused.code}"
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        told = sorted(pool.map(store, both))

    assert told == ["409 position_taken", "LN-03/4/2/A1"]
    assert Stay.objects.count() == 1


def test_the_same_readings_sent_twice_at_once_are_taken_once_and_told_once(cast: Cast) -> None:
    assert cast.stella
    probe_of(cast, tank_of(cast))
    start = Barrier(2)

    def send(_n: int) -> tuple[int, int]:
        try:
            probe = Probe.objects.select_related("record", "site", "watches").get()
            start.wait(20)
            intake = take(cast, probe, (0, "-160"), (5, "-149"), (10, "-155")).intake
            return intake.rows, intake.repeated
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        told = sorted(pool.map(send, range(2)))

    assert told == [(0, 3), (3, 0)]
    assert (Reading.objects.count(), StoreExcursion.objects.count()) == (3, 1)
