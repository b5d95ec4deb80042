"""The tests of stability begin with one released batch, played once for all."""

from collections.abc import Iterator

import pytest
from pytest_django.plugin import DjangoDbBlocker

from apps.batches.models import Batch
from apps.batches.selectors.batches import batch_now
from tests.cast import Cast
from tests.dosing.conftest import World
from tests.stability.story import released_batch
from tests.testing.prologue import known_people, undone


@pytest.fixture(scope="package")
def world(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[World]:
    """What a test does to it is undone after the test."""
    with undone(django_db_blocker) as people:
        assert people.quinn
        yield World(people, released_batch(people))


@pytest.fixture
def cast(world: World, db: None) -> Cast:
    """The people of the package."""
    return known_people(world.cast)


@pytest.fixture
def batch(world: World, db: None) -> Batch:
    """CT-0042, released, frozen."""
    return batch_now(world.made)
