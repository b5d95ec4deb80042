"""What is done with treatment orders. The only writers."""

from apps.dosing.services.ordering import cancel_order, check_order, order_treatment
from apps.dosing.services.preparing import confirm_volume, prepare_volume
from apps.dosing.services.reserving import free_reserved, reserve_units
from apps.dosing.services.thawing import thaw_unit

__all__ = [
    "cancel_order",
    "check_order",
    "confirm_volume",
    "free_reserved",
    "order_treatment",
    "prepare_volume",
    "reserve_units",
    "thaw_unit",
]
