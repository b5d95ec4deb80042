"""Pages of what a store's probes read: the curve and who lay under it; probes, readings, files of readings."""

import csv
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from apps.core.errors import BadInput, Happened, Objection
from apps.core.http import who
from apps.core.ui.acts import act_page
from apps.core.ui.wording import sentence
from apps.facility.facts import JUDGED_IN, MARKS, Point, Quantity
from apps.facility.models import Probe
from apps.facility.rules.readings import read_value
from apps.facility.selectors import probes_at, readings_between, visible_probes
from apps.facility.services import install_probe, retire_probe
from apps.facility.services.probing import Came
from apps.organisation.access import Access, open_to
from apps.organisation.selectors import roles_at
from apps.storage import services
from apps.storage.facts import Keeping, Rejection, Warmth
from apps.storage.forms import (
    FileOfReadings,
    PeriodForm,
    ProbeForm,
    ReadingForm,
    RetireForm,
    file_form,
)
from apps.storage.models import Store
from apps.storage.rules import rejection_text, warmth_text
from apps.storage.selectors import (
    cultures,
    excursions_between,
    exposures,
    keepings,
    kinetic_of,
    limits_of,
    stays_meeting,
    store_watched_by,
)
from apps.storage.views.drawing import curve_plot
from apps.storage.views.keeping import WORDS, act_at
from apps.storage.views.places import KEEPERS, METHODS, READ_ONLY, kind_of, store_page_of

WATCHERS = Access(read=frozenset(services.READERS), write=frozenset(services.READERS))
DAYS = 1
NOTHING_SAID = Keeping(Warmth(None, None), timedelta(0), Rejection())


@dataclass(frozen=True)
class Watched:
    """What a page of readings is about: the store, its probe if it has one, and the time that is looked at."""

    store: Store
    probes: list[Probe]
    probe: Probe | None
    days: int
    start: datetime
    end: datetime

    @property
    def quantity(self) -> Quantity:
        """What is looked at: a temperature where nothing measures yet."""
        return Quantity(self.probe.quantity) if self.probe else Quantity.TEMPERATURE

    @property
    def keeping(self) -> Keeping:
        """How the newest of what is looked at is judged."""
        found = keepings(self.store, self.quantity, self.start, self.end)
        return found[-1] if found else NOTHING_SAID


@open_to(access=READ_ONLY)
@require_safe
def temperature(request: HttpRequest, number: str) -> HttpResponse:
    """GET /storage/stores/<number>/temperature/?probe=&days=&until=: the curve, the excursions, the stays under it."""
    now = timezone.now()
    seen = _watched(request, number, now)
    store, probe = seen.store, seen.probe
    readings = list(readings_between(probe, seen.start, seen.end).values_list("at", "value")) if probe else []
    excursions = [one for one in excursions_between(store, seen.start, seen.end) if probe and one.probe_id == probe.pk]
    stays = stays_meeting(store, seen.start, seen.end)
    gap = timedelta(minutes=probe.silent_after) if probe else timedelta(0)
    span = (seen.start, seen.end)
    roles, keeping, mark = roles_at(request.user, store.site.code, now), seen.keeping, MARKS[seen.quantity]
    context = {
        "store": store,
        "kind": kind_of(store),
        "keeps": warmth_text(keeping.range, mark),
        "seen": seen,
        "mark": mark,
        "quantity": WORDS[seen.quantity],
        "limits": _limit_lines(seen),
        "plot": curve_plot(readings, keeping.range, mark, span, gap, excursions, stays, now) if readings else None,
        "kinetic": _kinetic(seen) if readings and seen.quantity is Quantity.TEMPERATURE else "",
        "readings": readings[-50:][::-1],
        "excursions": [_line(one, now) for one in reversed(excursions)],
        "probes": [_probe_line(one, now) for one in seen.probes],
        "earlier": seen.start,
        "later": min(seen.end + timedelta(days=seen.days), now),
        "may_keep": bool(roles & set(services.KEEPERS)),
        "may_read": bool(roles & set(services.READERS)),
    }
    return render(request, "storage/temperature.html", context)


