"""Pages that act: registering, ordering, checking, keeping units, giving them back, cancelling."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from apps.core.errors import Happened
from apps.core.http import who
from apps.core.roles import Role
from apps.core.ui.acts import Act, act_page
from apps.core.ui.wording import bilingual, sentence
from apps.dosing import services
from apps.dosing.content import check_content, order_content
from apps.dosing.facts import OrderVerb
from apps.dosing.forms import OrderForm, RecipientForm, ReserveForm, WhyForm
from apps.dosing.lifecycle import MOVES, ORDERING
from apps.dosing.models import TreatmentOrder
from apps.dosing.selectors import first_units, prepare, prepare_again, products_to_order, units_for
from apps.dosing.views.finding import order_named, recipient_named
from apps.identity.facts import Person
from apps.identity.models import Recipient
from apps.identity.services import register_recipient
from apps.organisation.access import Access, open_to, sites_as
from apps.products.forms import words_read
from apps.products.models import ProductVersion
from apps.products.selectors import definition_of
from apps.signatures.facts import Signing
from apps.signatures.pages import Panel, signed_page

METHODS = ["GET", "HEAD", "POST"]


def by(*roles: Role) -> Access:
    """A page of those who act on it."""
    return Access(read=frozenset(roles), write=frozenset(roles))


@open_to(access=by(*ORDERING))
@require_http_methods(METHODS)
def register(request: HttpRequest) -> HttpResponse:
    """GET, POST /dosing/recipients/register/: a patient under a pseudonym, the person apart."""
    form = RecipientForm(request.POST or None, sites=sites_as(request, Role.PHYSICIAN))
    intro = _("Who it is stays apart and is shown to physicians and nurses of the site only.")
    back = reverse("dosing:recipients")
    act = Act(title=_("Register a recipient"), word=_("Register"), back_url=back, intro=intro, icon="person")

    def perform(_happened: Happened | None) -> None:
        said = form.cleaned_data
        person = Person(said["name"], said["born"].isoformat(), said["identifier"])
        known = {name: said[name] for name in ("number", "site", "donor")}
        register_recipient(person=person, **known, **who(request))

    return act_page(request, act, form, perform)


@open_to(access=by(*ORDERING))
@require_http_methods(METHODS)
def order(request: HttpRequest, number: str) -> HttpResponse:
    """GET, POST /dosing/recipients/<code>/order/?product=...: a physician orders one dose, and signs."""
    found = recipient_named(request, number)
    versions = {one.record.number: one for one in products_to_order(found)}
    version = versions.get(request.GET.get("product", ""), next(iter(versions.values()), None))
    back = reverse("dosing:recipient", args=[number])
    if version is None:
        context = {"title": _("Order for %(number)s") % {"number": number}, "back_url": back}
        return render(request, "dosing/nothing_to_order.html", context)
    form = OrderForm(request.POST or None, definition=definition_of(version))
    if request.method == "POST" and form.is_valid() and not _prepared(request, form, found, version):
        return _ordering(request, form, found, version)
    intro = f"{bilingual(definition_of(version).title)} · {version.record.number}"
    title = _("Order for %(number)s") % {"number": number}
    act = Act(title=title, word=_("Work out and sign"), back_url=back, intro=intro, icon="sign")
    return render(request, act.template, {"act": act, "form": form}, status=409 if form.errors else 200)


@open_to(access=by(*MOVES[OrderVerb.CHECK].roles))
@require_http_methods(METHODS)
def check(request: HttpRequest, number: str) -> HttpResponse:
    """GET, POST /dosing/orders/<number>/check/: a second person works the dose out again, and signs."""
    found = order_named(request, number)
    back = reverse("dosing:detail", args=[number])
    panel = Panel(
        title=_("Check the dose of %(number)s") % {"number": number},
        verb=_("Sign: checked"),
        content=lambda: check_content(found, prepare_again(found)),
        words=words_read(definition_of(found.product_version)),
        record=found.record,
        cancel_url=back,
    )
    return signed_page(request, panel, lambda signing: _checked(request, found, signing), back)


@open_to(access=by(*MOVES[OrderVerb.RESERVE].roles))
@require_http_methods(METHODS)
def reserve(request: HttpRequest, number: str) -> HttpResponse:
    """GET, POST /dosing/orders/<number>/reserve/: released units are kept for the order."""
    found = order_named(request, number)
    first = [unit.number for unit in first_units(found)]
    form = ReserveForm(request.POST or None, units=units_for(found), first=first)
    intro = _("The dose takes %(n)s units. First to expire: %(first)s") % {
        "n": found.units_to_thaw,
        "first": ", ".join(first) or "–",
    }
    act = _act(found, _("Reserve units for %(number)s"), _("Reserve"), intro=intro, icon="box")

    def perform(_happened: Happened | None) -> None:
        services.reserve_units(order=found, **form.cleaned_data, **who(request))

    return act_page(request, act, form, perform)


@open_to(access=by(*MOVES[OrderVerb.FREE].roles))
@require_http_methods(METHODS)
def free(request: HttpRequest, number: str) -> HttpResponse:
    """GET, POST /dosing/orders/<number>/free/: the units are free again."""
    found, form = order_named(request, number), WhyForm(request.POST or None)
    act = _act(found, _("Give back the units of %(number)s"), _("Give back"), icon="back")

    def perform(_happened: Happened | None) -> None:
        services.free_reserved(order=found, **form.cleaned_data, **who(request))

    return act_page(request, act, form, perform)


@open_to(access=by(*MOVES[OrderVerb.CANCEL].roles))
@require_http_methods(METHODS)
def cancel(request: HttpRequest, number: str) -> HttpResponse:
    """GET, POST /dosing/orders/<number>/cancel/: the order ends; its units are free again."""
    found, form = order_named(request, number), WhyForm(request.POST or None)
    act = _act(found, _("Cancel order %(number)s"), _("Cancel the order"), stops=True)

    def perform(_happened: Happened | None) -> None:
        services.cancel_order(order=found, **form.cleaned_data, **who(request))

    return act_page(request, act, form, perform)


def _prepared(request: HttpRequest, form: OrderForm, recipient: Recipient, version: ProductVersion) -> bool:
    """Whether something stands against the order; it is said beside its fields."""
    objections = () if "challenge" in request.POST else prepare(recipient, version, form.said).objections
    for objection in objections:
        form.add_error(objection.place if objection.place in form.fields else None, sentence(objection))
    return bool(objections)


def _ordering(request: HttpRequest, form: OrderForm, recipient: Recipient, version: ProductVersion) -> HttpResponse:
    said, back = form.said, reverse("dosing:recipient", args=[recipient.number])
    panel = Panel(
        title=_("Order for %(number)s") % {"number": recipient.number},
        verb=_("Sign: ordered"),
        content=lambda: order_content(recipient, version, said, prepare(recipient, version, said)),
        words=words_read(definition_of(version)),
        cancel_url=back,
        hidden={name: request.POST[name] for name in form.fields if name in request.POST},
    )

    def perform(signing: Signing) -> TreatmentOrder:
        return services.order_treatment(
            recipient=recipient, product_version=version, said=said, signing=signing, **who(request)
        )

    return signed_page(request, panel, perform, lambda done: reverse("dosing:detail", args=[str(done)]))


def _checked(request: HttpRequest, order: TreatmentOrder, signing: Signing) -> TreatmentOrder:
    return services.check_order(order=order, signing=signing, **who(request))


def _act(order: TreatmentOrder, title: str, word: str, **more: Any) -> Act:
    return Act(
        title=title % {"number": order.number},
        word=word,
        back_url=reverse("dosing:detail", args=[order.number]),
        **more,
    )
