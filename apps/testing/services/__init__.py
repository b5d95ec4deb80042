"""What is done in the laboratory. The only writers."""

from apps.testing.services.analysis import approve_coa
from apps.testing.services.late import add_late_result
from apps.testing.services.results import correct_result, record_result, review_results, sign_results
from apps.testing.services.runs import open_run, put_on_run, record_control
from apps.testing.services.samples import draw_sample, print_sample_labels, receive_sample, refuse_sample
from apps.testing.services.settling import settle_tests

__all__ = [
    "add_late_result",
    "approve_coa",
    "correct_result",
    "draw_sample",
    "open_run",
    "print_sample_labels",
    "put_on_run",
    "receive_sample",
    "record_control",
    "record_result",
    "refuse_sample",
    "review_results",
    "settle_tests",
    "sign_results",
]
