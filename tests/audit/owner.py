"""What an owner of the database can do behind the application's back, in both databases."""

from django.db import IntegrityError, connection, transaction


def refused(sql: str, *params: object) -> bool:
    """Whether the database refuses this statement because what was recorded stays."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql, params)
    except IntegrityError as error:
        return "what was recorded stays" in str(error)
    return False
