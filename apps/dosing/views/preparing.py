"""Pages from the thaw to the dose: scan a unit, work the volume out, check it."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from apps.core.errors import Happened
from apps.core.http import who
from apps.core.ui.acts import Act, act_page
from apps.core.ui.wording import sentence
from apps.dosing import services
from apps.dosing.content import confirm_content, dose_content
from apps.dosing.facts import OrderVerb
from apps.dosing.forms import PrepareForm, ThawForm
from apps.dosing.lifecycle import MOVES
from apps.dosing.models import TreatmentOrder
from apps.dosing.selectors import chain_for, kept_units, prepare_dose, prepare_dose_again, standing_dose
from apps.dosing.views.acting import METHODS, by
from apps.dosing.views.finding import order_named
from apps.organisation.access import open_to
from apps.products.forms import words_read
from apps.products.selectors import definition_of
from apps.signatures.facts import SignedContent
from apps.signatures.pages import Panel, signed_page
from apps.units.facts import Condition


@open_to(access=by(*MOVES[OrderVerb.THAW].roles))
@require_http_methods(METHODS)
def thaw(request: HttpRequest, number: str) -> HttpResponse:
    """GET, POST /dosing/orders/<number>/thaw/: a unit of the order is scanned; its clock starts."""
    found = order_named(request, number)
    form = ThawForm(request.POST or None, chained=chain_for(found) is not None)
    frozen = [unit.number for unit in kept_units(found) if unit.condition == Condition.FROZEN]
    act = Act(
        title=_("Thaw a unit for %(number)s") % {"number": number},
        word=_("Thawed"),
        back_url=reverse("dosing:detail", args=[number]),
        intro=_("Still frozen: %(units)s") % {"units": ", ".join(frozen) or "–"},
        icon="late",
        already=True,
    )

    def perform(happened: Happened | None) -> None:
        said = form.cleaned_data
        told = {"scanned": said["unit"], "thawed_at": said["thawed_at"], "chain": said.get("chain", "")}
        services.thaw_unit(order=found, happened=happened, **told, **who(request))

    return act_page(request, act, form, perform)


@open_to(access=by(*MOVES[OrderVerb.PREPARE].roles))
@require_http_methods(METHODS)
def prepare(request: HttpRequest, number: str) -> HttpResponse:
    """GET, POST /dosing/orders/<number>/dose/: the count and the readings; then the computation is signed."""
    found = order_named(request, number)
    definition = definition_of(found.product_version)
    form = PrepareForm(request.POST or None, definition=definition)
    if request.method == "POST" and form.is_valid() and not _stands_against(request, form, found):
        return _signing(request, form, found)
    title, back = _("Dose of %(number)s") % {"number": number}, reverse("dosing:detail", args=[number])
    act = Act(title=title, word=_("Work out and sign"), back_url=back, icon="sign")
    status = 409 if form.errors and form.is_bound else 200
    return render(request, act.template, {"act": act, "form": form}, status=status)


@open_to(access=by(*MOVES[OrderVerb.CONFIRM].roles))
@require_http_methods(METHODS)
def confirm(request: HttpRequest, number: str) -> HttpResponse:
    """GET, POST /dosing/orders/<number>/dose/check/: a second person works the volume out again, and signs."""
    found, back = order_named(request, number), reverse("dosing:detail", args=[number])
    panel = Panel(
        title=_("Check the dose of %(number)s") % {"number": number},
        verb=_("Sign: checked"),
        content=lambda: _to_confirm(found),
        words=words_read(definition_of(found.product_version)),
        record=found.record,
        cancel_url=back,
        second=True,
    )
    return signed_page(
        request, panel, lambda signing: services.confirm_volume(order=found, signing=signing, **who(request)), back
    )


def _stands_against(request: HttpRequest, form: PrepareForm, order: TreatmentOrder) -> bool:
    """Whether something stands against the dose; it is said beside its fields."""
    objections = () if "challenge" in request.POST else prepare_dose(order, form.said).objections
    for objection in objections:
        form.add_error(objection.place if objection.place in form.fields else None, sentence(objection))
    return bool(objections)


def _signing(request: HttpRequest, form: PrepareForm, order: TreatmentOrder) -> HttpResponse:
    said, back = form.said, reverse("dosing:detail", args=[order.number])
    panel = Panel(
        title=_("Dose of %(number)s") % {"number": order.number},
        verb=_("Sign: prepared"),
        content=lambda: dose_content(order, said, prepare_dose(order, said)),
        words=words_read(definition_of(order.product_version)),
        record=order.record,
        cancel_url=back,
        hidden={name: request.POST[name] for name in form.fields if name in request.POST},
    )
    return signed_page(
        request,
        panel,
        lambda signing: services.prepare_volume(order=order, said=said, signing=signing, **who(request)),
        back,
    )


def _to_confirm(order: TreatmentOrder) -> SignedContent:
    dose = standing_dose(order)
    return confirm_content(order, dose, prepare_dose_again(order, dose))
