"""Pages of donors and donations: showing, and acting."""

from apps.donation.views.acting import collect, consent, decide, register, screening, withdraw
from apps.donation.views.looking import donation, donations, donor, donors

__all__ = [
    "collect",
    "consent",
    "decide",
    "donation",
    "donations",
    "donor",
    "donors",
    "register",
    "screening",
    "withdraw",
]
