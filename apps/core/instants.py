"""How an instant is read from PostgreSQL: by the driver's own compiled reader.

The framework registers a reader written in Python that matches a pattern and sets the time zone anew for every value; a
page of a batch reads some two thousand. The session's zone is UTC already, so there is nothing to set.
"""

from datetime import UTC, datetime
from typing import Any

import psycopg
from psycopg.abc import AdaptContext, Buffer
from psycopg.adapt import Loader
from psycopg.pq import Format

INSTANT = psycopg.postgres.types["timestamptz"].oid
Compiled = psycopg.adapters.get_loader(INSTANT, Format.TEXT)  # no base for a class of ours


class InUTC(Loader):
    """The driver's reader under a name of ours; by `timezone` the framework sees that it need not register its own."""

    timezone = UTC

    def __init__(self, oid: int, context: AdaptContext | None = None) -> None:
        super().__init__(oid, context)
        self._read = Compiled(oid, context).load

    def load(self, data: Buffer) -> datetime:
        """The instant, in UTC."""
        return self._read(data)


def read_by_the_driver(*, connection: Any, **_: object) -> None:
    """Told of each new connection."""
    if connection.vendor == "postgresql":
        connection.connection.adapters.register_loader("timestamptz", InUTC)
