"""The order in which records are locked: the only locks of the whole system."""

from collections.abc import Iterable
from itertools import groupby

from django.db import connection

from apps.audit.models import Record
from apps.core.prepared import ready_cursor


def lock_records(touching: Iterable[Record], relying_on: Iterable[Record]) -> None:
    """Lock all records in ascending order: changed ones FOR NO KEY UPDATE, relied-on ones FOR SHARE.

    One order for both kinds, or two people who each rely on what the other changes would wait for each other for ever.
    On SQLite the IMMEDIATE transaction is the lock.
    """
    if not connection.features.has_select_for_update:
        return
    changed = {record.pk for record in touching}
    everything = sorted(changed | {record.pk for record in relying_on})
    for is_changed, run in groupby(everything, key=changed.__contains__):
        _lock(list(run), "NO KEY UPDATE" if is_changed else "SHARE")


def _lock(ids: list[int], strength: str) -> None:
    # Raw, for Django can't say FOR SHARE; ORDER BY makes PostgreSQL lock in this order.
    table = connection.ops.quote_name(Record._meta.db_table)
    with ready_cursor() as cursor:
        cursor.execute(f"SELECT id FROM {table} WHERE id = ANY(%s) ORDER BY id FOR {strength}", [ids])  # noqa: S608  own table
