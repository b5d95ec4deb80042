"""What the laboratory signs, and what the certificate of analysis says."""

from apps.testing.content.certificate import certificate_of_analysis
from apps.testing.content.labelling import sample_labels
from apps.testing.content.signing import (
    approve_coa_content,
    entry_for,
    late_result_content,
    read_found,
    review_results_content,
    sign_results_content,
)

__all__ = [
    "approve_coa_content",
    "certificate_of_analysis",
    "entry_for",
    "late_result_content",
    "read_found",
    "review_results_content",
    "sample_labels",
    "sign_results_content",
]
