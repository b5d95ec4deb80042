"""The clauses are proved on a running batch, on an event that quality assurance judges, and on accounts."""

from tests.batches.conftest import cast, planned, planned_once, room, started_once
from tests.quality.conftest import batch, deviation, happen, make_record

__all__ = [
    "batch",
    "cast",
    "deviation",
    "happen",
    "make_record",
    "planned",
    "planned_once",
    "room",
    "started_once",
]
