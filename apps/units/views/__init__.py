"""Pages of the units of a batch: showing, and acting."""

from apps.units.views.acting import (
    containers_left,
    fates,
    fill,
    freeze,
    issue,
    print_page,
    reconcile_one,
)
from apps.units.views.looking import batch_units, labels, reconciling, unit

__all__ = [
    "batch_units",
    "containers_left",
    "fates",
    "fill",
    "freeze",
    "issue",
    "labels",
    "print_page",
    "reconcile_one",
    "reconciling",
    "unit",
]
