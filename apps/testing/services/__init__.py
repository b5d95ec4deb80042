"""What is done in the laboratory. The only writers."""

from apps.testing.services.analysis import approve_coa
from apps.testing.services.investigating import (
    assess_laboratory,
    conclude,
    decide_on_laboratory,
    return_to_laboratory,
    review_production,
)
from apps.testing.services.late import add_late_result
from apps.testing.services.results import correct_result, record_result, review_results, sign_results
from apps.testing.services.retesting import approve_plan, begin_retests, propose_plan, refuse_plan
from apps.testing.services.runs import open_run, put_on_run, record_control
from apps.testing.services.samples import draw_sample, print_sample_labels, receive_sample, refuse_sample, take_sample
from apps.testing.services.settling import settle_tests

__all__ = [
    "add_late_result",
    "approve_coa",
    "approve_plan",
    "assess_laboratory",
    "begin_retests",
    "conclude",
    "correct_result",
    "decide_on_laboratory",
    "draw_sample",
    "open_run",
    "print_sample_labels",
    "propose_plan",
    "put_on_run",
    "receive_sample",
    "record_control",
    "record_result",
    "refuse_plan",
    "refuse_sample",
    "return_to_laboratory",
    "review_production",
    "review_results",
    "settle_tests",
    "sign_results",
    "take_sample",
]
