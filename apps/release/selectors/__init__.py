"""What a reviewer and the authorised person read."""

from apps.release.selectors.around import conclusion_of, events_of
from apps.release.selectors.people import all_records_of, hands_on_batch
from apps.release.selectors.review import Read, issued_certificate, read_for_review, review_page

__all__ = [
    "Read",
    "all_records_of",
    "conclusion_of",
    "events_of",
    "hands_on_batch",
    "issued_certificate",
    "read_for_review",
    "review_page",
]
