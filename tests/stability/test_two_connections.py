"""Two people pull the same unit at the same moment: one has it, the other is told 409."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from apps.batches.facts.words import BatchState
from apps.core.errors import Refused
from apps.stability.models import Pull, Study
from apps.testing.models import Sample
from apps.units.facts import UnitKind
from apps.units.services import freeze_units
from tests.cast import Cast, actor
from tests.stability.story import for_study, opened, pulled
from tests.testing.story import FILLED, as_if, filled, running_batch

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def cast() -> Cast:
    """People whose accounts are really committed."""
    return Cast()


def test_of_two_who_pull_the_same_unit_one_has_it(cast: Cast) -> None:
    assert cast.quinn
    batch = running_batch(cast)
    kept = [unit for unit in filled(cast, batch) if unit.kind != UnitKind.QC]
    freeze_units(batch=batch, units=kept, frozen_at=FILLED, actor=actor(cast.olga), at=FILLED)
    batch = as_if(batch, BatchState.RELEASED)
    number, unit, start = opened(cast, batch).number, for_study(batch)[0].number, Barrier(2)
    people = [cast.anna.username, cast.ada.username]

    def pull(name: str) -> str:
        try:
            study = Study.objects.select_related("record", "batch__record", "batch__site").get(number=number)
            start.wait(20)
            return str(pulled(cast, study, 3, unit, by=name).unit.number)
        except Refused as refused:
            return str(refused.status)
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        told = sorted(pool.map(pull, people))

    assert told == ["409", unit]
    assert (Pull.objects.count(), Sample.objects.filter(point="ST01-M03").count()) == (1, 1)
