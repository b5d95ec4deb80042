"""Pages of recipients, treatment orders and doses: showing, and acting."""

from apps.dosing.views.acting import cancel, check, free, order, register, reserve
from apps.dosing.views.looking import detail, orders, recipient, recipients
from apps.dosing.views.preparing import confirm, prepare, thaw

__all__ = [
    "cancel",
    "check",
    "confirm",
    "detail",
    "free",
    "order",
    "orders",
    "prepare",
    "recipient",
    "recipients",
    "register",
    "reserve",
    "thaw",
]
