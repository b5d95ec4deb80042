"""What the database does for a page: the plans of its statements, and which tables it reads from end to end."""

import re
from collections.abc import Iterable, Sequence

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

GROWING = (
    "audit_record", "audit_head", "audit_entry", "audit_leaf", "audit_checkpoint",
    "batches_batch", "batches_step", "batches_recordedvalue",
)  # fmt: skip
_SCANS = {
    "postgresql": re.compile(r"(?:Seq Scan|Bitmap Heap Scan|Index Only Scan using \w+) on (\w+)"),
    "sqlite": re.compile(r"^SCAN (\w+)(?: USING (?:COVERING )?INDEX \w+)?$"),
}


def full_scans(client: Client, url: str, tables: Sequence[str] = GROWING) -> list[str]:
    """The tables among these that a page reads from end to end."""
    with CaptureQueriesContext(connection) as said:
        client.get(url)
    return sorted({table for query in said for table in scanned(query["sql"], tables)})


def scanned(sql: str, tables: Iterable[str] = GROWING) -> set[str]:
    """The tables that one statement reads from end to end."""
    if not sql.startswith("SELECT"):
        return set()
    return {table for line in plan_of(sql) for table in _in_line(line) if table in tables}


def plan_of(sql: str) -> list[str]:
    """The lines of the database's plan."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(f"EXPLAIN {sql}")
            return [line for (line,) in cursor.fetchall()]
        cursor.execute(f"EXPLAIN QUERY PLAN {sql}")
        return [row[-1] for row in cursor.fetchall()]


def _in_line(line: str) -> list[str]:
    if connection.vendor == "postgresql":
        return re.findall(r"Seq Scan on (\w+)", line)
    found = re.match(r"SCAN (\w+)", line)
    return [found.group(1)] if found else []
