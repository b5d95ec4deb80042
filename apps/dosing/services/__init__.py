"""What is done with treatment orders. The only writers."""

from apps.dosing.services.ordering import cancel_order, check_order, order_treatment
from apps.dosing.services.reserving import free_reserved, reserve_units

__all__ = ["cancel_order", "check_order", "free_reserved", "order_treatment", "reserve_units"]
