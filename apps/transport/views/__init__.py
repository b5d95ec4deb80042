"""Pages of shipments: showing, and acting."""

from apps.transport.views.acting import (
    accept,
    confirm,
    hand_over,
    pack,
    quarantine,
    receive,
    reject,
    request_page,
    return_,
    take,
)
from apps.transport.views.looking import file, shipment, shipment_list
from apps.transport.views.plain import acknowledge, attach, cancel, code

__all__ = [
    "accept",
    "acknowledge",
    "attach",
    "cancel",
    "code",
    "confirm",
    "file",
    "hand_over",
    "pack",
    "quarantine",
    "receive",
    "reject",
    "request_page",
    "return_",
    "shipment",
    "shipment_list",
    "take",
]
