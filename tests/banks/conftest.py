"""One bank for every test of a file; what a test does to it is undone after it."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from pytest_django.plugin import DjangoDbBlocker

from apps.batches.models import Batch
from apps.batches.selectors.batches import batch_now
from tests.banks.story import bank_of_seven, from_it
from tests.cast import Cast
from tests.testing.prologue import known_people, undone


@dataclass(frozen=True)
class Begun:
    """The people, the bank, and the batch planned from it."""

    cast: Cast
    bank: Batch
    batch: Batch


@pytest.fixture(scope="module")
def begun(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Begun]:
    """A released master bank and what is planned from it, played once for a file."""
    with undone(django_db_blocker) as people:
        assert people.vera
        bank = bank_of_seven(people)
        yield Begun(people, bank, from_it(people, bank))


@pytest.fixture
def cast(begun: Begun, db: None) -> Cast:
    """The people of the story."""
    return known_people(begun.cast)


@pytest.fixture
def bank(begun: Begun, db: None) -> Batch:
    """CT-0900, released."""
    return batch_now(begun.bank)


@pytest.fixture
def batch(begun: Begun, db: None) -> Batch:
    """WB-0001, planned from it."""
    return batch_now(begun.batch)
