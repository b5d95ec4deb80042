"""Pages of the laboratory: samples, runs and their worksheets, signatures, the analysis of a batch."""

from apps.testing.views.analysis import analysis, approve
from apps.testing.views.investigating import (
    approve_plan,
    assess,
    conclude,
    extend,
    invalidate,
    plan_capa,
    propose_plan,
    refuse_plan,
    retest,
    return_to_laboratory,
    review_production,
)
from apps.testing.views.investigations import counts, investigation, investigations
from apps.testing.views.recording import control_value, correct, correct_control, result_value
from apps.testing.views.runs import add_samples, open_run_page, run, run_acts, runs, waiting_tests
from apps.testing.views.samples import draw, print_labels, receive, refuse, sample, samples
from apps.testing.views.signing import declare_invalid, late_result, review_run, sign_run

__all__ = [
    "add_samples",
    "analysis",
    "approve",
    "approve_plan",
    "assess",
    "conclude",
    "control_value",
    "correct",
    "correct_control",
    "counts",
    "declare_invalid",
    "draw",
    "extend",
    "invalidate",
    "investigation",
    "investigations",
    "late_result",
    "open_run_page",
    "plan_capa",
    "print_labels",
    "propose_plan",
    "receive",
    "refuse",
    "refuse_plan",
    "result_value",
    "retest",
    "return_to_laboratory",
    "review_production",
    "review_run",
    "run",
    "run_acts",
    "runs",
    "sample",
    "samples",
    "sign_run",
    "waiting_tests",
]
