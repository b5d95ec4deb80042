"""Consents, screening, donations and the decision about them for programs."""

from apps.donation.api.deciding import CountersignEligibility, DecideEligibility
from apps.donation.api.donations import DonationLabels, DonationsView, DonationView, Health
from apps.donation.api.donors import Consents, Screening, Withdrawal

__all__ = [
    "Consents",
    "CountersignEligibility",
    "DecideEligibility",
    "DonationLabels",
    "DonationView",
    "DonationsView",
    "Health",
    "Screening",
    "Withdrawal",
]
