"""The tables of the tests: on PostgreSQL made once for all processes of a run, on SQLite once until what makes them is
another; and what tests that really commit leave behind."""

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest
from django.conf import LazySettings
from django.conf import settings as django_settings
from django.db import connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.utils import CursorWrapper
from django.test import TestCase, TransactionTestCase
from psycopg import sql

from apps.audit import triggers
from tests.architecture.source import ROOT

MADE_OF = ("apps/*/migrations/*.py", "apps/*/models.py", "apps/*/models/*.py", "apps/audit/*.py", "requirements.txt")
OF_MODELS = ("django_content_type", "auth_permission")


def has_company() -> bool:
    """Whether other processes of this run need the same tables."""
    return "PYTEST_XDIST_WORKER" in os.environ


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    django_db_modify_db_settings_parallel_suffix: None, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Each process begins with a copy of the tables: the first of them migrates, the others wait."""
    database, url = django_settings.DATABASES["default"], os.environ.get("DATABASE_URL", "")
    if not url:
        kept = ROOT / "var" / "tables-of-tests" / _makers_of_tables()
        _migrated_once(kept, url)
        shutil.copy(kept / "tables" / "qcsystem.sqlite3", database["TEST"]["NAME"])
    elif has_company():
        database["TEST"]["TEMPLATE"] = _name(_migrated_once(tmp_path_factory.getbasetemp().parent, url))


@pytest.fixture(scope="session")
def django_db_keepdb(request: pytest.FixtureRequest) -> bool:
    """The copied file is taken as it is."""
    return "DATABASE_URL" not in os.environ or bool(request.config.getoption("reuse_db"))


def _makers_of_tables() -> str:
    """A name that changes with whatever the tables are made of: migrations, models, triggers, packages."""
    made_of = [path for what in MADE_OF for path in sorted(ROOT.glob(what)) if path.is_file()]
    return hashlib.sha256(b"".join(path.read_bytes() for path in made_of)).hexdigest()[:16]


def _migrated_once(folder: Path, url: str) -> str:
    """Make the tables, when no other process did; gives the address of the database that has them."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "tables.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        done = folder / "tables.done"
        if not done.exists():
            shutil.rmtree(folder / "tables", ignore_errors=True)  # of a run that was stopped
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
    """A test with real commits is followed by empty tables under their guards: those that hold rows are emptied."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", _empty)
        yield


def _empty(case: TransactionTestCase) -> None:
    for name in case._databases_names(include_mirrors=False):
        connection = connections[name]
        with transaction.atomic(using=name), connection.cursor() as cursor:
            filled = _filled_tables(connection, cursor)
            (_empty_postgresql if connection.vendor == "postgresql" else _empty_sqlite)(cursor, filled)
        triggers.install(connection)  # those that the test took away


def _filled_tables(connection: BaseDatabaseWrapper, cursor: CursorWrapper) -> list[str]:
    """Those with rows, but for what migrations wrote about the models themselves."""
    tables = connection.introspection.django_table_names(only_existing=True, include_views=False)
    asked = (f"SELECT '{table}' WHERE EXISTS (SELECT 1 FROM \"{table}\")" for table in tables if table not in OF_MODELS)
    cursor.execute(" UNION ALL ".join(asked))
    return [table for (table,) in cursor.fetchall()]


def _empty_postgresql(cursor: CursorWrapper, tables: list[str]) -> None:
    cursor.execute("SET LOCAL session_replication_role = replica")  # neither triggers nor foreign keys are asked
    for table in tables:
        cursor.execute(f'DELETE FROM "{table}"')


def _empty_sqlite(cursor: CursorWrapper, tables: list[str]) -> None:
    """The triggers of these tables stand aside for that moment; foreign keys are asked at the commit."""
    cursor.execute("SELECT name, tbl_name, sql FROM sqlite_master WHERE type = 'trigger'")
    guards = [(name, sql) for name, table, sql in cursor.fetchall() if table in tables]
    for name, _ in guards:
        cursor.execute(f'DROP TRIGGER "{name}"')
    for table in tables:
        cursor.execute(f'DELETE FROM "{table}"')
    for _, made in guards:
        cursor.execute(made)


@pytest.fixture(scope="session", autouse=True)
def _what_many_tests_begin_with_is_checked_once() -> Iterator[None]:
    """PostgreSQL looks at the foreign keys of what is not committed at the end of each test: of the rows of a story
    played for many tests again after each, for their check was undone with the test. So they are looked at before."""
    begin = TestCase._fixture_setup.__func__

    def begin_settled(case: type[TestCase]) -> None:
        for name in case._databases_names(include_mirrors=False):
            if connections[name].vendor == "postgresql" and connections[name].in_atomic_block:
                connections[name].check_constraints()
        begin(case)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TestCase, "_fixture_setup", classmethod(begin_settled))
        yield


@pytest.fixture(scope="session")
def _folders(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Names of folders that nobody made yet."""
    base = tmp_path_factory.mktemp("heads")
    return (base / str(n) for n in count())


@pytest.fixture(autouse=True)
def _heads_of_their_own(settings: LazySettings, _folders: Iterator[Path]) -> None:
    """The copy of signed heads outside the database belongs to one database: each test begins without."""
    settings.CHECKPOINTS_DIR = next(_folders)
