"""What waits in the store: units that no longer belong where they lie."""

from collections.abc import Iterator

from apps.core.text import N_
from apps.desk.facts import Asked, Risk, Task
from apps.desk.selectors.batches import MOST
from apps.storage.selectors import misplaced


def to_move(whom: Asked) -> Iterator[Task]:
    """Units in the zone of what is not released, or of what is, since quality decided otherwise."""
    for stay in misplaced(whom.sites)[:MOST]:
        number, said = stay.unit.number, {"position": str(stay.place)}
        yield Task(
            N_("Move the unit to its zone"), number, stay.in_at, "storage:unit", (number,), said,
            N_("Lies in {position}"), Risk.LOW,
        )  # fmt: skip
