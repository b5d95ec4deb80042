"""The decisions over a finished batch; one file per family of verbs."""

from apps.release.services.certifying import certify_batch, release_for_supply
from apps.release.services.ending import recall_batch, reject_batch, reopen_batch
from apps.release.services.printing import WHO_MAY_PRINT, print_register
from apps.release.services.reviewing import accept_finding, review_batch, withdraw_review

__all__ = [
    "WHO_MAY_PRINT",
    "accept_finding",
    "certify_batch",
    "print_register",
    "recall_batch",
    "reject_batch",
    "release_for_supply",
    "reopen_batch",
    "review_batch",
    "withdraw_review",
]
