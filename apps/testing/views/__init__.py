"""Pages of the laboratory: samples, runs and their worksheets, signatures, the analysis of a batch."""

from apps.testing.views.analysis import analysis, approve
from apps.testing.views.recording import control_value, correct, correct_control, result_value
from apps.testing.views.runs import add_samples, open_run_page, run, run_acts, runs, waiting_tests
from apps.testing.views.samples import draw, print_labels, receive, refuse, sample, samples
from apps.testing.views.signing import declare_invalid, late_result, review_run, sign_run

__all__ = [
    "add_samples",
    "analysis",
    "approve",
    "control_value",
    "correct",
    "correct_control",
    "declare_invalid",
    "draw",
    "late_result",
    "open_run_page",
    "print_labels",
    "receive",
    "refuse",
    "result_value",
    "review_run",
    "run",
    "run_acts",
    "runs",
    "sample",
    "samples",
    "sign_run",
    "waiting_tests",
]
