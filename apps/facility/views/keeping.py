"""Pages of rooms and instruments: what there is, in which state; calibrated, taken out, cleared, left."""

from typing import Any

from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from apps.audit.models import Record
from apps.audit.selectors import entries_of, record_at
from apps.core.http import who
from apps.core.pagination import listing
from apps.core.roles import Role
from apps.core.ui.acts import Act, asked_page, said_page
from apps.core.ui.navigation import address_of
from apps.core.ui.status import word_of
from apps.core.ui.wording import bilingual, translated
from apps.facility import services
from apps.facility.content import clearance_content
from apps.facility.facts import InstrumentStatus, KnownEquipment
from apps.facility.forms import (
    CalibrationForm,
    ClearForm,
    ExtensionForm,
    InstallForm,
    QualificationForm,
    ReasonForm,
    RoomForm,
)
from apps.facility.models import Instrument
from apps.facility.rules import is_past_calibration, is_past_qualification
from apps.facility.selectors import (
    excursions_of,
    known_equipment,
    occupants,
    visible_instruments,
    visible_rooms,
)
from apps.organisation.access import Access, open_to, sites_as
from apps.organisation.selectors import printed_names, roles_at, visible_to
from apps.products.loader import units as unit_table
from apps.quality.panels import holds_panel
from apps.signatures.pages import Panel, signed_page

READ_ONLY = Access(write=frozenset())
KEEPERS = Access(read=frozenset(services.KEEPERS), write=frozenset(services.KEEPERS))
QA = Access(read={Role.QA}, write={Role.QA})
CLEARERS = Access(read=frozenset(services.CLEARERS), write=frozenset(services.CLEARERS))
METHODS = ["GET", "HEAD", "POST"]


@open_to(access=READ_ONLY)
@require_safe
def instruments(request: HttpRequest) -> HttpResponse:
    """GET /facility/: the instruments of one's sites, with their calibration."""
    now = timezone.now()
    page = listing(_asked_for(request, visible_instruments(request.user, now)), request)
    known = known_equipment(request.user, now)
    context = {
        "page": page,
        "rows": [{"instrument": one, "kind": _kind(known, one)} for one in page.rows],
        "filters": [_status_filter(request)],
        "q": request.GET.get("q", ""),
        "may_install": bool(sites_as(request, *services.KEEPERS)),
        "now": now,
    }
    return render(request, "facility/list.html", context)


@open_to(access=READ_ONLY)
@require_safe
def instrument(request: HttpRequest, number: str) -> HttpResponse:
    """GET /facility/instruments/<number>/: one instrument, its calibration, what went wrong with it."""
    found, now = _instrument_named(request, number), timezone.now()
    known, roles = known_equipment(request.user, now), roles_at(request.user, found.site.code, now)
    context = {
        "instrument": found,
        "kind": _kind(known, found),
        "is_overdue": any(is_past(found.facts, now) for is_past in (is_past_calibration, is_past_qualification)),
        "excursions": _excursions(found, known.get(found.kind)),
        "holds": holds_panel([found.record]),
        "entries": list(entries_of(found.record)),
        "keeps": bool(roles & set(services.KEEPERS)) and found.status != InstrumentStatus.RETIRED,
        "may_clean": bool(roles & set(services.CLEANERS)),
        "may_extend": Role.QA in roles and found.calibration_due is not None,
        "log_url": address_of("inspection:use_log", found.record.address),
        "excursion_url": address_of("batches:excursion", number),
    }
    return render(request, "facility/instrument.html", context)


@open_to(access=KEEPERS)
@require_http_methods(METHODS)
def install(request: HttpRequest) -> HttpResponse:
    """GET, POST /facility/install/: an instrument comes into use."""
    now = timezone.now()
    known = known_equipment(request.user, now)
    form = InstallForm(request.POST or None, known=known, sites=sites_as(request, *services.KEEPERS))
    act = Act(title=_("Install an instrument"), word=_("Install"), back_url=reverse("facility:list"), icon="device")

    return said_page(request, act, form, services.install_instrument)


