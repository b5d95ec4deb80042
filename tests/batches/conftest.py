"""A batch for every test that asks for one: played once for the module, and undone after it.

In a module the tests that begin further on come later (tests/scheduling.py): first those that ask for neither.
"""

import copy
from collections.abc import Iterator
from dataclasses import replace

import pytest
from pytest_django.plugin import DjangoDbBlocker

from apps.organisation.models import Site
from tests.batches.story import Room, planned_room, start
from tests.cast import Cast
from tests.testing.prologue import further, undone


@pytest.fixture(scope="module")
def planned_once(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Room]:
    """CT-0042, planned from an eligible donation."""
    with undone(django_db_blocker) as people:
        yield planned_room(people)


@pytest.fixture(scope="module")
def started_once(planned_once: Room) -> Iterator[Room]:
    """The same batch, running."""
    with further():
        yield start(replace(planned_once, batch=copy.deepcopy(planned_once.batch)))


@pytest.fixture
def cast(request: pytest.FixtureRequest, site: Site) -> Cast:
    """The people of the batch, where a test asks for one; who comes only in this test is gone after it."""
    asked = [name for name in ("started_once", "planned_once") if name in request.fixturenames]
    return copy.deepcopy(request.getfixturevalue(asked[0]).cast) if asked else Cast()


@pytest.fixture
def planned(planned_once: Room, cast: Cast) -> Room:
    """CT-0042, planned: a test does with it what it likes."""
    return _for_one_test(planned_once, cast)


@pytest.fixture
def room(started_once: Room, cast: Cast) -> Room:
    """CT-0042, running: a test does with it what it likes."""
    return _for_one_test(started_once, cast)


def _for_one_test(played: Room, people: Cast) -> Room:
    return replace(played, cast=people, batch=copy.deepcopy(played.batch), lots={})
