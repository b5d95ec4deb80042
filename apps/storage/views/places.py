"""Pages of the store: its stores, the map of a box, a move by scan, where a unit was."""

from datetime import datetime, timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from apps.core.errors import BadInput, Happened, Objection
from apps.core.http import who
from apps.core.text import N_
from apps.core.ui.acts import Act, act_page, said_page
from apps.organisation.access import Access, open_to, sites_as
from apps.organisation.selectors import printed_names, roles_at, visible_to
from apps.quality.panels import holds_panel
from apps.storage import services
from apps.storage.facts import Place, StoreKind, Zone
from apps.storage.forms import KIND_WORDS, ZONE_WORDS, BoxForm, MoveForm, OutForm, StoreForm
from apps.storage.models import Box, Store
from apps.storage.rules import warmth_text
from apps.storage.selectors import (
    BoxLine,
    Spot,
    box_at,
    boxes_of,
    free_places,
    history_of,
    map_of,
    places_in,
    stored_together,
    suggested_for,
    visible_stores,
)
from apps.units.facts import Condition, Custody
from apps.units.models import Unit
from apps.units.rules import chain_of_code, number_of_code
from apps.units.selectors import visible_units
from apps.units.views.framing import batch_bar

READ_ONLY = Access(write=frozenset())
KEEPERS = Access(read=frozenset(services.KEEPERS), write=frozenset(services.KEEPERS))
MOVERS = Access(read=frozenset(services.MOVERS), write=frozenset(services.MOVERS))
METHODS = ["GET", "HEAD", "POST"]
SOON, LATER = timedelta(days=30), timedelta(days=90)


@open_to(access=READ_ONLY)
@require_safe
def stores(request: HttpRequest) -> HttpResponse:
    """GET /storage/: the stores of one's sites, how full each is."""
    found = list(visible_stores(request.user, timezone.now()))
    taken, places = stored_together(found), places_in(found)
    rows = [
        {
            "store": one,
            "kind": kind_of(one),
            "keeps": warmth_text(one.warmth),
            "taken": taken.get(one.pk, 0),
            "free": places.get(one.pk, 0) - taken.get(one.pk, 0),
        }
        for one in found
    ]
    may = {
        "may_open": bool(sites_as(request, *services.KEEPERS)),
        "may_move": bool(sites_as(request, *services.MOVERS)),
    }
    return render(request, "storage/list.html", {"rows": rows, **may})


@open_to(access=READ_ONLY)
@require_safe
def store(request: HttpRequest, number: str) -> HttpResponse:
    """GET /storage/stores/<number>/?box=4/2: the map of one box, the other boxes beside it."""
    found, now = store_page_of(request, number), timezone.now()
    lines = boxes_of(found)
    asked = request.GET.get("box", "")
    line = next((line for line in lines if f"{line.box.rack}/{line.box.code}" == asked), lines[0] if lines else None)
    roles = roles_at(request.user, found.site.code, now)
    proposed = {str(place) for place in free_places([line.box])} if line else set()
    context = {
        "store": found,
        "kind": kind_of(found),
        "keeps": warmth_text(found.warmth),
        "lines": lines,
        "line": line,
        "zone": dict(ZONE_WORDS)[line.box.zone] if line else "",
        "columns": range(1, line.box.columns + 1) if line else (),
        "rows": _map_rows(line, proposed, now),
        "may_keep": bool(roles & set(services.KEEPERS)),
        "may_move": bool(roles & set(services.MOVERS)),
    }
    return render(request, "storage/store.html", context)


@open_to(access=KEEPERS)
@require_http_methods(METHODS)
def open_store(request: HttpRequest) -> HttpResponse:
    """GET, POST /storage/open/: a store comes into use."""
    form = StoreForm(request.POST or None, sites=sites_as(request, *services.KEEPERS))
    act = Act(title=_("Add a store"), word=_("Add the store"), back_url=reverse("storage:list"), icon="box")

    def perform(_happened: Happened | None) -> None:
        said = form.cleaned_data
        services.open_store(**{**said, "kind": StoreKind(said["kind"])}, **who(request))

    return act_page(request, act, form, perform)


@open_to(access=KEEPERS)
@require_http_methods(METHODS)
def add_box(request: HttpRequest, number: str) -> HttpResponse:
    """GET, POST /storage/stores/<number>/box/: a box with its positions."""
    found, form = store_page_of(request, number), BoxForm(request.POST or None)
    title = _("Add a box to %(number)s") % {"number": number}
    act = Act(title=title, word=_("Add the box"), back_url=reverse("storage:store", args=[number]), icon="box")

    def perform(_happened: Happened | None) -> None:
        said = form.cleaned_data
        services.add_box(store=found, **{**said, "zone": Zone(said["zone"])}, **who(request))

    return act_page(request, act, form, perform)


