"""What is done to lots and their stock. The only writers."""

from apps.materials.services.lots import prepare_reagent, print_lot_labels, receive_lot, reject_lot, release_lot
from apps.materials.services.opening import discard_container, open_container, open_lot
from apps.materials.services.stock import COUNTERS, TAKERS, count_stock, destroy_stock, take_stock

__all__ = [
    "COUNTERS",
    "TAKERS",
    "count_stock",
    "destroy_stock",
    "discard_container",
    "open_container",
    "open_lot",
    "prepare_reagent",
    "print_lot_labels",
    "receive_lot",
    "reject_lot",
    "release_lot",
    "take_stock",
]
