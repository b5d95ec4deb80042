"""Pages of acts without a signature: cancelling, one-time codes, the file of the logger."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from apps.core.errors import Happened, Refused
from apps.core.http import who
from apps.core.ui.acts import Act, act_page, asked_page
from apps.core.ui.pages import refusal_response
from apps.organisation.access import Access, open_to
from apps.transport import services
from apps.transport.facts import ShipmentVerb
from apps.transport.forms import AcknowledgeForm, CodeForm, LoggerForm, WhyForm
from apps.transport.lifecycle import MOVES, RECEIVERS, WHO_ISSUES_CODES
from apps.transport.models import Shipment
from apps.transport.views.finding import shipment_named
from apps.units.views.framing import batch_bar

METHODS = ["GET", "HEAD", "POST"]
CANCELS, GIVES = MOVES[ShipmentVerb.CANCEL].roles, MOVES[ShipmentVerb.HAND_OVER].roles


@open_to(access=Access(read=CANCELS, write=CANCELS))
@require_http_methods(METHODS)
def cancel(request: HttpRequest, number: str) -> HttpResponse:
    """GET, POST /transport/<number>/cancel/: it does not leave; its units are free again."""
    found, form = shipment_named(request, number), WhyForm(request.POST or None)
    act = _act(found, _("Cancel the shipment: %(number)s"), _("Cancel the shipment"), "stop", stops=True)

    def perform(_happened: Happened | None) -> None:
        services.cancel_shipment(shipment=found, **form.cleaned_data, **who(request))

    return act_page(request, act, form, perform)


@open_to(access=Access(read=WHO_ISSUES_CODES, write=WHO_ISSUES_CODES))
@require_http_methods(METHODS)
def code(request: HttpRequest, number: str) -> HttpResponse:
    """GET, POST /transport/<number>/code/: a one-time code, shown on the answer and nowhere again."""
    found, form = shipment_named(request, number), CodeForm(request.POST or None)
    act = _act(found, _("One-time code: %(number)s"), _("Make the code"), "lock")
    if not (request.method == "POST" and form.is_valid()):
        return asked_page(request, act, form)
    try:
        made, text = services.issue_code(shipment=found, **form.cleaned_data, **who(request))
    except Refused as refused:
        return refusal_response(request, refused)
    context = {**act.context, "act": act, "made": made, "code": text}
    reply = render(request, "transport/code.html", context)
    reply["Cache-Control"] = "no-store"
    return reply


@open_to(access=Access(read=GIVES, write=GIVES))
@require_http_methods(METHODS)
def acknowledge(request: HttpRequest, number: str) -> HttpResponse:
    """GET, POST /transport/<number>/acknowledge/: a person without an account types their code."""
    found = shipment_named(request, number)
    form = AcknowledgeForm(request.POST or None, shipment=found)
    intro = _("Hand the screen to the person who takes the shipment. The code is an acknowledgement, no signature.")
    act = _act(found, _("Take over by code: %(number)s"), _("Take over"), "keyboard", intro=intro)

    def perform(_happened: Happened | None) -> None:
        typed = form.cleaned_data["code"]
        services.acknowledge_hand_over(shipment=found, code=typed, did=form.said, **who(request))

    return act_page(request, act, form, perform)


@open_to(access=Access(read=RECEIVERS, write=RECEIVERS))
@require_http_methods(METHODS)
def attach(request: HttpRequest, number: str) -> HttpResponse:
    """GET, POST /transport/<number>/logger/: the file of the logger; what it leaves open is asked for."""
    found = shipment_named(request, number)
    form = LoggerForm(request.POST or None, request.FILES or None)
    intro = _("The file is kept as it is. Say only what it does not say itself; nothing is guessed.")
    act = _act(
        found,
        _("The logger’s file: %(number)s"),
        _("Attach"),
        "thermometer",
        intro=intro,
        template="transport/attach.html",
    )

    def perform(_happened: Happened | None) -> None:
        file = form.cleaned_data["file"]
        sent = {"name": file.name, "content": file.read(), "declared": form.declared}
        services.attach_logger_file(shipment=found, **sent, **who(request))

    return act_page(request, act, form, perform)


def _act(
    shipment: Shipment,
    title: str,
    word: str,
    icon: str,
    *,
    intro: str = "",
    stops: bool = False,
    template: str = "act_page.html",
) -> Act:
    return Act(
        title=title % {"number": shipment.number},
        word=word,
        back_url=reverse("transport:shipment", args=[shipment.number]),
        icon=icon,
        intro=intro,
        stops=stops,
        template=template,
        context=batch_bar(shipment.batch),
    )
