"""Pages of recipients, treatment orders, doses and infusions: showing, and acting."""

from apps.dosing.views.acting import cancel, check, free, order, register, reserve
from apps.dosing.views.agreeing import agree
from apps.dosing.views.bedside import bedside, end, moment, start, vitals
from apps.dosing.views.following import outcome, outcomes, reaction, safety
from apps.dosing.views.looking import detail, orders, recipient, recipients
from apps.dosing.views.preparing import confirm, prepare, thaw
from apps.dosing.views.sending import ship

__all__ = [
    "agree",
    "bedside",
    "cancel",
    "check",
    "confirm",
    "detail",
    "end",
    "free",
    "moment",
    "order",
    "orders",
    "outcome",
    "outcomes",
    "prepare",
    "reaction",
    "recipient",
    "recipients",
    "register",
    "reserve",
    "safety",
    "ship",
    "start",
    "thaw",
    "vitals",
]
