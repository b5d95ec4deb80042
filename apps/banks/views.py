"""Pages of cell banks: which there are, one with its stock; units drawn by two people; a decision below the reserve."""

from typing import cast

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from apps.banks.content import below_content, draw_content, second_content
from apps.banks.forms import BelowForm, DrawForm
from apps.banks.models import BelowReserve
from apps.banks.selectors import (
    bank_of,
    decisions_of,
    draws_for,
    draws_of,
    never_drawn,
    numbers_in,
    permitted_for,
    visible_bank,
)
from apps.banks.services import decide_below_reserve, draw_units
from apps.batches.facts.banks import DECIDERS, DRAWERS
from apps.batches.models import Batch
from apps.batches.selectors.banking import visible_banks
from apps.batches.views.finding import batch_named
from apps.core.errors import Refused
from apps.core.http import who
from apps.core.ui.acts import Act, asked_page
from apps.core.ui.pages import refusal_response
from apps.core.ui.wording import sentence
from apps.organisation.access import Access, open_to
from apps.organisation.models import User
from apps.signatures.facts import Signing
from apps.signatures.pages import Panel, signed_page, signing_from, signing_pair
from apps.units.selectors import stock_of, stocks_of, units_in_stock
from apps.units.views.framing import batch_bar, names_of

READ_ONLY = Access(write=frozenset())
BY_DRAWERS = Access(read=frozenset(DRAWERS), write=frozenset(DRAWERS))
BY_DECIDERS = Access(read=frozenset(DECIDERS), write=frozenset(DECIDERS))
METHODS = ["GET", "HEAD", "POST"]


@open_to(access=READ_ONLY)
@require_safe
def bank_list(request: HttpRequest) -> HttpResponse:
    """GET /banks/: the cell banks of one's sites with their stock, newest first."""
    banks = visible_banks(cast(User, request.user), timezone.now())
    stocks = stocks_of(banks)
    return render(
        request, "banks/list.html", {"rows": [(bank, stocks[bank.pk]) for bank in banks if bank.pk in stocks]}
    )


@open_to(access=READ_ONLY)
@require_safe
def bank(request: HttpRequest, number: str) -> HttpResponse:
    """GET /banks/<number>/: what is left, what is kept back, what was drawn for which batch, and by whom."""
    found = visible_bank(cast(User, request.user), number, timezone.now())
    timezone.activate(found.site.timezone)
    draws, decisions = draws_of(found), decisions_of(found)
    people = [name for one in draws for name in (one.drawn_by, one.second_by)]
    names = names_of([*people, *(one.decided_by for one in decisions)])
    context = {
        "bank": found,
        "stock": stock_of(found),
        "units": units_in_stock(found),
        "draws": [(one, names[one.drawn_by], names[one.second_by]) for one in draws],
        "decisions": [(one, names[one.decided_by]) for one in decisions],
        "made": list(found.made_from_it.order_by("-pk")),
        **batch_bar(found),
    }
    return render(request, "banks/bank.html", context)


@open_to(access=BY_DRAWERS)
@require_http_methods(METHODS)
def draw(request: HttpRequest, number: str) -> HttpResponse:
    """GET, POST /banks/batches/<number>/draw/: scan the units of the bank; then two people sign."""
    batch, form = batch_named(request, number), DrawForm(request.POST or None)
    try:
        bank = bank_of(batch)
    except Refused as refused:
        return refusal_response(request, refused)
    if request.method == "POST" and form.is_valid() and can_be_drawn(batch, bank, form):
        return _two_people(request, batch, form)
    stock, lowered = stock_of(bank), permitted_for(batch, bank)
    told = {"bank": bank.number, "left": stock.left, "reserved": stock.reserved, "drawn": len(draws_for(batch))}
    intro = _("Bank %(bank)s: %(left)s units left, %(reserved)s of them kept back. Drawn for this batch: %(drawn)s.")
    more = [] if lowered is None else [_("Quality let the stock go down to %(n)s for this batch.") % {"n": lowered}]
    act = Act(
        title=_("Draw units of the bank: %(number)s") % {"number": number},
        word=_("Read back and sign"),
        back_url=reverse("batches:detail", args=[number]),
        intro=" ".join([intro % told, *more]),
        icon="scan",
        context=batch_bar(batch),
    )
    return asked_page(request, act, form)


@open_to(access=BY_DECIDERS)
@require_http_methods(METHODS)
def below(request: HttpRequest, number: str) -> HttpResponse:
    """GET, POST /banks/batches/<number>/below/: quality lets the stock go below its reserve for this batch."""
    batch, form = batch_named(request, number), BelowForm(request.POST or None)
    back = reverse("batches:detail", args=[number])
    title = _("Below the reserve: %(number)s") % {"number": number}
    try:
        bank = bank_of(batch)
    except Refused as refused:
        return refusal_response(request, refused)
    if request.method != "POST" or not form.is_valid():
        act = Act(title=title, word=_("Read back and sign"), back_url=back, icon="sign", context=batch_bar(batch))
        return asked_page(request, act, form)
    said = form.cleaned_data
    panel = Panel(
        title=title,
        verb=_("Sign: decided"),
        content=lambda: below_content(batch, **said),
        record=bank.record,
        cancel_url=back,
        hidden={name: request.POST[name] for name in form.fields if name in request.POST},
    )

    def perform(signing: Signing) -> BelowReserve:
        return decide_below_reserve(batch=batch, **said, signing=signing, **who(request))

    return signed_page(request, panel, perform, back, context=batch_bar(batch))


def can_be_drawn(batch: Batch, bank: Batch, form: DrawForm) -> bool:
    """Whether what was scanned is of the bank and there, before two people sign it; else it stands beside the field."""
    for objection in filter(None, never_drawn(batch, bank, numbers_in(form.said))):
        form.add_error(objection.place if objection.place in form.fields else None, sentence(objection))
    return form.is_valid()


def _two_people(request: HttpRequest, batch: Batch, form: DrawForm) -> HttpResponse:
    """One dialog for two people: what was scanned, and room for both to sign."""
    said, refused, back = form.said, None, reverse("batches:detail", args=[batch.number])
    if "challenge" in request.POST:
        try:
            _draw(request, batch, form)
            return HttpResponseRedirect(back)
        except Refused as refusal:
            refused = refusal
    hidden = {name: request.POST[name] for name in form.fields if name in request.POST}
    first = Panel(title="", verb="", content=lambda: draw_content(batch, said), cancel_url=back, hidden=hidden)
    second = Panel(title="", verb="", content=lambda: second_content(batch, said), second=True)
    context = {**signing_pair(request, first, second, refused), **batch_bar(batch)}
    return render(request, "banks/two_people.html", context, status=refused.status if refused else 200)


def _draw(request: HttpRequest, batch: Batch, form: DrawForm) -> None:
    draw_units(
        batch=batch,
        said=form.said,
        signing=signing_from(request),
        countersigning=signing_from(request, "second_"),
        **who(request),
    )
