"""What is signed, and what is printed, about stability."""

from apps.stability.content.extensions import (
    authorise_content,
    confirm_content,
    endorse_content,
    extension_report,
    relabel_content,
)
from apps.stability.content.studies import close_study_content, open_study_content

__all__ = [
    "authorise_content",
    "close_study_content",
    "confirm_content",
    "endorse_content",
    "extension_report",
    "open_study_content",
    "relabel_content",
]
