"""The decision pages: review by exception, its findings, certify, release for supply; reject, recall, take back."""

from apps.release.views.deciding import certify, sign_review, supply
from apps.release.views.ending import recall, reject, reopen, withdraw
from apps.release.views.printing import print_register
from apps.release.views.reviewing import accept, review

__all__ = [
    "accept",
    "certify",
    "print_register",
    "recall",
    "reject",
    "reopen",
    "review",
    "sign_review",
    "supply",
    "withdraw",
]
