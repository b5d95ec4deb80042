"""Pages of the environment of a room: plan, samples of the session, what was read, and its trend."""

from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from apps.core.http import table_file
from apps.core.roles import Role
from apps.core.ui.acts import Act, said_page
from apps.core.ui.navigation import address_of
from apps.core.ui.plots import Bounds, trend
from apps.facility import services
from apps.facility.facts import Grade, Level, SampleKind
from apps.facility.forms import SAMPLE_WORDS, CleaningForm, CountForm, PlateForm, PointForm, room_words
from apps.facility.levels import level_of
from apps.facility.models import MonitoringPoint, Plate, Room
from apps.facility.selectors import occupant_of, points_of, visible_instruments, visible_plates, visible_rooms
from apps.organisation.access import Access, open_to
from apps.organisation.selectors import roles_at
from apps.products.loader import units as unit_table

READ_ONLY = Access(write=frozenset())
PLANNERS = Access(read=frozenset(services.PLANNERS), write=frozenset(services.PLANNERS))
SAMPLERS = Access(read=frozenset(services.SAMPLERS), write=frozenset(services.SAMPLERS))
CLEANERS = Access(read=frozenset(services.CLEANERS), write=frozenset(services.CLEANERS))
ANALYSTS = Access(read={Role.ANALYST}, write={Role.ANALYST})
METHODS = ["GET", "HEAD", "POST"]
SHOWN, DRAWN = 100, 30

SAMPLED = ("sample", "point", "kind", "grade", "batch", "taken_at", "read_at", "count", "verdict", "organism")


@open_to(access=READ_ONLY)
@require_safe
def environment(request: HttpRequest, code: str) -> HttpResponse:
    """GET /facility/rooms/<code>/environment/: the plan of a room, its samples and the trend of each point."""
    room = _room_named(request, code)
    rows = list(visible_plates(request.user, timezone.now()).filter(point__room=room)[: SHOWN * 3])
    session, roles = occupant_of(room), roles_at(request.user, room.site.code, timezone.now())
    taken = {plate.point_id for plate in rows if session and plate.session_id == session.pk}
    context = {
        "room": room,
        "name": room_words(room),
        "session": session,
        "batch_url": address_of("batches:detail", session.cleared_for.number) if session else "",
        "points": [_point(point, rows, point.pk in taken) for point in points_of(room)],
        "plates": [_plate(plate, roles) for plate in rows[:SHOWN]],
        "may_plan": bool(roles & set(services.PLANNERS)),
        "may_sample": session is not None and bool(roles & set(services.SAMPLERS)),
    }
    return render(request, "facility/environment.html", context)


@open_to(access=READ_ONLY)
@require_safe
def environment_table(request: HttpRequest, code: str) -> HttpResponse:
    """GET /facility/rooms/<code>/environment.csv: everything that was sampled in a room."""
    room = _room_named(request, code)
    plates = visible_plates(request.user, timezone.now()).filter(point__room=room)
    return table_file(f"environment-{room.code}.csv", SAMPLED, map(_sampled, plates))


def _sampled(one: Plate) -> list[object]:
    point, batch = one.point, one.session.cleared_for.number
    read_at = one.read_at.isoformat() if one.read_at else ""
    said = [one.number, point.code, point.kind, point.grade, batch, one.taken_at.isoformat()]
    return [*said, read_at, one.count, one.verdict, one.organism]


@open_to(access=PLANNERS)
@require_http_methods(METHODS)
def plan_point(request: HttpRequest, code: str) -> HttpResponse:
    """GET, POST /facility/rooms/<code>/points/: a point is added to the plan of a room."""
    room = _room_named(request, code)
    form = PointForm(request.POST or None, initial={"grade": room.grade})
    act = _act(room, _("Plan a point in %(room)s") % {"room": room.code}, _("Add the point"), icon="plus")

    return said_page(request, act, form, services.plan_point, room=room)


