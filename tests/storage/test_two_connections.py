"""Two people put two units into one position at the same moment: one succeeds, the other is refused."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from apps.core.errors import Refused
from apps.storage.models import Stay
from apps.units.models import Unit
from apps.units.services import freeze_units
from tests.cast import Cast, actor
from tests.storage.conftest import tank_of
from tests.storage.story import STORED, put
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
