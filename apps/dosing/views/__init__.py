"""Pages of recipients and treatment orders: showing, and acting."""

from apps.dosing.views.acting import cancel, check, free, order, register, reserve
from apps.dosing.views.looking import detail, orders, recipient, recipients

__all__ = ["cancel", "check", "detail", "free", "order", "orders", "recipient", "recipients", "register", "reserve"]
