"""What is done about a donation: consent, collect, screen, decide, and print its labels."""

from apps.donation.services.labelling import print_donation_labels
from apps.donation.services.recording import (
    COLLECTORS,
    EVERYTHING,
    LABORATORY,
    countersign_eligibility,
    decide_eligibility,
    record_collection,
    record_consent,
    record_health,
    record_screening,
    withdraw_consent,
)

__all__ = [
    "COLLECTORS",
    "EVERYTHING",
    "LABORATORY",
    "countersign_eligibility",
    "decide_eligibility",
    "print_donation_labels",
    "record_collection",
    "record_consent",
    "record_health",
    "record_screening",
    "withdraw_consent",
]
