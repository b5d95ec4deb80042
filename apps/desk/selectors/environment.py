"""What waits of the environment: samples that nobody has counted."""

from collections.abc import Iterator

from apps.core.text import N_
from apps.desk.facts import Asked, Risk, Task
from apps.desk.selectors.batches import MOST
from apps.facility.rules.monitoring import COUNTED_WITHIN
from apps.facility.selectors import uncounted


def to_count(whom: Asked) -> Iterator[Task]:
    """Samples of a room that were taken and have no count yet."""
    for plate in uncounted(whom.sites)[:MOST]:
        said = {"point": str(plate.point), "batch": plate.session.cleared_for.number}
        yield Task(
            N_("Count a sample of the environment"), plate.number, plate.taken_at, "facility:count", (plate.number,),
            said, N_("{point}, while {batch} stood there"), Risk.MIDDLE, plate.taken_at + COUNTED_WITHIN,
        )  # fmt: skip
