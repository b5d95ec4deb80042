"""Fixtures that every test may ask for."""

import gc

import pytest
from hypothesis import HealthCheck, settings

from tests.cast import _quick_secrets, api_client, cast, real_secrets, rhine, site, web_client
from tests.chromium import chromium
from tests.database import (
    _folders,
    _heads_of_their_own,
    _tests_may_empty_append_only_tables,
    _what_many_tests_begin_with_is_checked_once,
    django_db_keepdb,
    django_db_modify_db_settings,
)
from tests.forms import (
    fail_on_skips,
    leave_out,
    print_what_was_left_out,
    pytest_testnodedown,
    short_form,
    tell_what_was_left_out,
)
from tests.plans import prefers_indexes
from tests.scheduling import put_the_longest_first_and_the_browsers_last, pytest_xdist_make_scheduler

__all__ = [
    "_folders",
    "_heads_of_their_own",
    "_quick_secrets",
    "_tests_may_empty_append_only_tables",
    "_what_many_tests_begin_with_is_checked_once",
    "api_client",
    "cast",
    "chromium",
    "django_db_keepdb",
    "django_db_modify_db_settings",
    "prefers_indexes",
    "pytest_testnodedown",
    "pytest_xdist_make_scheduler",
    "real_secrets",
    "rhine",
    "short_form",
    "site",
    "web_client",
]


# A property is asked the same examples in every run, and no clock judges it: machines may be busy.
settings.register_profile("house", derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("house")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    leave_out(config, items)
    put_the_longest_first_and_the_browsers_last(items)


def pytest_collection_finish() -> None:
    """What is imported stays: the collector of cycles need not walk it again and again, a tenth of the whole run."""
    gc.freeze()
    gc.set_threshold(100_000, 50, 100)


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    fail_on_skips(session)
    tell_what_was_left_out(session.config)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    print_what_was_left_out(config, terminalreporter.write_line)
