"""The two forms of a test run: what applies to which database, what the second run leaves out. Nothing is skipped:
what a run leaves out is deselected, counted and named in its last lines."""

import os
from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any

import pytest
from django.db import connection

LEFT_OUT = pytest.StashKey[Counter[str]]()
NO_DATABASE = "ask no database: they ran with PostgreSQL"
FURTHER_CASES = "are further cases of a heavy test: they ran with PostgreSQL"
POSTGRES_ONLY = "can only be asked of PostgreSQL"
EMBEDDED_ONLY = "ask the embedded form itself: they run with SQLite"


@pytest.fixture
def short_form() -> bool:
    """Whether a heavy test may take its short form: on the second database of `make test`."""
    return is_short()


def is_short() -> bool:
    return os.environ.get("QCS_TEST_FORM") == "short"


def leave_out(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Deselect what this run does not ask, each for one reason; all reasons are told at the end."""
    reasons = [_reason(item, again) for item, again in zip(items, _seen_before(items), strict=True)]
    config.stash[LEFT_OUT] = Counter(reason for reason in reasons if reason)
    gone = [item for item, reason in zip(items, reasons, strict=True) if reason]
    if gone:
        config.hook.pytest_deselected(items=gone)
        items[:] = [item for item, reason in zip(items, reasons, strict=True) if not reason]


def _reason(item: pytest.Item, again: bool) -> str:
    """Why this test is not asked in this run; nothing when it is."""
    on_postgres = connection.vendor == "postgresql"
    if item.get_closest_marker("embedded" if on_postgres else "postgres"):
        return EMBEDDED_ONLY if on_postgres else POSTGRES_ONLY
    if on_postgres or not is_short():
        return ""
    if not asks_a_database(item):
        return NO_DATABASE
    return FURTHER_CASES if again and _one_case_will_do(item) else ""


def asks_a_database(item: Any) -> bool:
    """By its mark, by a fixture that reaches for the database, or because it starts programs that do."""
    if item.get_closest_marker("django_db") or item.get_closest_marker("heavy"):
        return True
    return any(_reaches_for_it(definitions[-1]) for definitions in item._fixtureinfo.name2fixturedefs.values())


def _reaches_for_it(definition: Any) -> bool:
    # pytest-django's own helpers belong to every test, and do nothing for those that ask no database.
    if definition.func.__module__.startswith("pytest_django"):
        return definition.argname in ("db", "transactional_db", "live_server")
    return "django_db_setup" in definition.argnames


def _seen_before(items: Iterable[pytest.Item]) -> list[bool]:
    known: set[str] = set()
    seen = []
    for item in items:
        test = item.nodeid.partition("[")[0]
        seen.append(test in known)
        known.add(test)
    return seen


def _one_case_will_do(item: pytest.Item) -> bool:
    """A heavy test with a short form of its own decides itself; but one browser walks for all."""
    shortens = "short_form" in getattr(item, "fixturenames", ()) and not item.get_closest_marker("browser")
    return bool(item.get_closest_marker("heavy")) and not shortens


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any, error: object) -> None:
    """What a process left out, told by it to the one that prints."""
    node.config.stash[LEFT_OUT] = Counter(getattr(node, "workeroutput", {}).get("left_out", {}))


def tell_what_was_left_out(config: pytest.Config) -> None:
    """A process tells the one that prints."""
    told: dict[str, Any] | None = getattr(config, "workeroutput", None)
    if told is not None:
        told["left_out"] = dict(config.stash.get(LEFT_OUT, Counter()))


def print_what_was_left_out(config: pytest.Config, say: Callable[[str], None]) -> None:
    """One line for each reason."""
    for reason, count in sorted(config.stash.get(LEFT_OUT, Counter()).items()):
        say(f"left out: {count} tests {reason}")


def fail_on_skips(session: pytest.Session) -> None:
    """In `make test` nothing is silently skipped: a skipped test fails the run."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if os.environ.get("QCS_NO_SKIPS") and reporter and reporter.stats.get("skipped") and not session.exitstatus:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
