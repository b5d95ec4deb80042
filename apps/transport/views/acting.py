"""Pages of signed acts: what is said first, read back, then signed."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from apps.batches.views.finding import batch_named
from apps.core.errors import Happened, Refused
from apps.core.http import who
from apps.core.ui.acts import Act, act_page, asked_page
from apps.core.ui.pages import refusal_response
from apps.core.ui.wording import kept_sentence, translated
from apps.organisation.access import Access, open_to
from apps.products.forms import words_read
from apps.products.selectors import definition_of
from apps.signatures.facts import SignedContent, Signing
from apps.signatures.pages import Panel, signed_page
from apps.transport import content, services
from apps.transport.facts import ShipmentVerb
from apps.transport.forms import (
    AcceptForm,
    HandOverForm,
    PackForm,
    ReceiveForm,
    RequestForm,
    ReturnForm,
    TakeForm,
    WhyForm,
)
from apps.transport.lifecycle import MOVES, WHO_MAY_ASK
from apps.transport.models import Shipment
from apps.transport.selectors import batches_in
from apps.transport.views.finding import STOPS, shipment_named
from apps.units.views.framing import batch_bar

METHODS = ["GET", "HEAD", "POST"]


def by(verb: ShipmentVerb) -> Access:
    """A page of those who may do this."""
    return Access(read=MOVES[verb].roles, write=MOVES[verb].roles)


@open_to(access=Access(read=WHO_MAY_ASK, write=WHO_MAY_ASK))
@require_http_methods(METHODS)
def request_page(request: HttpRequest, number: str) -> HttpResponse:
    """GET, POST /transport/batches/<number>/request/: which units, to whom, how, when."""
    batch = batch_named(request, number)
    form = RequestForm(request.POST or None, batch=batch, initial={"units": request.GET.getlist("unit")[:50]})
    act = Act(
        title=_("Ask for a shipment"),
        word=_("Ask for it"),
        back_url=reverse("units:batch", args=[number]),
        done_url=f"{reverse('transport:list')}?q={number}",
        intro=_("From now on these units are kept for this shipment."),
        icon="truck",
        context=batch_bar(batch),
    )

    def perform(happened: Happened | None) -> None:
        units, asked = form.said
        services.request_shipment(batch=batch, units=units, asked=asked, **who(request))

    return act_page(request, act, form, perform)


@open_to(access=by(ShipmentVerb.PACK))
@require_http_methods(METHODS)
def pack(request: HttpRequest, number: str) -> HttpResponse:
    """GET, POST /transport/<number>/pack/: units scanned, shipper, logger, seal, papers; then the signature."""
    found = shipment_named(request, number)
    form = PackForm(request.POST or None, shipment=found)
    return _recorded(request, found, ShipmentVerb.PACK, form, content.pack_content, services.pack_shipment)


@open_to(access=by(ShipmentVerb.HAND_OVER))
@require_http_methods(METHODS)
def hand_over(request: HttpRequest, number: str) -> HttpResponse:
    """GET, POST /transport/<number>/hand-over/: to whom, under which seal; then the giver's signature."""
    found = shipment_named(request, number)
    form = HandOverForm(request.POST or None, shipment=found)
    return _recorded(request, found, ShipmentVerb.HAND_OVER, form, content.hand_over_content, services.hand_over)


@open_to(access=by(ShipmentVerb.TAKE))
@require_http_methods(METHODS)
def take(request: HttpRequest, number: str) -> HttpResponse:
    """GET, POST /transport/<number>/take/: the other side reads the seal and signs, on the giver's screen or on its
    own."""
    found = shipment_named(request, number)
    form = TakeForm(request.POST or None, shipment=found)
    return _said_then_signed(
        request,
        found,
        ShipmentVerb.TAKE,
        form,
        lambda _at: content.take_content(found, form.said),
        lambda signing: services.take_over(shipment=found, did=form.said, signing=signing, **who(request)),
        second=True,
    )


@open_to(access=by(ShipmentVerb.RECEIVE))
@require_http_methods(METHODS)
def receive(request: HttpRequest, number: str) -> HttpResponse:
    """GET, POST /transport/<number>/receive/: units scanned, seal, every question; then the first signature."""
    found = shipment_named(request, number)
    form = ReceiveForm(request.POST or None, shipment=found)
    return _recorded(request, found, ShipmentVerb.RECEIVE, form, content.receive_content, services.receive_shipment)


@open_to(access=by(ShipmentVerb.CONFIRM))
@require_http_methods(METHODS)
def confirm(request: HttpRequest, number: str) -> HttpResponse:
    """GET, POST /transport/<number>/confirm/: a second person signs what the first recorded."""
    found = shipment_named(request, number)
    return _signed(
        request,
        found,
        ShipmentVerb.CONFIRM,
        lambda: content.confirm_content(found),
        lambda signing: services.confirm_receipt(shipment=found, signing=signing, **who(request)),
        second=True,
    )


