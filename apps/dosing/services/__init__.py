"""What is done with treatment orders. The only writers."""

from apps.dosing.services.agreeing import agree_to_supply
from apps.dosing.services.following import hold_lots_of, record_outcome, record_reaction
from apps.dosing.services.infusing import compare_at_bedside, end_infusion, note_moment, start_infusion
from apps.dosing.services.ordering import cancel_order, check_order, order_treatment
from apps.dosing.services.preparing import confirm_volume, prepare_volume
from apps.dosing.services.reserving import free_reserved, reserve_units
from apps.dosing.services.safety import record_safety_check
from apps.dosing.services.sending import ship_reserved
from apps.dosing.services.thawing import thaw_unit
from apps.dosing.services.watching import record_vitals

__all__ = [
    "agree_to_supply",
    "cancel_order",
    "check_order",
    "compare_at_bedside",
    "confirm_volume",
    "end_infusion",
    "free_reserved",
    "hold_lots_of",
    "note_moment",
    "order_treatment",
    "prepare_volume",
    "record_outcome",
    "record_reaction",
    "record_safety_check",
    "record_vitals",
    "reserve_units",
    "ship_reserved",
    "start_infusion",
    "thaw_unit",
]
