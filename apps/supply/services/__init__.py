"""Supply to a named patient without certification; one file per family of verbs."""

from apps.supply.services.agreeing import open_supply
from apps.supply.services.deciding import (
    decide_supply,
    release_to_named,
    withdraw_supply,
    withdraw_with_order,
)
from apps.supply.services.donors import tell_of_donor
from apps.supply.services.registering import fill_register

__all__ = [
    "decide_supply",
    "fill_register",
    "open_supply",
    "release_to_named",
    "tell_of_donor",
    "withdraw_supply",
    "withdraw_with_order",
]
