"""What the tests of a module begin with: `begins_with(cast)`, played once for the module and undone after it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from pytest_django.plugin import DjangoDbBlocker

from apps.dosing.models import TreatmentOrder
from apps.dosing.selectors import order_now
from tests.cast import Cast
from tests.testing.prologue import known_people, undone


@dataclass(frozen=True)
class World:
    """The people of the module, and what `begins_with` made."""

    cast: Cast
    made: Any


@pytest.fixture(scope="module")
def world(request: pytest.FixtureRequest, django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[World]:
    """What a test does to it is undone after the test."""
    with undone(django_db_blocker) as people:
        assert people.quinn  # the site is founded with its first person
        yield World(people, getattr(request.module, "begins_with", lambda _cast: None)(people))


@pytest.fixture
def cast(world: World, db: None) -> Cast:
    """The people of the module."""
    return known_people(world.cast)


@pytest.fixture
def order(world: World, db: None) -> TreatmentOrder:
    """The order that the module begins with."""
    return order_now(world.made)
