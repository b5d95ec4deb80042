"""What the database does for a page: the plans of its statements, and the tables it reads or sorts from end to end."""

import re
from collections.abc import Iterator

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

SMALL = ("organisation_", "products_", "django_", "facility_")  # people, sites, master records, rooms: they stay few
_READ = {
    "postgresql": re.compile(r"Seq Scan on (\w+)"),
    "sqlite": re.compile(r"^SCAN (\w+)(?!\w| USING INDEX)"),
}
_SORTED = {
    "postgresql": re.compile(r"^\s*(?:->  )?Sort\b.* rows=(?P<rows>\d+)"),
    "sqlite": re.compile(r"^USE TEMP B-TREE FOR ORDER BY"),
}


@pytest.fixture
def prefers_indexes(db: None) -> None:
    """PostgreSQL reads small tables as a whole whatever they hold; here it does so only where no index would do."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_seqscan = off")
            cursor.execute("SET LOCAL enable_sort = off")


def read_from_end_to_end(client: Client, url: str, at_least: int = 0) -> list[str]:
    """The growing tables, of so many rows, that a page reads or sorts as a whole, however short what it shows is."""
    with CaptureQueriesContext(connection) as said:
        client.get(url)
    statements = [query["sql"] for query in said]
    found = {whole for sql in statements if sql.startswith("SELECT") for whole in _whole_tables(sql, at_least)}
    return sorted(whole for whole in found if not at_least or _rows_of(whole.split(",")[0]) >= at_least)


def _rows_of(table: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {connection.ops.quote_name(table)}")
        return cursor.fetchone()[0]


def plan_of(sql: str) -> list[str]:
    """The lines of the database's plan."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(f"EXPLAIN {sql}")
            return [line for (line,) in cursor.fetchall()]
        cursor.execute(f"EXPLAIN QUERY PLAN {sql}")
        return [row[-1] for row in cursor.fetchall()]


def _whole_tables(sql: str, at_least: int) -> Iterator[str]:
    plan = plan_of(sql)
    for line in plan:
        found = _READ[connection.vendor].search(line)
        table = _named(found.group(1), sql) if found else ""
        if table and not table.startswith(SMALL):
            yield table
    listed = re.search(r' FROM "(\w+)".* LIMIT ', sql)
    if listed and not listed.group(1).startswith(SMALL) and any(_is_sort_of_many(line, at_least) for line in plan):
        yield f"{listed.group(1)}, sorted"


def _is_sort_of_many(line: str, at_least: int) -> bool:
    """Whether a line of a plan sorts; PostgreSQL says how many rows, and those that an index found are few."""
    found = _SORTED[connection.vendor].match(line)
    return found is not None and int(found.groupdict().get("rows", at_least)) >= at_least


def _named(said: str, sql: str) -> str:
    """SQLite's plan names a table as the statement does, by its alias; what is made on the way is no table."""
    alias = re.search(rf'"(\w+)" {said}\b', sql)
    return alias.group(1) if alias else said if f'"{said}"' in sql else ""
