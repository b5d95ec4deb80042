"""What tests that really commit leave behind: how append-only tables are emptied, where signed heads are kept."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.db import connections
from django.test import TransactionTestCase

from apps.audit import triggers


@pytest.fixture(scope="session", autouse=True)
def _tests_may_empty_append_only_tables() -> Iterator[None]:
    """A test with real commits is followed by a flush, which the triggers refuse: they stand aside for that moment."""
    with pytest.MonkeyPatch.context() as patch:
        flush = TransactionTestCase._fixture_teardown

        def flush_without_triggers(case: TransactionTestCase) -> None:
            for name in case._databases_names(include_mirrors=False):
                triggers.remove(connections[name])
            try:
                flush(case)
            finally:
                for name in case._databases_names(include_mirrors=False):
                    triggers.install(connections[name])

        patch.setattr(TransactionTestCase, "_fixture_teardown", flush_without_triggers)
        yield


@pytest.fixture(autouse=True)
def _heads_of_their_own(settings: LazySettings, tmp_path: Path) -> None:
    """The copy of signed heads outside the database belongs to one database: each test begins without."""
    settings.CHECKPOINTS_DIR = tmp_path / "checkpoints"
