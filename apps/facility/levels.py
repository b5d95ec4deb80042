"""The levels of the environment in force, read once."""

from functools import cache

from apps.facility.definition import Levels
from apps.facility.facts import Grade, Level, SampleKind
from apps.products.loader import SEEDS, read_table


@cache
def levels() -> Levels:
    """seeds/monitoring.yaml."""
    return Levels.model_validate(read_table(SEEDS / "monitoring.yaml"))


def level_of(grade: Grade, kind: SampleKind) -> Level | None:
    """What a grade is held to by one kind of sample; some grades have none."""
    return next((one.level for one in levels().limits if (one.grade, one.kind) == (grade, kind)), None)
