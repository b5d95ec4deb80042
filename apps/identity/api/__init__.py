"""Donors, recipients and chains of identity for programs."""

from apps.identity.api.chains import ChainsView, ChainView
from apps.identity.api.numbers import NumbersView
from apps.identity.api.people import (
    DonorErasure,
    DonorsView,
    DonorView,
    RecipientErasure,
    RecipientsView,
    RecipientView,
)

__all__ = [
    "ChainView",
    "ChainsView",
    "DonorErasure",
    "DonorView",
    "DonorsView",
    "NumbersView",
    "RecipientErasure",
    "RecipientView",
    "RecipientsView",
]