@open_to(access=MOVERS)
@require_http_methods(METHODS)
def move(request: HttpRequest) -> HttpResponse:
    """GET, POST /storage/move/?unit=&position=: scan a unit and a position."""
    asked = {name: request.GET.get(name, "")[:120] for name in ("unit", "position")}
    known = visible_units(request.user, timezone.now()).filter(number=asked["unit"]).first()
    form = MoveForm(request.POST or None, initial=asked)
    back = reverse("storage:unit", args=[known.number]) if known else reverse("storage:list")
    act = Act(
        title=_("Put a unit into a position"),
        word=_("Record the move"),
        back_url=back,
        intro=_proposal(known),
        icon="scan",
        already=True,
    )

    def perform(happened: Happened | None) -> None:
        said = form.cleaned_data
        services.store_unit(
            unit=_unit_scanned(request, said["unit"]),
            box=_box_scanned(request, said["position"]),
            place=said["position"],
            chain=said["chain"] or chain_of_code(said["unit"]),
            moved_at=said["moved_at"],
            taken_at=said["taken_at"],
            happened=happened,
            **who(request),
        )

    return act_page(request, act, form, perform)


@open_to(access=READ_ONLY)
@require_safe
def unit(request: HttpRequest, number: str) -> HttpResponse:
    """GET /storage/units/<number>/: where a unit lies and lay, and how long it was out."""
    found = _unit_named(request, number)
    history = history_of(found)
    names = printed_names(name for stay in history.stays for name in (stay.in_by, stay.out_by))
    context = {
        "unit": found,
        "history": history,
        "stays": [
            {
                "stay": stay,
                "in_by": names[stay.in_by],
                "out_by": names.get(stay.out_by, ""),
                "gone": stay.out_reason if stay.out_reason in {*Custody, *Condition} else "",
            }
            for stay in history.stays
        ],
        "suggested": suggested_for(found),
        "holds": holds_panel([found.record]),
        "may_move": bool(roles_at(request.user, found.batch.site.code, timezone.now()) & set(services.MOVERS)),
        **batch_bar(found.batch),
    }
    return render(request, "storage/unit.html", context)


@open_to(access=MOVERS)
@require_http_methods(METHODS)
def take_out(request: HttpRequest, number: str) -> HttpResponse:
    """GET, POST /storage/units/<number>/take-out/: the unit leaves its position."""
    found, form = _unit_named(request, number), OutForm(request.POST or None)
    act = Act(
        title=_("Take %(number)s out") % {"number": number},
        word=_("Record: taken out"),
        back_url=reverse("storage:unit", args=[number]),
        intro=_("The time out of the store begins."),
        icon="up",
    )

    return said_page(request, act, form, services.take_out, unit=found)


def _map_rows(line: BoxLine | None, proposed: set[str], now: datetime) -> list[dict[str, object]]:
    if line is None:
        return []
    return [
        {"letter": chr(64 + n), "spots": [_spot(spot, proposed, now) for spot in row]}
        for n, row in enumerate(map_of(line.box), start=1)
    ]


def _spot(spot: Spot, proposed: set[str], now: datetime) -> dict[str, object]:
    first = min((unit.expires_at for unit in spot.units), default=None)
    return {
        "spot": spot,
        "place": str(spot.place),
        "tone": expiry_tone(first, now),
        "is_proposed": str(spot.place) in proposed,
    }


def expiry_tone(expires_at: datetime | None, now: datetime) -> str:
    """How near the expiry is: expired, within 30 days, within 90 days, later; empty: nothing lies there."""
    if expires_at is None:
        return ""
    if expires_at <= now:
        return "expired"
    if expires_at <= now + SOON:
        return "soon"
    return "near" if expires_at <= now + LATER else "later"


def _proposal(unit: Unit | None) -> str:
    if unit is None:
        return _("Scan the unit, then the position. Both may be typed.")
    places = ", ".join(str(place) for place in suggested_for(unit))
    return _("Free: %(places)s.") % {"places": places} if places else _("No free position keeps what this unit needs.")


def _unit_scanned(request: HttpRequest, text: str) -> Unit:
    number = number_of_code(text)
    found = visible_units(request.user, timezone.now()).filter(number=number).first()
    if found is None:
        template = N_("No unit of your sites is called {unit}.")
        raise BadInput(Objection("unknown_unit", template, {"unit": number}, "unit"))
    return found


def _box_scanned(request: HttpRequest, place: Place) -> Box:
    box = box_at(place, visible_to(request.user, timezone.now()))
    if box is None:
        template = N_("There is no position {position} at your sites.")
        raise BadInput(Objection("unknown_position", template, {"position": place}, "position"))
    return box


def store_page_of(request: HttpRequest, number: str) -> Store:
    """A store that one may see; its page goes by the clock of its site."""
    found = get_object_or_404(visible_stores(request.user, timezone.now()), number=number)
    timezone.activate(found.site.timezone)  # until the end of the request
    return found


def _unit_named(request: HttpRequest, number: str) -> Unit:
    found = get_object_or_404(visible_units(request.user, timezone.now()), number=number)
    timezone.activate(found.batch.site.timezone)
    return found


def kind_of(store: Store) -> str:
    """The kind of a store in words."""
    return str(dict(KIND_WORDS)[store.kind])
