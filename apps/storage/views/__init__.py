"""Pages of the store: its places and moves, its temperature and excursions."""

from apps.storage.views.excursions import accept, excursion, refuse
from apps.storage.views.keeping import instrument, limit, tolerance
from apps.storage.views.places import add_box, expiry_tone, move, open_store, store, stores, take_out, unit
from apps.storage.views.watching import (
    add_probe,
    import_page,
    read_page,
    readings_table,
    retire,
    temperature,
)

__all__ = [
    "accept",
    "add_box",
    "add_probe",
    "excursion",
    "expiry_tone",
    "import_page",
    "instrument",
    "limit",
    "move",
    "open_store",
    "read_page",
    "readings_table",
    "refuse",
    "retire",
    "store",
    "stores",
    "take_out",
    "temperature",
    "tolerance",
    "unit",
]
