"""Pages of the waste on its way to the carrier: given, taken, or acknowledged by a one-time code."""

from collections.abc import Callable

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from apps.core.errors import Happened, Refused
from apps.core.http import who
from apps.core.ui.acts import Act, act_page, asked_page
from apps.core.ui.pages import refusal_response
from apps.core.ui.wording import translated
from apps.disposal import services
from apps.disposal.content.carrying import give_content, take_content
from apps.disposal.facts import CarrierVerb
from apps.disposal.forms import AcknowledgeForm, GiveForm, TakeForm
from apps.disposal.lifecycle import CARRYING, WHO_ISSUES_CODES
from apps.disposal.models import Disposal
from apps.disposal.views.acting import METHODS, words_of
from apps.disposal.views.finding import disposal_named
from apps.organisation.access import Access, open_to
from apps.signatures.facts import SignedContent, Signing
from apps.signatures.pages import Panel, signed_page
from apps.transport.forms import CodeForm
from apps.units.views.framing import batch_bar

GIVE, TAKE = CarrierVerb.GIVE, CarrierVerb.TAKE
GIVERS, TAKERS = CARRYING[GIVE].roles, CARRYING[TAKE].roles


@open_to(access=Access(read=GIVERS, write=GIVERS))
@require_http_methods(METHODS)
def give(request: HttpRequest, number: str) -> HttpResponse:
    """GET, POST /disposal/<number>/carrier/: the waste number scanned, the carrier named; then the giver signs."""
    found, form, now = disposal_named(request, number), GiveForm(request.POST or None), who(request)["at"]
    return _said_then_signed(
        request,
        found,
        GIVE,
        form,
        lambda: give_content(found, form.said, now),
        lambda signing: services.give_waste(disposal=found, did=form.said, signing=signing, **who(request)),
    )


@open_to(access=Access(read=TAKERS, write=TAKERS))
@require_http_methods(METHODS)
def take(request: HttpRequest, number: str) -> HttpResponse:
    """GET, POST /disposal/<number>/carrier/take/: the other side scans the number and signs, on either screen."""
    found, form = disposal_named(request, number), TakeForm(request.POST or None)
    return _said_then_signed(
        request,
        found,
        TAKE,
        form,
        lambda: take_content(found, form.cleaned_data["waste_number"]),
        lambda signing: services.take_waste(disposal=found, **form.cleaned_data, signing=signing, **who(request)),
        second=True,
    )


@open_to(access=Access(read=WHO_ISSUES_CODES, write=WHO_ISSUES_CODES))
@require_http_methods(METHODS)
def code(request: HttpRequest, number: str) -> HttpResponse:
    """GET, POST /disposal/<number>/carrier/code/: a one-time code, shown on the answer and nowhere again."""
    found, form = disposal_named(request, number), CodeForm(request.POST or None)
    act = _act(found, _("One-time code: %(number)s"), _("Make the code"), "lock")
    if not (request.method == "POST" and form.is_valid()):
        return asked_page(request, act, form)
    try:
        made, text = services.issue_waste_code(disposal=found, **form.cleaned_data, **who(request))
    except Refused as refused:
        return refusal_response(request, refused)
    reply = render(request, "disposal/code.html", {**act.context, "act": act, "made": made, "code": text})
    reply["Cache-Control"] = "no-store"
    return reply


@open_to(access=Access(read=GIVERS, write=GIVERS))
@require_http_methods(METHODS)
def acknowledge(request: HttpRequest, number: str) -> HttpResponse:
    """GET, POST /disposal/<number>/carrier/acknowledge/: a carrier without an account types the code."""
    found, form = disposal_named(request, number), AcknowledgeForm(request.POST or None)
    intro = _("Hand the screen to the person who takes the waste. The code is an acknowledgement, no signature.")
    act = _act(found, _("Take over by code: %(number)s"), _("Take over"), "keyboard", intro)

    def perform(_happened: Happened | None) -> None:
        services.acknowledge_waste(disposal=found, **form.cleaned_data, **who(request))

    return act_page(request, act, form, perform)


def _said_then_signed(
    request: HttpRequest,
    disposal: Disposal,
    verb: CarrierVerb,
    form: forms.Form,
    content: Callable[[], SignedContent],
    perform: Callable[[Signing], object],
    *,
    second: bool = False,
) -> HttpResponse:
    """The form first; what it says is read back and signed."""
    title = f"{translated(CARRYING[verb].label)}: {disposal.number}"
    back, frame = reverse("disposal:disposal", args=[disposal.number]), batch_bar(disposal.batch)
    if not (request.method == "POST" and form.is_valid()):
        act = Act(title=title, word=_("Read back and sign"), back_url=back, icon="truck", context=frame)
        return asked_page(request, act, form)
    try:
        content()
    except Refused as unread:
        return refusal_response(request, unread)
    panel = Panel(
        title=title,
        verb=_("Sign"),
        content=content,
        words=words_of(disposal),
        record=disposal.record,
        cancel_url=back,
        hidden={name: request.POST[name] for name in form.fields if request.POST.get(name)},
        second=second,
    )
    return signed_page(request, panel, perform, back, context=frame)


def _act(disposal: Disposal, title: str, word: str, icon: str, intro: str = "") -> Act:
    return Act(
        title=title % {"number": disposal.number},
        word=word,
        back_url=reverse("disposal:disposal", args=[disposal.number]),
        icon=icon,
        intro=intro,
        context=batch_bar(disposal.batch),
    )