@open_to(access=SAMPLERS)
@require_http_methods(METHODS)
def take(request: HttpRequest, code: str) -> HttpResponse:
    """GET, POST /facility/rooms/<code>/samples/: a sample of the environment is taken."""
    room = _room_named(request, code)
    form = PlateForm(request.POST or None, room=room)
    act = _act(
        room, _("Sample the environment of %(room)s") % {"room": room.code}, _("Record the sample"), icon="flask"
    )

    return said_page(request, act, form, services.take_plate, room=room)


@open_to(access=ANALYSTS)
@require_http_methods(METHODS)
def read(request: HttpRequest, number: str) -> HttpResponse:
    """GET, POST /facility/plates/<number>/count/: what was counted, days later."""
    plate = get_object_or_404(visible_plates(request.user, timezone.now()), number=number)
    timezone.activate(plate.point.room.site.timezone)  # until the end of the request
    form = CountForm(request.POST or None, is_correction=plate.count is not None)
    title = _("Count of sample %(number)s") % {"number": number}
    act = _act(plate.point.room, title, _("Record the count"), intro=f"{plate.point} · {_level_words(plate.point)}")

    return said_page(request, act, form, services.read_plate, plate=plate)


@open_to(access=CLEANERS)
@require_http_methods(METHODS)
def clean(request: HttpRequest, number: str) -> HttpResponse:
    """GET, POST /facility/instruments/<number>/clean/: an instrument was cleaned."""
    found = get_object_or_404(visible_instruments(request.user, timezone.now()), number=number)
    timezone.activate(found.site.timezone)  # until the end of the request
    form, back = CleaningForm(request.POST or None), reverse("facility:instrument", args=[number])
    act = Act(title=_("Clean %(number)s") % {"number": number}, word=_("Record the cleaning"), back_url=back)

    return said_page(request, act, form, services.clean, instrument=found)


def _point(point: MonitoringPoint, rows: Sequence[Plate], is_sampled: bool) -> dict[str, object]:
    level = level_of(Grade(point.grade), SampleKind(point.kind))
    counted = [one for one in rows if one.point_id == point.pk and one.count is not None][:DRAWN][::-1]
    return {
        "point": point,
        "kind": SAMPLE_WORDS[SampleKind(point.kind)],
        "level": _level_words(point),
        "is_sampled": is_sampled,
        "trend": _trend(counted, level) if counted and level else None,
        "summary": _("%(n)s counts, highest %(highest)s")
        % {"n": len(counted), "highest": max((one.count or 0 for one in counted), default=0)},
    }


def _trend(counted: Sequence[Plate], level: Level) -> object:
    points = [(f"{timezone.localtime(one.taken_at):%m-%d}", one.count or 0) for one in counted]
    highest = max(level.most + 1, *(number for _day, number in points))
    return trend(points, Bounds(high=level.most, alert_high=level.alert), axis=(0, highest))


def _level_words(point: MonitoringPoint) -> str:
    level = level_of(Grade(point.grade), SampleKind(point.kind))
    if level is None:
        return ""
    said = {"most": f"{level.most:,}", "unit": unit_table().display(level.unit, get_language() or "en")}
    words = _("action above %(most)s %(unit)s") % said
    return words if level.alert is None else f"{words}, " + _("alert from %(alert)s") % {"alert": level.alert}


def _plate(plate: Plate, roles: set[Role]) -> dict[str, object]:
    return {
        "plate": plate,
        "kind": SAMPLE_WORDS[SampleKind(plate.point.kind)],
        "status": {"PASS": "pass", "ALERT": "alert", "ACTION": "action"}.get(plate.verdict, "pending"),
        "url": reverse("facility:count", args=[plate.number]) if Role.ANALYST in roles else "",
    }


def _room_named(request: HttpRequest, code: str) -> Room:
    found = get_object_or_404(visible_rooms(request.user, timezone.now()), code=code)
    timezone.activate(found.site.timezone)  # until the end of the request
    return found


def _act(room: Room, title: str, word: str, **more: Any) -> Act:
    return Act(title=title, word=word, back_url=reverse("facility:environment", args=[room.code]), **more)
