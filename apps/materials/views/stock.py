"""Pages of the stock of a lot: taken for a step, counted, destroyed; a container opened or put away."""

import re
from collections.abc import Iterable
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from apps.audit.selectors import record_at
from apps.core.errors import Happened
from apps.core.http import who
from apps.core.ui.acts import Act, act_page, said_page
from apps.core.ui.navigation import address_of
from apps.materials import services
from apps.materials.facts import LotState, MovementKind
from apps.materials.forms import PLACE, CountForm, DestroyForm, OpenForm, PlainForm, TakeForm, TakeHereForm
from apps.materials.models import MaterialLot, Movement
from apps.materials.rules import plain
from apps.materials.selectors import container_in_use, visible_lots
from apps.materials.services.opening import OPENERS
from apps.organisation.access import Access, open_to
from apps.organisation.selectors import printed_names, roles_at, visible_to

TAKERS = Access(read=frozenset(services.TAKERS), write=frozenset(services.TAKERS))
COUNTERS = Access(read=frozenset(services.COUNTERS), write=frozenset(services.COUNTERS))
OPENING = Access(read=frozenset(OPENERS), write=frozenset(OPENERS))
METHODS = ["GET", "HEAD", "POST"]
KINDS = {
    MovementKind.RECEIVED: gettext_lazy("Received"),
    MovementKind.PREPARED: gettext_lazy("Prepared"),
    MovementKind.USED: gettext_lazy("Used"),
    MovementKind.ADJUSTED: gettext_lazy("Counted"),
    MovementKind.DESTROYED: gettext_lazy("Destroyed"),
}


@open_to(access=TAKERS)
@require_http_methods(METHODS)
def take(request: HttpRequest, number: str) -> HttpResponse:
    """GET, POST /materials/lots/<number>/take/?for=&step=: an amount is used in a step of a batch or in a reagent."""
    found = _lot_named(request, number)
    asked = {"used_for": request.GET.get("for", "")[:60], "place": request.GET.get("step", "")[:200]}
    form = TakeForm(request.POST or None, site=found.site.code, initial=asked)
    act = _act(found, _("Take from lot %(number)s"), _("Record what was taken"), icon="down", already=True)

    def perform(happened: Happened | None) -> None:
        said = dict(form.cleaned_data)
        services.take_stock(lot=found, used_in=said.pop("used_for"), happened=happened, **said, **who(request))

    return act_page(request, act, form, perform)


@open_to(access=TAKERS)
@require_http_methods(METHODS)
def take_for(request: HttpRequest, number: str) -> HttpResponse:
    """GET, POST /materials/take/<batch>/?step=: what a step of a batch takes, whichever lot is scanned."""
    batch, step = record_at(f"batch/{number}"), _place(request.GET.get("step", ""))
    if batch is None or batch.site not in visible_to(request.user, timezone.now()):
        raise Http404
    form = TakeHereForm(request.POST or None, site=batch.site)
    back = (step and address_of("batches:step", number, step)) or address_of("batches:detail", number)
    title, word = _("Take from stock for %(number)s") % {"number": number}, _("Record what was taken")
    act = Act(title=title, word=word, back_url=back, intro=step, icon="down", already=True)

    def perform(happened: Happened | None) -> None:
        services.take_stock(used_in=batch, place=step, happened=happened, **form.cleaned_data, **who(request))

    return act_page(request, act, form, perform)


@open_to(access=COUNTERS)
@require_http_methods(METHODS)
def count(request: HttpRequest, number: str) -> HttpResponse:
    """GET, POST /materials/lots/<number>/count/: the book is set right by what was counted."""
    found = _lot_named(request, number)
    form = CountForm(request.POST or None, unit=found.unit)
    act = _act(found, _("Count lot %(number)s"), _("Record the count"), icon="corrected")

    return said_page(request, act, form, services.count_stock, lot=found)


@open_to(access=COUNTERS)
@require_http_methods(METHODS)
def destroy(request: HttpRequest, number: str) -> HttpResponse:
    """GET, POST /materials/lots/<number>/destroy/: an amount is destroyed, with the reason."""
    found, form = _lot_named(request, number), DestroyForm(request.POST or None)
    act = _act(found, _("Destroy of lot %(number)s"), _("Record the destruction"), stops=True)

    return said_page(request, act, form, services.destroy_stock, lot=found)


@open_to(access=OPENING)
@require_http_methods(METHODS)
def open_one(request: HttpRequest, number: str) -> HttpResponse:
    """GET, POST /materials/lots/<number>/open/: the next container is opened; its clock starts."""
    found, form = _lot_named(request, number), OpenForm(request.POST or None)
    act = _act(found, _("Open a container of lot %(number)s"), _("Record the opening"), icon="box")

    return said_page(request, act, form, services.open_container, lot=found)


@open_to(access=OPENING)
@require_http_methods(METHODS)
def put_away(request: HttpRequest, number: str) -> HttpResponse:
    """GET, POST /materials/lots/<number>/put-away/: the open container is empty, or its time is over."""
    found, form = _lot_named(request, number), PlainForm(request.POST or None)
    act = _act(found, _("Put the open container of lot %(number)s away"), _("Record: put away"), icon="tick")

    return said_page(request, act, form, services.discard_container, lot=found)


def movement_rows(movements: Iterable[Movement]) -> list[dict[str, object]]:
    """The movements of a lot as its page lists them."""
    found = list(movements)
    names = printed_names(one.moved_by for one in found)
    return [
        {
            "kind": KINDS[MovementKind(one.kind)],
            "movement": one,
            "change": plain(one.change),
            "left": plain(one.left),
            "by": names.get(one.moved_by, ""),
            "url": _page_of(one),
        }
        for one in found
    ]


def stock_acts(request: HttpRequest, lot: MaterialLot) -> list[dict[str, str]]:
    """What this person may do with the stock of a lot now."""
    roles = roles_at(request.user, lot.site.code, timezone.now())
    is_open, is_usable = container_in_use(lot) is not None, lot.state == LotState.RELEASED
    offered: list[tuple[bool, Any, str, str, str]] = [
        (is_usable and lot.quantity is not None, services.TAKERS, "take", "down", _("Take from stock")),
        (is_usable, OPENERS, "open", "box", _("Open a container")),
        (is_open, OPENERS, "put_away", "tick", _("Put the container away")),
        (True, services.COUNTERS, "count", "corrected", _("Count")),
        (bool(lot.quantity), services.COUNTERS, "destroy", "stop", _("Destroy")),
    ]
    return [
        {"url": reverse(f"materials:{name}", args=[lot.number]), "icon": icon, "label": label}
        for fits, allowed, name, icon, label in offered
        if fits and roles & set(allowed)
    ]


def _page_of(movement: Movement) -> str:
    record = movement.used_in
    if record is None:
        return ""
    if record.kind == "lot":
        return address_of("materials:lot", record.number)
    step = movement.place and address_of("batches:step", record.number, movement.place)
    return step or address_of("batches:detail", record.number)


def _place(text: str) -> str:
    return text if re.fullmatch(PLACE, text) else ""


def _lot_named(request: HttpRequest, number: str) -> MaterialLot:
    found = get_object_or_404(visible_lots(request.user, timezone.now()), number=number)
    timezone.activate(found.site.timezone)  # until the end of the request
    return found


def _act(lot: MaterialLot, title: str, word: str, **more: Any) -> Act:
    back = reverse("materials:lot", args=[lot.number])
    return Act(title=title % {"number": lot.number}, word=word, back_url=back, **more)
