"""Pages of the material store: lots received, prepared, released, rejected; where each came from and went."""

from typing import Any

from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from apps.audit.models import Record
from apps.audit.selectors import entries_of, record_at
from apps.core.errors import Happened
from apps.core.http import who
from apps.core.pagination import listing
from apps.core.roles import Role
from apps.core.ui.acts import Act, act_page, asked_page, said_page
from apps.core.ui.navigation import address_of
from apps.core.ui.status import word_of
from apps.core.ui.wording import bilingual, translated
from apps.documents.forms import LabelSheetForm
from apps.documents.selectors import label_sheets_about
from apps.materials import services
from apps.materials.content import lot_content
from apps.materials.facts import LotState, LotVerb
from apps.materials.forms import PrepareForm, ReceiveForm, RejectForm
from apps.materials.lifecycle import MOVES
from apps.materials.models import MaterialLot
from apps.materials.rules import plain
from apps.materials.selectors import (
    container_in_use,
    known_materials,
    known_materials_at,
    made_from,
    movements_of,
    used_in,
    visible_lots,
)
from apps.materials.views.stock import movement_rows, stock_acts
from apps.organisation.access import Access, open_to
from apps.organisation.selectors import printed_names, roles_at, sites_where, visible_to
from apps.quality.panels import holds_panel
from apps.signatures.pages import Panel, signed_page

READ_ONLY = Access(write=frozenset())
STORE = Access(read={Role.STOREKEEPER}, write={Role.STOREKEEPER})
OPERATORS = Access(read={Role.OPERATOR}, write={Role.OPERATOR})
QA = Access(read={Role.QA}, write={Role.QA})
METHODS = ["GET", "HEAD", "POST"]
PREPARED = ("number", "material", "components", "own_life", "site", "prepared_at", "amount", "unit")
SHOWN = 50


@open_to(access=READ_ONLY)
@require_safe
def lots(request: HttpRequest) -> HttpResponse:
    """GET /materials/: the lots of one's sites, with their expiry and state."""
    now = timezone.now()
    page = listing(_asked_for(request, visible_lots(request.user, now)), request)
    known = known_materials(request.user, now)
    context = {
        "page": page,
        "rows": [{"lot": lot, "material": _name(known, lot.material), "left": _left(lot)} for lot in page.rows],
        "filters": [_state_filter(request)],
        "q": request.GET.get("q", ""),
        "may_receive": bool(sites_where(request.user.username, now, Role.STOREKEEPER)),
        "may_prepare": bool(sites_where(request.user.username, now, Role.OPERATOR)),
        "now": now,
    }
    return render(request, "materials/list.html", context)


@open_to(access=READ_ONLY)
@require_safe
def lot(request: HttpRequest, number: str) -> HttpResponse:
    """GET /materials/lots/<number>/: one lot, what it was made from, where it went, what holds it."""
    found = _lot_named(request, number)
    now = timezone.now()
    context = {
        "lot": found,
        "material": _name(known_materials(request.user, now), found.material),
        "is_expired": found.expires_at <= now,
        "open": container_in_use(found),
        "now": now,
        "left": _left(found),
        "movements": movement_rows(movements_of(found)[:SHOWN]),
        "stock_acts": stock_acts(request, found),
        "decided_by": printed_names([found.decided_by]).get(found.decided_by, ""),
        "made_from": [_linked(record) for record in made_from(found)],
        "used_in": [_linked(record) for record in used_in(found)],
        "holds": holds_panel([found.record]),
        "entries": list(entries_of(found.record)),
        "acts": _decisions(request, found),
        "sheets": label_sheets_about(found.record),
        "may_print": _may_print(request, found),
    }
    return render(request, "materials/lot.html", context)


@open_to(access=STORE)
@require_http_methods(METHODS)
def receive(request: HttpRequest) -> HttpResponse:
    """GET, POST /materials/receive/: a delivered lot comes into quarantine."""
    now = timezone.now()
    sites = sites_where(request.user.username, now, Role.STOREKEEPER)
    form = ReceiveForm(request.POST or None, known=known_materials(request.user, now), sites=sites)
    intro = _("It stays in quarantine until quality assurance has looked at its documents.")
    act = Act(title=_("Receive a lot"), word=_("Receive"), back_url=reverse("materials:list"), intro=intro, icon="box")

    return said_page(request, act, form, services.receive_lot)


@open_to(access=OPERATORS)
@require_http_methods(METHODS)
def prepare(request: HttpRequest, number: str = "") -> HttpResponse:
    """GET, POST /materials/prepare/<batch>/?step=: make a reagent from lots; it is a lot of its own."""
    now, batch = timezone.now(), _batch_record(request, number)
    operated = sites_where(request.user.username, now, Role.OPERATOR)
    sites = operated & {batch.site} if batch else operated
    form = PrepareForm(request.POST or None, known=known_materials(request.user, now), sites=sites)
    back = _back_to_batch(request, batch) if batch else reverse("materials:list")
    intro = _("It is a lot of its own and lives no longer than the shortest-lived lot it is made from.")
    act = Act(
        title=_("Prepare a reagent"),
        word=_("Record the reagent"),
        back_url=back,
        intro=intro,
        icon="flask",
        already=True,
    )

    def perform(happened: Happened | None) -> None:
        said = form.cleaned_data
        taken = {name: said[name] for name in PREPARED}
        services.prepare_reagent(happened=happened, **taken, **who(request))

    return act_page(request, act, form, perform)


