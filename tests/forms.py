"""The two forms of a test run: what applies to which database, what may be shortened; nothing is skipped."""

import os

import pytest
from django.db import connection


@pytest.fixture
def short_form() -> bool:
    """Whether a heavy test may take its short form: on the second database of `make test`."""
    return os.environ.get("QCS_TEST_FORM") == "short"


def leave_out_what_only_postgres_can_answer(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Tests marked `postgres` are counted as deselected on SQLite, not skipped."""
    if connection.vendor == "postgresql":
        return
    left_out = [item for item in items if item.get_closest_marker("postgres")]
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if item not in left_out]


def fail_on_skips(session: pytest.Session) -> None:
    """In `make test` nothing is silently skipped: a skipped test fails the run."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if os.environ.get("QCS_NO_SKIPS") and reporter and reporter.stats.get("skipped") and not session.exitstatus:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
