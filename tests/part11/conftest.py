"""The clauses are proved on a running batch, on an event that quality assurance judges, and on accounts."""

from tests.batches.conftest import planned, room
from tests.quality.conftest import batch, deviation, happen, make_record

__all__ = ["batch", "deviation", "happen", "make_record", "planned", "room"]