@open_to(access=KEEPERS)
@require_http_methods(METHODS)
def calibrate(request: HttpRequest, number: str) -> HttpResponse:
    """GET, POST /facility/instruments/<number>/calibrate/: a calibration and when the next one is due."""
    found, form = _instrument_named(request, number), CalibrationForm(request.POST or None)
    act = _act(found, _("Calibrate %(number)s") % {"number": number}, _("Record the calibration"), icon="tick")

    return said_page(request, act, form, services.calibrate, instrument=found)


@open_to(access=QA)
@require_http_methods(METHODS)
def extend(request: HttpRequest, number: str) -> HttpResponse:
    """GET, POST /facility/instruments/<number>/extend/: quality assurance lets a calibration hold longer."""
    found, form = _instrument_named(request, number), ExtensionForm(request.POST or None)
    act = _act(found, _("Extend the calibration of %(number)s") % {"number": number}, _("Record the extension"))

    return said_page(request, act, form, services.extend_calibration, instrument=found)


@open_to(access=KEEPERS)
@require_http_methods(METHODS)
def qualify(request: HttpRequest, number: str) -> HttpResponse:
    """GET, POST /facility/instruments/<number>/qualify/: a qualification and until when it holds."""
    found, form = _instrument_named(request, number), QualificationForm(request.POST or None)
    act = _act(found, _("Qualify %(number)s") % {"number": number}, _("Record the qualification"), icon="tick")

    return said_page(request, act, form, services.qualify, instrument=found)


@open_to(access=KEEPERS)
@require_http_methods(METHODS)
def change_status(request: HttpRequest, number: str) -> HttpResponse:
    """GET, POST /facility/instruments/<number>/status/: out of service, or back in service, with the reason."""
    found, form = _instrument_named(request, number), ReasonForm(request.POST or None)
    takes_out = found.status == InstrumentStatus.IN_SERVICE
    title = _("Take %(number)s out of service") if takes_out else _("Put %(number)s in service")
    word = _("Take out of service") if takes_out else _("Put in service")
    act = _act(found, title % {"number": number}, word, stops=takes_out)
    perform_it = services.take_out_of_service if takes_out else services.put_in_service

    return said_page(request, act, form, perform_it, instrument=found)


@open_to(access=READ_ONLY)
@require_safe
def rooms(request: HttpRequest) -> HttpResponse:
    """GET /facility/rooms/: the rooms of one's sites and the batch in each."""
    found = visible_rooms(request.user, timezone.now()).order_by("code")
    inside, hands = occupants(found), sites_as(request, *services.CLEARERS)
    names = printed_names(clearance.cleared_by for clearance in inside.values())
    context = {
        "rows": [
            {
                "room": room,
                "name": bilingual({"en": room.label_en, "zh": room.label_zh}),
                "clearance": inside.get(room.pk),
                "cleared_by": names[inside[room.pk].cleared_by] if room.pk in inside else "",
                "batch_url": _batch_page(inside[room.pk].cleared_for) if room.pk in inside else "",
                "environment_url": reverse("facility:environment", args=[room.code]),
                "log_url": address_of("inspection:use_log", room.record.address),
                "may_leave": room.pk in inside and room.site.code in hands,
            }
            for room in found
        ],
        "may_open": bool(sites_as(request, Role.QA)),
    }
    return render(request, "facility/rooms.html", context)


@open_to(access=QA)
@require_http_methods(METHODS)
def open_room(request: HttpRequest) -> HttpResponse:
    """GET, POST /facility/rooms/open/: add a room to a site."""
    form = RoomForm(request.POST or None, sites=sites_as(request, Role.QA))
    act = Act(title=_("Add a room"), word=_("Add the room"), back_url=reverse("facility:rooms"), icon="place")

    return said_page(request, act, form, services.open_room)


