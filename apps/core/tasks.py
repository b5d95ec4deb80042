"""What the database wants done from time to time."""

from celery import shared_task
from django.db import connection

LOOKED_AT = 1000  # rows of each index: a quarter of a second for a million entries


@shared_task(ignore_result=True)
def count_rows(**kwargs: object) -> None:
    """Tell SQLite how large its tables are, or it begins a list at the wrong end; PostgreSQL counts by itself."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute(f"PRAGMA analysis_limit={LOOKED_AT}")
            cursor.execute("ANALYZE")
