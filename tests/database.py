"""The tables of the tests, made once for all processes of a run; and what tests that really commit leave behind."""

import fcntl
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest
from django.conf import LazySettings
from django.conf import settings as django_settings
from django.db import connections
from django.test import TransactionTestCase
from psycopg import sql

from apps.audit import triggers
from tests.architecture.source import ROOT


def has_company() -> bool:
    """Whether other processes of this run need the same tables."""
    return "PYTEST_XDIST_WORKER" in os.environ


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    django_db_modify_db_settings_parallel_suffix: None, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Each process begins with a copy of the tables: the first of them migrates, the others wait."""
    if not has_company():
        return
    shared, database = tmp_path_factory.getbasetemp().parent, django_settings.DATABASES["default"]
    url = _migrated_once(shared, os.environ.get("DATABASE_URL", ""))
    if url:
        database["TEST"]["TEMPLATE"] = _name(url)
    else:
        shutil.copy(shared / "tables" / "qcsystem.sqlite3", database["TEST"]["NAME"])


@pytest.fixture(scope="session")
def django_db_keepdb(request: pytest.FixtureRequest) -> bool:
    """The copied file is taken as it is."""
    is_copy = has_company() and "DATABASE_URL" not in os.environ
    return is_copy or bool(request.config.getoption("reuse_db"))


def _migrated_once(folder: Path, url: str) -> str:
    """Make the tables, when no other process did; gives the address of the database that has them."""
    with (folder / "tables.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        done = folder / "tables.done"
        if not done.exists():
            done.write_text(_migrate(folder / "tables", url and url.rpartition("/")[0] + f"/tables_{os.getpid()}"))
        return done.read_text()


def _migrate(folder: Path, url: str) -> str:
    if url:
        with psycopg.connect(url.rpartition("/")[0] + "/postgres", autocommit=True) as connection:
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(_name(url))))
    folder.mkdir()
    said = {"QCS_MODE": "training", "QCS_VAR": str(folder), "DJANGO_SETTINGS_MODULE": "tests.browser.playing"}
    own = {name: value for name, value in os.environ.items() if not name.startswith(("QCS_", "DATABASE_"))}
    command = [sys.executable, "manage.py", "migrate", "--verbosity", "0"]
    environment = own | said | ({"DATABASE_URL": url} if url else {})
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return url


def _name(url: str) -> str:
    return urlsplit(url).path.lstrip("/")


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
