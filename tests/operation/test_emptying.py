"""Tests that really commit can follow one another: append-only tables are emptied between them, guarded within."""

import pytest
from django.db import DatabaseError, connection

from apps.audit import triggers
from apps.audit.models import Entry
from tests.cast import site_of

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("time", ["first", "second"])
def test_each_test_with_commits_finds_an_empty_and_guarded_trail(time: str) -> None:
    assert not Entry.objects.exists()
    assert triggers.missing(connection) == []

    site_of("NANHU")

    assert Entry.objects.count() == 1
    with pytest.raises(DatabaseError):
        Entry.objects.all().delete()
    assert Entry.objects.count() == 1
