"""Pages and lists, asked of the whole application in this process: time, number of statements, plans of the lists."""

import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connection, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.test import Client
from django.test.utils import CaptureQueriesContext

from apps.organisation.selectors import user_named
from tests.benchmarks.filling import PATTERN
from tests.benchmarks.table import Line, ms, timed
from tests.plans import read_from_end_to_end

READER = "qa"
ROUNDS = 25
WARM = 3  # requests before the first that counts
PAGE_BOUND = 0.100
GROWN = 1_000  # rows: a table of fewer is rightly read as a whole
FLAT = 1.5  # times as long with a hundred times the batches: the noise of a machine, not a trend
RECORD_PAGES = {
    "batch, overview": f"/batches/{PATTERN}/",
    "batch record page": f"/batches/{PATTERN}/record/",
    "QA review page": f"/release/{PATTERN}/review/",
    "batch record, API": f"/api/v1/batches/{PATTERN}/",
    "QA review, API": f"/api/v1/batches/{PATTERN}/review-page/",
}
LISTS = {
    "batches": "/batches/",
    "batches, running": "/batches/?state=RUNNING",
    "batches, open": "/batches/?state=open",
    "batches, one number": "/batches/?q=FB-000123",
    "batches, API": "/api/v1/batches/",
    "batches, running, API": "/api/v1/batches/?state=RUNNING",
    "batches, one number, API": "/api/v1/batches/?number=FB-000123",
    "my work": "/",
    "search": "/search/?q=FB-0001",
    "audit search": "/inspection/audit/",
    "audit entries, API": "/api/v1/audit/entries/",
    "events and holds": "/quality/",
    "samples": "/testing/",
    "documents": "/documents/",
}


@dataclass(frozen=True)
class Asked:
    """One address, asked some times: how long it took, how long of that the database, how many statements."""

    seconds: float
    in_database: float
    statements: int


def reader() -> Client:
    """A browser of QA."""
    client = Client(SERVER_NAME="localhost")
    user = user_named(READER)
    assert user is not None
    client.force_login(user)
    return client


def ask(client: Client, url: str, rounds: int = ROUNDS) -> Asked:
    """The medians of some rounds after one to warm up, which counts the statements."""
    statements = _statements(client, url)
    watch = _Watch()
    with connection.execute_wrapper(watch):
        spent = [timed(lambda: client.get(url)) for _ in range(rounds)]
    return Asked(statistics.median(spent), watch.seconds / rounds, statements)


class _Watch:
    """Adds up what the database took."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        begun = time.perf_counter()
        try:
            return execute(sql, params, many, context)
        finally:
            self.seconds += time.perf_counter() - begun


def measure_pages() -> list[Line]:
    """The lines about the pages of one full batch."""
    client, lines = reader(), []
    for what, url in RECORD_PAGES.items():
        asked = ask(client, url)
        lines.append(
            Line(
                f"{what}, {asked.statements} statements",
                ms(asked.seconds),
                f"{ms(asked.in_database)} in the database",
                asked.seconds / asked.in_database,
                f"≤ {ms(PAGE_BOUND)}",
                asked.seconds <= PAGE_BOUND,
            )
        )
    return lines


def keep_as_it_is(name: str) -> BaseDatabaseWrapper:
    """A copy of the database as it stands now, to be asked beside it when it has grown: both by a process long warm."""
    known = connection.settings_dict
    if connection.vendor == "sqlite":
        name = f"{known['NAME']}-{name}"
        with connection.cursor() as cursor:
            cursor.execute("VACUUM INTO %s", [name])
    else:
        connection.close()
        with connection._nodb_cursor() as cursor:
            cursor.execute(f"CREATE DATABASE {name} TEMPLATE {known['NAME']}")
    kept = connections[DEFAULT_DB_ALIAS].copy()
    kept.settings_dict = {**known, "NAME": name}
    return kept


@contextmanager
def asking(database: BaseDatabaseWrapper) -> Iterator[None]:
    """Within, the application asks this database."""
    own = connections[DEFAULT_DB_ALIAS]
    connections[DEFAULT_DB_ALIAS] = database
    try:
        yield
    finally:
        connections[DEFAULT_DB_ALIAS] = own


def measure_lists(few: BaseDatabaseWrapper, sizes: Sequence[int]) -> list[Line]:
    """The lines about lists: the same with few batches and with many, asked in turn."""
    both, clients, lines = (few, connections[DEFAULT_DB_ALIAS]), [], []
    for database in both:
        with asking(database):
            clients.append(reader())
    for what, url in LISTS.items():
        (before, statements), (after, later) = _in_turn(url, both, clients)
        scans, ratio = read_from_end_to_end(clients[1], url, GROWN), after / before
        scanned = f"; SCANS {', '.join(scans)}" if scans else ""
        lines.append(
            Line(
                f"list {what}: {sizes[1]:,} batches against {sizes[0]:,}",
                f"{ms(after)}, {later} statements{scanned}",
                f"{ms(before)}, {statements} statements",
                ratio,
                f"≤ {FLAT}, no scan",
                statements == later and not scans and ratio <= FLAT,
            )
        )
    return lines


def _in_turn(url: str, databases: Sequence[BaseDatabaseWrapper], clients: Sequence[Client]) -> list[tuple[float, int]]:
    """For each database the median time of an address, and its statements."""
    spent: list[list[float]] = [[] for _ in databases]
    counted: list[list[int]] = [[] for _ in databases]
    for n in range(WARM + ROUNDS):
        for i, database in enumerate(databases):
            with asking(database):
                if n < WARM:
                    counted[i].append(_statements(clients[i], url))
                else:
                    spent[i].append(timed(partial(clients[i].get, url)))
    # The least: now and then one request also writes down that the session is alive.
    return [(statistics.median(took), min(said)) for took, said in zip(spent, counted, strict=True)]


def _statements(client: Client, url: str) -> int:
    with CaptureQueriesContext(connection) as said:
        reply = client.get(url)
    statements = len(said)  # now: the next request empties the log
    assert reply.status_code == 200, (url, reply.status_code)
    return statements
