"""Pages of the temperature of a store: the curve and who lay under it; probes, readings, files of readings."""

import csv
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from apps.core.errors import BadInput, Happened, Objection
from apps.core.http import who
from apps.core.ui.acts import Act, act_page
from apps.core.ui.wording import sentence
from apps.facility.facts import Point
from apps.facility.models import Probe
from apps.facility.rules.readings import read_value
from apps.facility.selectors import probes_at, readings_between, visible_probes
from apps.facility.services import install_probe, retire_probe
from apps.facility.services.probing import Came
from apps.organisation.access import Access, open_to
from apps.organisation.selectors import roles_at
from apps.storage import services
from apps.storage.forms import (
    FileOfReadings,
    PeriodForm,
    ProbeForm,
    ReadingForm,
    RetireForm,
    ToleranceForm,
    file_form,
)
from apps.storage.models import Store
from apps.storage.rules import rejection_text, warmth_text
from apps.storage.selectors import CELSIUS, excursions_between, exposures, kinetic_of, stays_meeting, store_watched_by
from apps.storage.views.drawing import temperature_plot
from apps.storage.views.places import KEEPERS, METHODS, READ_ONLY, kind_of, store_page_of

WATCHERS = Access(read=frozenset(services.READERS), write=frozenset(services.READERS))
DAYS = 1


@dataclass(frozen=True)
class Watched:
    """What a page of readings is about: the store, its probe if it has one, and the time that is looked at."""

    store: Store
    probes: list[Probe]
    probe: Probe | None
    days: int
    start: datetime
    end: datetime


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
    roles = roles_at(request.user, store.site.code, now)
    context = {
        "store": store,
        "kind": kind_of(store),
        "keeps": warmth_text(store.warmth),
        "rejects": rejection_text(store.rejection),
        "seen": seen,
        "plot": temperature_plot(readings, store.warmth, span, gap, excursions, stays, now) if readings else None,
        "kinetic": _kinetic(seen) if readings else "",
        "readings": readings[-50:][::-1],
        "excursions": [_line(one) for one in reversed(excursions)],
        "probes": [{"probe": one, "is_silent": _is_silent(one, now)} for one in seen.probes],
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
    writer.writerow(["probe", "at", "value", "unit", "given"])
    rows = readings_between(seen.probe, seen.start, seen.end).values_list("at", "value", "given")
    writer.writerows([seen.probe.number, at.isoformat(), value, seen.probe.unit, given] for at, value, given in rows)
    return reply


@open_to(access=KEEPERS)
@require_http_methods(METHODS)
def add_probe(request: HttpRequest, number: str) -> HttpResponse:
    """GET, POST /storage/stores/<number>/probe/: a probe is put into the store."""
    store, form = store_page_of(request, number), ProbeForm(request.POST or None)

    def perform(_happened: Happened | None) -> None:
        install_probe(watches=store.record, site=store.site, unit=CELSIUS, **form.cleaned_data, **who(request))

    title = _("Put a probe into %(number)s") % {"number": number}
    return act_page(request, _act(title, _("Add the probe"), number, "thermometer"), form, perform)


@open_to(access=KEEPERS)
@require_http_methods(METHODS)
def tolerance(request: HttpRequest, number: str) -> HttpResponse:
    """GET, POST /storage/stores/<number>/tolerance/: how long outside the range is no excursion yet."""
    store = store_page_of(request, number)
    rejecting = ("reject_low", "reject_high", "reject_minutes")
    now = {"minutes": store.tolerated_minutes, **{name: getattr(store, name) for name in rejecting}}
    form = ToleranceForm(request.POST or None, initial=now)

    def perform(_happened: Happened | None) -> None:
        said = {"minutes": form.cleaned_data["minutes"], "reason": form.cleaned_data["reason"]}
        services.change_tolerance(store=store, rejection=form.rejection, **said, **who(request))

    title = _("How long may %(number)s lie outside its range?") % {"number": number}
    return act_page(request, _act(title, _("Record the tolerance"), number, "late"), form, perform)


@open_to(access=KEEPERS)
@require_http_methods(METHODS)
def retire(request: HttpRequest, number: str) -> HttpResponse:
    """GET, POST /storage/probes/<number>/retire/: a probe is taken away."""
    probe, store = _probe_named(request, number)
    form = RetireForm(request.POST or None)

    def perform(_happened: Happened | None) -> None:
        retire_probe(probe=probe, **form.cleaned_data, **who(request))

    title = _("Take probe %(number)s away") % {"number": number}
    return act_page(request, _act(title, _("Record: taken away"), store.number, "up"), form, perform)


@open_to(access=WATCHERS)
@require_http_methods(METHODS)
def read_page(request: HttpRequest, number: str) -> HttpResponse:
    """GET, POST /storage/probes/<number>/read/: one reading by hand."""
    probe, store = _probe_named(request, number)
    form = ReadingForm(request.POST or None)

    def perform(_happened: Happened | None) -> None:
        said = form.cleaned_data
        value = read_value(said["value"], 1)
        if isinstance(value, Objection):
            raise BadInput(Objection(value.code, value.template, value.facts, "value"))
        points = [Point(1, said["at"], value, said["value"].strip())]
        services.take_readings(store=store, probe=probe, points=points, came=Came("hand", probe.unit), **who(request))

    title = _("Write down what %(number)s reads") % {"number": number}
    return act_page(request, _act(title, _("Record the reading"), store.number, "thermometer"), form, perform)


@open_to(access=WATCHERS)
@require_http_methods(METHODS)
def import_page(request: HttpRequest, number: str) -> HttpResponse:
    """GET, POST /storage/probes/<number>/import/: a file of readings and what is declared about it."""
    probe, store = _probe_named(request, number)
    form = FileOfReadings(request.POST or None, request.FILES or None)
    act = _act(_("Readings of %(number)s from a file") % {"number": number}, _("Take the readings"), store.number, "up")
    act = Act(act.title, act.word, act.back_url, icon="document", template="storage/import.html")

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
    """The first probe that is in use and measures a temperature, else the first at all."""
    working = [one for one in probes if one.retired_at is None and one.unit == CELSIUS]
    return next(iter([*working, *probes]), None)


def _is_silent(probe: Any, now: datetime) -> bool:
    since = probe.last_at or probe.installed_at
    return probe.retired_at is None and now - since > timedelta(minutes=probe.silent_after)


def _line(excursion: Any) -> dict[str, object]:
    there = exposures(excursion)
    held = sum(one.is_held for one in there)
    length = (excursion.ended_at or excursion.last_at) - excursion.began_at
    return {"one": excursion, "length": length, "there": len(there), "held": held, "decided": len(there) - held}


def _act(title: str, word: str, number: str, icon: str) -> Act:
    return Act(title=title, word=word, back_url=reverse("storage:temperature", args=[number]), icon=icon)


def _probe_named(request: HttpRequest, number: str) -> tuple[Probe, Store]:
    probe = get_object_or_404(visible_probes(request.user, timezone.now()), number=number)
    store = store_watched_by(probe)
    if store is None:
        raise Http404
    timezone.activate(store.site.timezone)  # until the end of the request
    return probe, store