@open_to(access=by(ShipmentVerb.ACCEPT))
@require_http_methods(METHODS)
def accept(request: HttpRequest, number: str) -> HttpResponse:
    """GET, POST /transport/<number>/accept/: the units may be used, but for those named; and where they are put."""
    found, verb = shipment_named(request, number), ShipmentVerb.ACCEPT
    form = AcceptForm(request.POST or None, shipment=found)

    def said() -> dict[str, Any]:
        return {"reason": form.cleaned_data["reason"], "places": form.places, "refused": form.refused}

    return _said_then_signed(
        request,
        found,
        verb,
        form,
        lambda _at: content.decision_content(found, verb, **said()),
        lambda signing: services.accept_shipment(shipment=found, signing=signing, **said(), **who(request)),
    )


@open_to(access=by(ShipmentVerb.QUARANTINE))
@require_http_methods(METHODS)
def quarantine(request: HttpRequest, number: str) -> HttpResponse:
    """GET, POST /transport/<number>/quarantine/: who received it has doubts."""
    form = WhyForm(request.POST or None)
    return _decided(request, number, ShipmentVerb.QUARANTINE, form, services.quarantine_shipment)


@open_to(access=by(ShipmentVerb.REJECT))
@require_http_methods(METHODS)
def reject(request: HttpRequest, number: str) -> HttpResponse:
    """GET, POST /transport/<number>/reject/: the units are not used."""
    form = WhyForm(request.POST or None)
    return _decided(request, number, ShipmentVerb.REJECT, form, services.reject_shipment)


@open_to(access=by(ShipmentVerb.RETURN))
@require_http_methods(METHODS)
def return_(request: HttpRequest, number: str) -> HttpResponse:
    """GET, POST /transport/<number>/return/: back into stock, sealed and measured until then."""
    form = ReturnForm(request.POST or None)
    return _decided(request, number, ShipmentVerb.RETURN, form, services.return_shipment)


def _recorded(
    request: HttpRequest,
    shipment: Shipment,
    verb: ShipmentVerb,
    form: PackForm | HandOverForm | ReceiveForm,
    content_of: Callable[[Shipment, Any, datetime], SignedContent],
    record: Callable[..., object],
) -> HttpResponse:
    return _said_then_signed(
        request,
        shipment,
        verb,
        form,
        lambda at: content_of(shipment, form.said, at),
        lambda signing: record(shipment=shipment, did=form.said, signing=signing, **who(request)),
    )


def _decided(
    request: HttpRequest, number: str, verb: ShipmentVerb, form: forms.Form, decide: Callable[..., object]
) -> HttpResponse:
    found = shipment_named(request, number)
    return _said_then_signed(
        request,
        found,
        verb,
        form,
        lambda at: content.decision_content(found, verb, form.cleaned_data["reason"]),
        lambda signing: decide(shipment=found, signing=signing, **form.cleaned_data, **who(request)),
    )


def _said_then_signed(
    request: HttpRequest,
    shipment: Shipment,
    verb: ShipmentVerb,
    form: forms.Form,
    content_at: Callable[[datetime], SignedContent],
    perform: Callable[[Signing], object],
    *,
    second: bool = False,
) -> HttpResponse:
    """The form first; what it says is read back and signed. What can't be read is said at once."""
    if not (request.method == "POST" and form.is_valid()):
        act = Act(
            title=f"{translated(MOVES[verb].label)}: {shipment.number}",
            word=_("Read back and sign"),
            back_url=reverse("transport:shipment", args=[shipment.number]),
            stops=verb in STOPS,
            context=batch_bar(shipment.batch),
        )
        return asked_page(request, act, form)
    now = who(request)["at"]
    try:
        content_at(now)
    except Refused as unread:
        return refusal_response(request, unread)
    hidden = {name: request.POST[name] for name in form.fields if request.POST.get(name)}
    return _signed(request, shipment, verb, lambda: content_at(now), perform, hidden=hidden, second=second)


def _signed(
    request: HttpRequest,
    shipment: Shipment,
    verb: ShipmentVerb,
    shown: Callable[[], SignedContent],
    perform: Callable[[Signing], object],
    *,
    hidden: dict[str, str] | None = None,
    second: bool = False,
) -> HttpResponse:
    back = reverse("transport:shipment", args=[shipment.number])
    panel = Panel(
        title=f"{translated(MOVES[verb].label)}: {shipment.number}",
        verb=_("Sign"),
        content=shown,
        record=shipment.record,
        cancel_url=back,
        hidden=hidden or {},
        second=second,
        words=_words(shipment),
    )
    return signed_page(request, panel, perform, back, context=batch_bar(shipment.batch))


def _words(shipment: Shipment) -> dict[str, str]:
    found = {str(mark["text"]): kept_sentence(mark) for mark in shipment.findings}
    for batch in batches_in(shipment):
        found |= words_read(definition_of(batch.product_version))
    return found
