"""What is done in the store: places are set up, units put in, moved and taken out. The only writers."""

from apps.storage.services.leaving import LEAVING, send_away
from apps.storage.services.moving import MOVERS, store_unit, take_out
from apps.storage.services.placing import KEEPERS, add_box, open_store

__all__ = ["KEEPERS", "LEAVING", "MOVERS", "add_box", "open_store", "send_away", "store_unit", "take_out"]
