"""The clocks of reporting and what holds at once, read once."""

from functools import cache

from apps.products.loader import SEEDS, read_table
from apps.vigilance.definition import ClockEntry, VigilanceTable
from apps.vigilance.facts import Clock


@cache
def vigilance_table() -> VigilanceTable:
    """seeds/vigilance.yaml."""
    return VigilanceTable.model_validate(read_table(SEEDS / "vigilance.yaml"))


def clocks() -> list[Clock]:
    """The clocks as rules see them."""
    return [one.clock for one in vigilance_table().clocks]


def clock_named(key: str) -> ClockEntry | None:
    """A clock with its words and its source."""
    return next((one for one in vigilance_table().clocks if one.key == key), None)
