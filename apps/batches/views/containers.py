"""In-process vessels on pages: what is open, their labels, printed once more where one was spoilt."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from apps.batches.facts.words import VesselState
from apps.batches.forms import LabelsForm
from apps.batches.models import Batch
from apps.batches.selectors.plans import definition_of_batch
from apps.batches.selectors.vessels import vessel_label_sheets, vessels_of
from apps.batches.services.vessels import print_vessel_labels
from apps.batches.views.finding import batch_named, roles_here
from apps.batches.views.moving import frame_of
from apps.core.roles import Role
from apps.core.ui.acts import Act, said_page
from apps.organisation.access import Access, open_to
from apps.organisation.selectors import printed_names

OPERATORS = Access(read={Role.OPERATOR}, write={Role.OPERATOR})


@open_to(write=frozenset())
@require_safe
def vessel_list(request: HttpRequest, number: str) -> HttpResponse:
    """GET /batches/<number>/vessels/: every vessel with its number, and the sheets of labels."""
    batch = batch_named(request, number)
    context = {
        "batch": batch,
        "rows": _rows(batch),
        "sheets": vessel_label_sheets(batch),
        "may_print": Role.OPERATOR in roles_here(request, batch),
        **frame_of(batch),
    }
    return render(request, "batches/vessels.html", context)


@open_to(access=OPERATORS)
@require_http_methods(["GET", "HEAD", "POST"])
def print_labels(request: HttpRequest, number: str) -> HttpResponse:
    """GET, POST /batches/<number>/vessels/labels/: print labels of open vessels once more, with the reason."""
    batch = batch_named(request, number)
    still_open = [vessel for vessel in vessels_of(batch) if vessel.state == VesselState.OPEN]
    form = LabelsForm(request.POST or None, vessels=still_open)
    act = Act(
        title=_("Print vessel labels once more"),
        word=_("Print"),
        back_url=reverse("batches:vessel_list", args=[number]),
        intro=_("Each vessel got its label when it was opened. A spoilt label is destroyed."),
        icon="print",
        context=frame_of(batch),
    )

    return said_page(request, act, form, print_vessel_labels, batch=batch)


def _rows(batch: Batch) -> list[dict[str, Any]]:
    kinds = {kind.key: kind.label for kind in definition_of_batch(batch).preparation.vessels}
    vessels = vessels_of(batch)
    names = printed_names(vessel.opened_by for vessel in vessels)
    return [
        {"vessel": vessel, "kind": kinds.get(vessel.kind, vessel.kind), "opened_by": names[vessel.opened_by]}
        for vessel in vessels
    ]
