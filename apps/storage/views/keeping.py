"""Pages of what a store keeps: its tolerance, its limits, and the number under which steps scan it."""

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from apps.core.errors import Happened
from apps.core.http import who
from apps.core.ui.acts import Act, act_page, said_page
from apps.facility.facts import Quantity
from apps.organisation.access import open_to
from apps.storage import services
from apps.storage.forms import QUANTITY_WORDS, InstrumentForm, LimitForm, ToleranceForm, limit_from
from apps.storage.selectors import limits_of
from apps.storage.views.places import KEEPERS, METHODS, store_page_of

WORDS = {Quantity(key): words for key, words in QUANTITY_WORDS}
REJECTING = ("reject_low", "reject_high", "reject_minutes")


@open_to(access=KEEPERS)
@require_http_methods(METHODS)
def tolerance(request: HttpRequest, number: str) -> HttpResponse:
    """GET, POST /storage/stores/<number>/tolerance/: how long outside the range is no excursion yet."""
    store = store_page_of(request, number)
    now = {"minutes": store.tolerated_minutes, **{name: getattr(store, name) for name in REJECTING}}
    form = ToleranceForm(request.POST or None, initial=now)

    def perform(_happened: Happened | None) -> None:
        said = {"minutes": form.cleaned_data["minutes"], "reason": form.cleaned_data["reason"]}
        services.change_tolerance(store=store, rejection=form.rejection, **said, **who(request))

    title = _("How long may %(number)s lie outside its range?") % {"number": number}
    return act_page(request, act_at(title, _("Record the tolerance"), number, "late"), form, perform)


@open_to(access=KEEPERS)
@require_http_methods(METHODS)
def limit(request: HttpRequest, number: str, quantity: str) -> HttpResponse:
    """GET, POST /storage/stores/<number>/limits/<quantity>/: what the store keeps of a gas or of humidity."""
    store = store_page_of(request, number)
    meant = next((one for one in Quantity if one is not Quantity.TEMPERATURE and one.lower() == quantity), None)
    if meant is None:
        raise Http404
    standing = next((one for one in limits_of(store) if one.quantity == meant), None)
    now = {name: getattr(standing, name) for name in ("low", "high", *REJECTING)} if standing else {}
    form = LimitForm(request.POST or None, initial={"minutes": getattr(standing, "tolerated_minutes", None), **now})

    def perform(_happened: Happened | None) -> None:
        services.set_limit(store=store, quantity=meant, **limit_from(form.cleaned_data), **who(request))

    title = _("What does %(number)s keep? %(quantity)s") % {"number": number, "quantity": WORDS[meant]}
    intro = _("It is in force from now on; what was read before stays judged by what was in force then.")
    return act_page(request, act_at(title, _("Record the limit"), number, "thermometer", intro), form, perform)


@open_to(access=KEEPERS)
@require_http_methods(METHODS)
def instrument(request: HttpRequest, number: str) -> HttpResponse:
    """GET, POST /storage/stores/<number>/instrument/: the number under which the steps of a batch scan the store."""
    store = store_page_of(request, number)
    form = InstrumentForm(request.POST or None, site=store.site.code)
    title = _("Under which number is %(number)s scanned?") % {"number": number}
    intro = _("Its excursions then reach every batch that was in culture in it, by the steps that scanned this number.")
    act = act_at(title, _("Record the number"), number, "scan", intro)
    return said_page(request, act, form, services.name_instrument, store=store)


def act_at(title: str, word: str, number: str, icon: str, intro: str = "", template: str = "act_page.html") -> Act:
    """An act that leads back to what the store's probes read."""
    back = reverse("storage:temperature", args=[number])
    return Act(title=title, word=word, back_url=back, icon=icon, intro=intro, template=template)
