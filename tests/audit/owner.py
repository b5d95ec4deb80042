"""What an owner of the database can do behind the application's back, in both databases."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import IntegrityError, connection, transaction

from apps.audit import triggers
from apps.audit.facts import Finding
from apps.audit.selectors import Verification


def refused(sql: str, *params: object) -> bool:
    """Whether the database refuses this statement because what was recorded stays."""
    try:
        with transaction.atomic():
            execute(sql, *params)
    except IntegrityError as error:
        return "what was recorded stays" in str(error)
    return False


def execute(sql: str, *params: object) -> None:
    """One statement of SQL. Raw, as an owner types it."""
    with connection.cursor() as cursor:
        cursor.execute(sql, params or None)


def drop_the_triggers() -> None:
    """The first thing an owner does who wants to change what was recorded."""
    if connection.vendor == "postgresql":
        execute("SET CONSTRAINTS ALL IMMEDIATE")  # PostgreSQL alters no table with checks that wait
    triggers.remove(connection)
    if connection.vendor == "postgresql":
        execute("SET CONSTRAINTS ALL DEFERRED")


@contextmanager
def undone() -> Iterator[None]:
    """What happens within is taken back."""
    savepoint = transaction.savepoint()
    try:
        yield
    finally:
        transaction.savepoint_rollback(savepoint)


def findings(**scope: object) -> list[Finding]:
    """What the verification finds, but for the triggers that are gone."""
    return [finding for finding in Verification(**scope).findings() if finding.check != "trigger"]
