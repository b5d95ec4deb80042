"""What is done in the store: places set up, units put in, moved and taken out, readings judged. The only writers."""

from apps.storage.services.cultures import hold_late_cultures
from apps.storage.services.deciding import accept_exposure, refuse_exposure
from apps.storage.services.importing import import_readings
from apps.storage.services.keeping import change_tolerance, name_instrument, set_limit
from apps.storage.services.leaving import LEAVING, send_away
from apps.storage.services.moving import MOVERS, judge_times_out, put_away, store_unit, take_out
from apps.storage.services.placing import KEEPERS, add_box, open_store
from apps.storage.services.watching import READERS, Taken, take_readings

__all__ = [
    "KEEPERS",
    "LEAVING",
    "MOVERS",
    "READERS",
    "Taken",
    "accept_exposure",
    "add_box",
    "change_tolerance",
    "hold_late_cultures",
    "import_readings",
    "judge_times_out",
    "name_instrument",
    "open_store",
    "put_away",
    "refuse_exposure",
    "send_away",
    "set_limit",
    "store_unit",
    "take_out",
    "take_readings",
]
