"""The tests of recalls begin with `begins_with(cast)`, played once for the module and undone after it."""

from collections.abc import Iterator
from typing import Any

import pytest
from pytest_django.plugin import DjangoDbBlocker

from tests.cast import Cast
from tests.dosing.conftest import World
from tests.testing.prologue import known_people, undone


@pytest.fixture(scope="module")
def world(request: pytest.FixtureRequest, django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[World]:
    """What a test does to it is undone after the test."""
    with undone(django_db_blocker) as people:
        assert people.quinn
        yield World(people, request.module.begins_with(people))


@pytest.fixture
def cast(world: World, db: None) -> Cast:
    """The people of the module."""
    return known_people(world.cast)


@pytest.fixture
def made(world: World, db: None) -> Any:
    """What the module begins with."""
    return world.made