@open_to(access=QA)
@require_http_methods(METHODS)
def release(request: HttpRequest, number: str) -> HttpResponse:
    """GET, POST /materials/lots/<number>/release/: quality assurance releases a lot for use."""
    return _decided(request, number, LotVerb.RELEASE)


@open_to(access=QA)
@require_http_methods(METHODS)
def reject(request: HttpRequest, number: str) -> HttpResponse:
    """GET, POST /materials/lots/<number>/reject/: quality assurance rejects a lot and says why."""
    found, form = _lot_named(request, number), RejectForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        return _decided(request, number, LotVerb.REJECT, form.cleaned_data["reason"])
    intro = _("It must not be used. Everything that was made from it is held.")
    word, back = _("Read back and sign"), _page_of(found)
    act = Act(title=_("Reject lot %(number)s") % {"number": number}, word=word, back_url=back, intro=intro, stops=True)
    return asked_page(request, act, form)


@open_to(access=OPERATORS)
@require_http_methods(METHODS)
def print_labels(request: HttpRequest, number: str) -> HttpResponse:
    """GET, POST /materials/lots/<number>/labels/: print the labels of a reagent that was prepared here."""
    found = _lot_named(request, number)
    sheets = len(label_sheets_about(found.record))
    form = LabelSheetForm(request.POST or None, sheets=sheets)
    title = _("Print labels of %(number)s") if not sheets else _("Print labels of %(number)s once more")
    act = Act(title=title % {"number": number}, word=_("Print"), back_url=_page_of(found), icon="print")

    return said_page(request, act, form, services.print_lot_labels, lot=found)


def _decided(request: HttpRequest, number: str, verb: LotVerb, reason: str = "") -> HttpResponse:
    found = _lot_named(request, number)
    said = {"reason": reason} if reason else {}
    decide = services.reject_lot if verb is LotVerb.REJECT else services.release_lot
    label = translated(MOVES[verb].label)
    panel = Panel(
        title=f"{label}: {number}",
        verb=_("Sign: %(verb)s") % {"verb": label.lower()},
        content=lambda: lot_content(found, verb, reason),
        record=found.record,
        cancel_url=_page_of(found),
        hidden=said,
        words={key: bilingual(one.label) for key, one in known_materials_at([found.site.code]).items()},
    )
    return signed_page(
        request, panel, lambda signing: decide(lot=found, signing=signing, **said, **who(request)), _page_of(found)
    )


def _decisions(request: HttpRequest, lot: MaterialLot) -> list[dict[str, object]]:
    """The decisions that quality assurance can take about a lot now; the first is the filled button."""
    if Role.QA not in roles_at(request.user, lot.site.code, timezone.now()):
        return []
    names = {LotVerb.RELEASE: ("materials:release", "tick"), LotVerb.REJECT: ("materials:reject", "stop")}
    return [
        {
            "url": reverse(names[verb][0], args=[lot.number]),
            "icon": names[verb][1],
            "label": translated(move.label),
            "stops": verb is LotVerb.REJECT,
        }
        for verb, move in MOVES.items()
        if lot.state in move.sources
    ]


def _left(lot: MaterialLot) -> str | None:
    return None if lot.quantity is None else plain(lot.quantity)


def _may_print(request: HttpRequest, lot: MaterialLot) -> bool:
    prints = lot.is_prepared and lot.state != LotState.REJECTED
    return prints and Role.OPERATOR in roles_at(request.user, lot.site.code, timezone.now())


def _lot_named(request: HttpRequest, number: str) -> MaterialLot:
    found = get_object_or_404(visible_lots(request.user, timezone.now()), number=number)
    timezone.activate(found.site.timezone)  # until the end of the request
    return found


def _batch_record(request: HttpRequest, number: str) -> Record | None:
    """The record of the batch for which something is prepared, within the person's sites."""
    if not number:
        return None
    found = record_at(f"batch/{number}")
    if found is None or found.site not in visible_to(request.user, timezone.now()):
        raise Http404
    return found


def _back_to_batch(request: HttpRequest, batch: Record) -> str:
    step = request.GET.get("step", "")[:120]
    return (step and address_of("batches:step", batch.number, step)) or address_of("batches:detail", batch.number)


def _page_of(lot: MaterialLot) -> str:
    return reverse("materials:lot", args=[lot.number])


def _linked(record: Record) -> dict[str, str]:
    pages = {"batch": "batches:detail", "lot": "materials:lot"}
    return {"address": record.address, "url": address_of(pages[record.kind], record.number)}


def _name(known: Any, key: str) -> str:
    return bilingual(known[key].label) if key in known else key


def _asked_for(request: HttpRequest, rows: QuerySet[MaterialLot]) -> QuerySet[MaterialLot]:
    state, words = request.GET.get("state", ""), request.GET.get("q", "").strip()[:80]
    if state in list(LotState):
        rows = rows.filter(state=state)
    if words:
        rows = rows.filter(Q(number__icontains=words) | Q(material__icontains=words))
    return rows


def _state_filter(request: HttpRequest) -> dict[str, object]:
    choices = [("", _("All")), *((state.value, str(word_of(state).word)) for state in LotState)]
    return {"name": "state", "label": _("State"), "choices": choices, "value": request.GET.get("state", "")}