@open_to(access=READ_ONLY)
@require_safe
def readings_table(request: HttpRequest, number: str) -> HttpResponse:
    """GET /storage/stores/<number>/temperature.csv: the readings of the time that is looked at."""
    seen = _watched(request, number, timezone.now())
    if seen.probe is None:
        raise Http404
    reply = HttpResponse(content_type="text/csv; charset=utf-8")
    reply["Content-Disposition"] = f'attachment; filename="{seen.probe.number}.csv"'
    writer = csv.writer(reply)
    writer.writerow(["probe", "at", "value", "unit", "given", "quantity"])
    rows = readings_between(seen.probe, seen.start, seen.end).values_list("at", "value", "given")
    number, unit, quantity = seen.probe.number, seen.probe.unit, seen.probe.quantity
    writer.writerows([number, at.isoformat(), value, unit, given, quantity] for at, value, given in rows)
    return reply


@open_to(access=KEEPERS)
@require_http_methods(METHODS)
def add_probe(request: HttpRequest, number: str) -> HttpResponse:
    """GET, POST /storage/stores/<number>/probe/: a probe is put into the store."""
    store, form = store_page_of(request, number), ProbeForm(request.POST or None)

    def perform(_happened: Happened | None) -> None:
        said = {**form.cleaned_data, "quantity": Quantity(form.cleaned_data["quantity"])}
        unit = JUDGED_IN[said["quantity"]]
        install_probe(watches=store.record, site=store.site, unit=unit, **said, **who(request))

    title = _("Put a probe into %(number)s") % {"number": number}
    return act_page(request, act_at(title, _("Add the probe"), number, "thermometer"), form, perform)


@open_to(access=KEEPERS)
@require_http_methods(METHODS)
def retire(request: HttpRequest, number: str) -> HttpResponse:
    """GET, POST /storage/probes/<number>/retire/: a probe is taken away."""
    probe, store = _probe_named(request, number)
    form = RetireForm(request.POST or None)

    def perform(_happened: Happened | None) -> None:
        retire_probe(probe=probe, **form.cleaned_data, **who(request))

    title = _("Take probe %(number)s away") % {"number": number}
    return act_page(request, act_at(title, _("Record: taken away"), store.number, "up"), form, perform)


@open_to(access=WATCHERS)
@require_http_methods(METHODS)
def read_page(request: HttpRequest, number: str) -> HttpResponse:
    """GET, POST /storage/probes/<number>/read/: one reading by hand."""
    probe, store = _probe_named(request, number)
    form = ReadingForm(request.POST or None, mark=probe.mark)

    def perform(_happened: Happened | None) -> None:
        said = form.cleaned_data
        value = read_value(said["value"], 1)
        if isinstance(value, Objection):
            raise BadInput(Objection(value.code, value.template, value.facts, "value"))
        points = [Point(1, said["at"], value, said["value"].strip())]
        came = Came("hand", probe.unit, quantity=Quantity(probe.quantity))
        services.take_readings(store=store, probe=probe, points=points, came=came, **who(request))

    title = _("Write down what %(number)s reads") % {"number": number}
    return act_page(request, act_at(title, _("Record the reading"), store.number, "thermometer"), form, perform)


@open_to(access=WATCHERS)
@require_http_methods(METHODS)
def import_page(request: HttpRequest, number: str) -> HttpResponse:
    """GET, POST /storage/probes/<number>/import/: a file of readings and what is declared about it."""
    probe, store = _probe_named(request, number)
    form = FileOfReadings(request.POST or None, request.FILES or None)
    title = _("Readings of %(number)s from a file") % {"number": number}
    act = act_at(title, _("Take the readings"), store.number, "document", template="storage/import.html")

    def perform(_happened: Happened | None) -> None:
        said = form.cleaned_data
        sent = {"name": said["file"].name, "content": said["file"].read(), "form": file_form(said)}
        services.import_readings(store=store, probe=probe, **sent, **who(request))

    return act_page(request, act, form, perform)


