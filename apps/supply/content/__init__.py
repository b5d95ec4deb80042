"""What people sign when units go to a named patient without certification, and what the certificate of it says."""

from apps.supply.content.certificate import certificate_of
from apps.supply.content.donors import known_tests, label_words
from apps.supply.content.signed import agree_content, decide_content, release_to_named_content

__all__ = [
    "agree_content",
    "certificate_of",
    "decide_content",
    "known_tests",
    "label_words",
    "release_to_named_content",
]
