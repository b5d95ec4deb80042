"""Pages of donors and donations: showing, and acting."""

from apps.donation.views.acting import (
    collect,
    consent,
    countersign,
    decide,
    health,
    issue,
    number_for,
    print_labels,
    register,
    screening,
    withdraw,
)
from apps.donation.views.looking import donation, donations, donor, donors

__all__ = [
    "collect",
    "consent",
    "countersign",
    "decide",
    "donation",
    "donations",
    "donor",
    "donors",
    "health",
    "issue",
    "number_for",
    "print_labels",
    "register",
    "screening",
    "withdraw",
]