def _watched(request: HttpRequest, number: str, now: datetime) -> Watched:
    """The store, one of its probes and the time: what the address says, or the last day that has readings."""
    store = store_page_of(request, number)
    probes = list(probes_at(store.record))
    asked = PeriodForm(request.GET)
    said: dict[str, Any] = asked.cleaned_data if asked.is_valid() else {}
    probe = next((one for one in probes if one.number == said.get("probe")), None) or _first_working(probes)
    days = int(said.get("days") or DAYS)
    last = getattr(probe, "last_at", None)
    end = min(said.get("until") or _last_told(last, now, days), now)
    return Watched(store, probes, probe, days, end - timedelta(days=days), end)


def _kinetic(seen: Watched) -> str:
    """The mean kinetic temperature of what is seen, or why there is none."""
    found = kinetic_of(seen.store, seen.probe, seen.start, seen.end) if seen.probe else ""
    return sentence(found) if isinstance(found, Objection) else f"{found} °C"


def _last_told(last: datetime | None, now: datetime, days: int) -> datetime:
    """Now, or the last reading where the time before now has none."""
    return last if last and last < now - timedelta(days=days) else now


def _first_working(probes: list[Probe]) -> Probe | None:
    """The first probe that is in use and measures a temperature, else the first that is in use, else the first."""
    used = [one for one in probes if one.retired_at is None]
    working = sorted(used, key=lambda one: one.quantity != Quantity.TEMPERATURE)
    return next(iter([*working, *probes]), None)


def _is_silent(probe: Any, now: datetime) -> bool:
    since = probe.last_at or probe.installed_at
    return probe.retired_at is None and now - since > timedelta(minutes=probe.silent_after)


def _line(excursion: Any, now: datetime) -> dict[str, object]:
    there = [*exposures(excursion), *cultures(excursion, now)]
    held = sum(one.is_held for one in there)
    length = (excursion.ended_at or excursion.last_at) - excursion.began_at
    return {"one": excursion, "length": length, "there": len(there), "held": held, "decided": len(there) - held}


def _probe_line(probe: Probe, now: datetime) -> dict[str, object]:
    return {"probe": probe, "is_silent": _is_silent(probe, now), "quantity": WORDS[Quantity(probe.quantity)]}


def _limit_lines(seen: Watched) -> list[dict[str, object]]:
    """What is kept now of every quantity there is."""
    kept = {Quantity(one.quantity): one.keeping for one in limits_of(seen.store)}
    kept[Quantity.TEMPERATURE] = seen.store.keeping
    return [_limit_line(one, kept.get(one), seen.probes) for one in Quantity]


def _limit_line(quantity: Quantity, keeping: Keeping | None, probes: list[Probe]) -> dict[str, object]:
    """What is kept of one quantity, and whether anything measures it."""
    mark = MARKS[quantity]
    return {
        "key": quantity.lower(),
        "quantity": WORDS[quantity],
        "is_temperature": quantity is Quantity.TEMPERATURE,
        "keeping": keeping,
        "keeps": warmth_text(keeping.range, mark) if keeping else "",
        "minutes": keeping.tolerated // timedelta(minutes=1) if keeping else 0,
        "rejects": rejection_text(keeping.rejection, mark) if keeping else "",
        "is_watched": any(one.quantity == quantity and one.retired_at is None for one in probes),
    }


def _probe_named(request: HttpRequest, number: str) -> tuple[Probe, Store]:
    probe = get_object_or_404(visible_probes(request.user, timezone.now()), number=number)
    store = store_watched_by(probe)
    if store is None:
        raise Http404
    timezone.activate(store.site.timezone)  # until the end of the request
    return probe, store
