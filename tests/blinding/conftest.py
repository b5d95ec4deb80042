"""One lot of kits for every test of a file; what a test does to it is undone after it."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from pytest_django.plugin import DjangoDbBlocker

from apps.batches.models import Batch
from apps.batches.selectors.batches import batch_now
from apps.units.models import Unit
from apps.units.selectors import units_now
from tests.blinding.story import lot_of_kits, packed_kits
from tests.cast import Cast
from tests.testing.prologue import further, known_people, undone


@dataclass(frozen=True)
class Trial:
    """The people and the lot whose code is held, not packed yet."""

    cast: Cast
    lot: Batch


@pytest.fixture(scope="module")
def trial(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Trial]:
    """Released units of both arms and a running lot, played once for a file."""
    with undone(django_db_blocker) as people:
        assert people.vera
        yield Trial(people, lot_of_kits(people))


@pytest.fixture(scope="module")
def packed_once(trial: Trial) -> Iterator[list[Unit]]:
    """The kits of the lot, packed and released."""
    with further():
        yield packed_kits(trial.cast, trial.lot)


@pytest.fixture
def cast(trial: Trial, db: None) -> Cast:
    """The people; those who come only in this test are gone after it."""
    return known_people(trial.cast)


@pytest.fixture
def lot(trial: Trial, db: None) -> Batch:
    """BK-0001, as it is now."""
    return batch_now(trial.lot)


@pytest.fixture
def kits(packed_once: list[Unit], db: None) -> list[Unit]:
    """The bags of its kits."""
    return units_now(packed_once)
