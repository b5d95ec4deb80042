"""The manifest of a pool on pages: what is in it, what is against closing it, donations in and out."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from apps.batches.forms import PoolForm, TakeOutForm
from apps.batches.models import Batch
from apps.batches.selectors.pooling import manifest_of, pool_facts, taken_out_of
from apps.batches.services.pooling import pool_donations, take_from_pool
from apps.batches.views.finding import batch_named, roles_here
from apps.batches.views.moving import frame_of
from apps.core.errors import Happened
from apps.core.http import who
from apps.core.roles import Role
from apps.core.ui.acts import Act, act_page, said_page
from apps.organisation.access import Access, open_to
from apps.organisation.selectors import printed_names

ROLES = frozenset({Role.OPERATOR, Role.CHECKER, Role.QA})
HANDS = Access(read=ROLES, write=ROLES)


@open_to(write=frozenset())
@require_safe
def pool(request: HttpRequest, number: str) -> HttpResponse:
    """GET /batches/<number>/pool/: every donation in the pool with its mass, and what keeps it from being closed."""
    batch = batch_named(request, number)
    rows, out = manifest_of(batch), taken_out_of(batch)
    names = printed_names(row.taken_out_by for row in out)
    context: dict[str, Any] = {
        "batch": batch,
        "rows": rows,
        "out": [(row, names[row.taken_out_by]) for row in out],
        "pool": pool_facts(batch, rows),
        "may_enter": bool(ROLES & roles_here(request, batch)),
        **frame_of(batch),
    }
    return render(request, "batches/pool.html", context)


@open_to(access=HANDS)
@require_http_methods(["GET", "HEAD", "POST"])
def enter_pool(request: HttpRequest, number: str) -> HttpResponse:
    """GET, POST /batches/<number>/pool/enter/: donations with their masses, a line each."""
    batch = batch_named(request, number)
    form = PoolForm(request.POST or None)
    act = _act(batch, _("Enter donations into the pool"), _("Enter"), already=True)

    def perform(happened: Happened | None) -> None:
        pool_donations(batch=batch, lines=form.cleaned_data["lines"], happened=happened, **who(request))

    return act_page(request, act, form, perform)


@open_to(access=HANDS)
@require_http_methods(["GET", "HEAD", "POST"])
def take_out(request: HttpRequest, number: str) -> HttpResponse:
    """GET, POST /batches/<number>/pool/take-out/: a donation that is not to be in the pool after all."""
    batch = batch_named(request, number)
    form = TakeOutForm(request.POST or None, dins=[row.donation.din for row in manifest_of(batch)])
    act = _act(batch, _("Take a donation out of the pool"), _("Take out"))

    return said_page(request, act, form, take_from_pool, batch=batch)


def _act(batch: Batch, title: str, word: str, *, already: bool = False) -> Act:
    back = reverse("batches:pool", args=[batch.number])
    return Act(title=title, word=word, back_url=back, icon="flask", already=already, context=frame_of(batch))
