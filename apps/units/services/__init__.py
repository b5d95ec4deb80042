"""What is done to units, their labels and their containers. The only writers."""

from apps.units.services.comparing import compare_labels
from apps.units.services.filling import fill_units
from apps.units.services.issuing import (
    apply_labels,
    destroy_labels,
    issue_containers,
    keep_specimens,
    lose_containers,
    print_labels,
)
from apps.units.services.moving import freeze_units, move_units, refuse_expired, relocate_unit, set_disposition
from apps.units.services.overriding import marks, report_accepted
from apps.units.services.reconciling import reconcile
from apps.units.services.relabelling import destroy_unused, exchange_label, print_later_labels, reconcile_labels

__all__ = [
    "apply_labels",
    "compare_labels",
    "destroy_labels",
    "destroy_unused",
    "exchange_label",
    "fill_units",
    "freeze_units",
    "issue_containers",
    "keep_specimens",
    "lose_containers",
    "marks",
    "move_units",
    "print_labels",
    "print_later_labels",
    "reconcile",
    "reconcile_labels",
    "refuse_expired",
    "relocate_unit",
    "report_accepted",
    "set_disposition",
]
