"""One of everything at NANHU and every person of the cast, made once for a module; what a test does to it is undone."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager

import pytest

from tests.access.world import build_world
from tests.cast import PARTS, Cast, site_of
from tests.journeys.conftest import installations

__all__ = ["installations"]


@pytest.fixture(scope="module")
def inhabited(installations: Callable[[], AbstractContextManager[None]]) -> Iterator[Cast]:
    """The people of a site where everything is there once."""
    with installations():
        site_of("NANHU")
        people = Cast()
        build_world(people)
        assert all(getattr(people, name) for name in PARTS)
        yield people


@pytest.fixture
def world(inhabited: Cast, db: None) -> Cast:
    """The same people, for one test."""
    return inhabited
