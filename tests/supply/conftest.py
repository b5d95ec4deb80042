"""The tests of supply begin with one batch whose long tests run, reviewed and not certified; played once for all."""

from collections.abc import Iterator

import pytest
from pytest_django.plugin import DjangoDbBlocker

from apps.batches.models import Batch
from apps.batches.selectors.batches import batch_now
from apps.dosing.models import TreatmentOrder
from apps.dosing.selectors import order_now
from tests.cast import Cast
from tests.dosing.conftest import World
from tests.dosing.story import checked
from tests.supply.story import waiting_batch
from tests.testing.prologue import known_people, undone


@pytest.fixture(scope="package")
def world(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[World]:
    """What a test does to it is undone after the test."""
    with undone(django_db_blocker) as people:
        assert people.quinn
        batch = waiting_batch(people)
        yield World(people, (batch, checked(people)))


@pytest.fixture
def cast(world: World, db: None) -> Cast:
    """The people of the module."""
    return known_people(world.cast)


@pytest.fixture
def batch(world: World, db: None) -> Batch:
    """CT-0042, reviewed; its sterility runs."""
    return batch_now(world.made[0])


@pytest.fixture
def order(world: World, db: None) -> TreatmentOrder:
    """What Paula ordered for R-0001, checked by Quinn."""
    return order_now(world.made[1])
