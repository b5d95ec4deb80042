"""The decision pages: review by exception, its findings, certify, release for supply, reject."""

from apps.release.views.deciding import certify, reject, sign_review, supply
from apps.release.views.reviewing import accept, review

__all__ = ["accept", "certify", "reject", "review", "sign_review", "supply"]
