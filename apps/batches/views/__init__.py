"""Pages of the batch record: showing, filling in, signing, departing from the master record."""

from apps.batches.views.amending import amend, approve, deviate
from apps.batches.views.containers import print_labels, vessel_list
from apps.batches.views.excursions import excursion
from apps.batches.views.files import certify, file
from apps.batches.views.moving import move, plan
from apps.batches.views.overview import batch_list, check, detail, growth_table, record
from apps.batches.views.pooling import enter_pool, pool, take_out
from apps.batches.views.saying import note, ratify, report, risk, stop
from apps.batches.views.signing import check_section, confirm, sign_section, sign_step, witness
from apps.batches.views.stepping import begin, complete, step, vessels
from apps.batches.views.values import attach, correct, replace_attached, scan, value

__all__ = [
    "amend",
    "approve",
    "attach",
    "batch_list",
    "begin",
    "certify",
    "check",
    "check_section",
    "complete",
    "confirm",
    "correct",
    "detail",
    "deviate",
    "enter_pool",
    "excursion",
    "file",
    "growth_table",
    "move",
    "note",
    "plan",
    "pool",
    "print_labels",
    "ratify",
    "record",
    "replace_attached",
    "report",
    "risk",
    "scan",
    "sign_section",
    "sign_step",
    "step",
    "stop",
    "take_out",
    "value",
    "vessel_list",
    "vessels",
    "witness",
]
