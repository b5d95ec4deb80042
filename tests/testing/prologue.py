"""What every test of fill and laboratory begins with, played once per module and undone after it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pytest
from django.db import transaction
from django.test import TestCase, override_settings
from pytest_django.plugin import DjangoDbBlocker

from apps.batches.models import Batch
from apps.batches.selectors.batches import batch_now
from apps.units.models import Unit
from tests.cast import Cast
from tests.testing.story import filled, running_batch

PEOPLE = ("olga", "oscar", "anna", "ada", "hugo", "quinn", "stella", "paula", "arthur")


@dataclass(frozen=True)
class Prologue:
    """The people who are there from the start, and the batch that runs."""

    cast: Cast
    batch: Batch


@contextmanager
def undone(django_db_blocker: DjangoDbBlocker) -> Iterator[Cast]:
    """People whose story many tests begin with; it is undone when the last of them has ended."""
    story = type("Undone", (TestCase,), {})  # Django's own way to roll back more than one test
    with django_db_blocker.unblock(), override_settings(PASSWORD_HASHERS=["tests.cast.QuickArgon2"]):
        story.setUpClass()
        try:
            yield Cast()
        finally:
            story.tearDownClass()


@contextmanager
def further() -> Iterator[None]:
    """What goes on in a story that many tests begin with: it is undone first, and what it stands on stays."""
    level = transaction.atomic()
    level._from_testcase = True  # as Django marks its own: what demands to be outermost is so within it
    with level:
        yield
        transaction.set_rollback(True)


def known_people(played: Cast) -> Cast:
    """The people of a story, for one test; those who come only in this test are gone after it."""
    people = Cast()
    people._people |= played._people
    return people


@pytest.fixture(scope="module")
def prologue(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Prologue]:
    """A running batch that all tests of the module begin with; what a test does to it is undone after the test."""
    with undone(django_db_blocker) as people:
        for name in PEOPLE:
            getattr(people, name)
        yield Prologue(people, running_batch(people))


@pytest.fixture(scope="module")
def filled_units(prologue: Prologue) -> list[Unit]:
    """The units of the batch, filled once for the module."""
    return filled(prologue.cast, prologue.batch)


@pytest.fixture
def cast(prologue: Prologue, db: None) -> Cast:
    """The people; those who come only in this test are gone after it."""
    return known_people(prologue.cast)


@pytest.fixture
def batch(prologue: Prologue, db: None) -> Batch:
    """CT-0042, running."""
    return batch_now(prologue.batch)