@open_to(write=frozenset(services.CLEARERS))
@require_POST
def leave(request: HttpRequest, code: str) -> HttpResponse:
    """POST /facility/rooms/<code>/leave/: the batch has left the room."""
    room = get_object_or_404(visible_rooms(request.user, timezone.now()), code=code)
    services.leave_room(room=room, **who(request))
    return HttpResponseRedirect(reverse("facility:rooms"))


@open_to(access=CLEARERS)
@require_http_methods(METHODS)
def clear(request: HttpRequest, number: str) -> HttpResponse:
    """GET, POST /facility/clear/<batch>/?step=: sign that a room is clear, and give it to a batch."""
    batch = record_at(f"batch/{number}")
    if batch is None or batch.site not in visible_to(request.user, timezone.now()):
        raise Http404
    form, back = ClearForm(request.POST or None, site=batch.site), _back_to_batch(request, batch)
    if request.method != "POST" or not form.is_valid():
        intro = _("One batch at a time in a room: the line is cleared of one before the next comes in.")
        act = Act(
            title=_("Clear a room for %(number)s") % {"number": number},
            word=_("Read back and sign"),
            back_url=back,
            intro=intro,
            icon="place",
        )
        return asked_page(request, act, form)
    room = form.cleaned_data["room"]
    panel = Panel(
        title=_("Clear a room for %(number)s") % {"number": number},
        verb=_("Sign: cleared"),
        content=lambda: clearance_content(room, batch),
        record=room.record,
        cancel_url=back,
        hidden={"room": room.code},
    )
    return signed_page(
        request,
        panel,
        lambda signing: services.clear_line(room=room, cleared_for=batch, signing=signing, **who(request)),
        back,
    )


def _instrument_named(request: HttpRequest, number: str) -> Instrument:
    found = get_object_or_404(visible_instruments(request.user, timezone.now()), number=number)
    timezone.activate(found.site.timezone)  # until the end of the request
    return found


def _act(instrument: Instrument, title: str, word: str, **more: Any) -> Act:
    return Act(title=title, word=word, back_url=reverse("facility:instrument", args=[instrument.number]), **more)


def _excursions(instrument: Instrument, kind: KnownEquipment | None) -> list[dict[str, object]]:
    """What went wrong with an instrument, in the words of the master record that watches it."""
    labels = {one.key: bilingual(one.label) for one in (kind.conditions if kind else ())}
    return [
        {
            "excursion": one,
            "condition": labels.get(one.condition, one.condition),
            "unit": unit_table().display(one.unit, get_language() or "en"),
        }
        for one in excursions_of(instrument)
    ]


def _kind(known: Any, instrument: Instrument) -> str:
    own = instrument.kind.replace("_", " ").capitalize()
    return bilingual(known[instrument.kind].label) if instrument.kind in known else translated(own)


def _batch_page(batch: Record) -> str:
    return address_of("batches:detail", batch.number)


def _back_to_batch(request: HttpRequest, batch: Record) -> str:
    step = request.GET.get("step", "")[:120]
    return (step and address_of("batches:step", batch.number, step)) or _batch_page(batch)


def _asked_for(request: HttpRequest, rows: QuerySet[Instrument]) -> QuerySet[Instrument]:
    status, words = request.GET.get("status", ""), request.GET.get("q", "").strip()[:80]
    if status in list(InstrumentStatus):
        rows = rows.filter(status=status)
    if words:
        rows = rows.filter(Q(number__icontains=words) | Q(label__icontains=words) | Q(kind__icontains=words))
    return rows


def _status_filter(request: HttpRequest) -> dict[str, object]:
    words = [("", _("All")), *((status.value, str(word_of(status).word)) for status in InstrumentStatus)]
    return {"name": "status", "label": _("State"), "choices": words, "value": request.GET.get("status", "")}
