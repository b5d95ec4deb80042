"""Pages after the dose: a reaction, the outcomes with their days."""

from datetime import datetime

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from apps.core.errors import Happened
from apps.core.http import who
from apps.core.ui.acts import Act, act_page
from apps.core.ui.wording import bilingual
from apps.dosing import services
from apps.dosing.facts import OutcomeDue, WindowDue
from apps.dosing.forms import OutcomeForm, ReactionForm, SafetyForm
from apps.dosing.lifecycle import FOLLOWERS
from apps.dosing.models import TreatmentOrder
from apps.dosing.selectors import outcome_parameter, outcomes_due, safety_watches, windows_of
from apps.dosing.views.acting import METHODS, by
from apps.dosing.views.finding import order_named, roles_here
from apps.organisation.access import Access, open_to
from apps.products.definition.parameters import Recordable
from apps.products.selectors import definition_of

FOLLOWING = by(*FOLLOWERS)


@open_to(access=FOLLOWING)
@require_http_methods(METHODS)
def reaction(request: HttpRequest, number: str) -> HttpResponse:
    """GET, POST /dosing/orders/<number>/bedside/reaction/: grade and words; from the master's grade on it holds."""
    found, form = order_named(request, number), ReactionForm(request.POST or None)
    grade = definition_of(found.product_version).dosing.blocking_reaction_grade
    act = Act(
        title=_("Reaction to %(number)s") % {"number": number},
        word=_("Record the reaction"),
        back_url=reverse("dosing:bedside", args=[number]),
        intro=_("From grade %(grade)s on, all units of the same lots are held and quality is told.") % {"grade": grade},
        icon="alert",
        stops=True,
    )

    def perform(_happened: Happened | None) -> None:
        services.record_reaction(order=found, **form.cleaned_data, **who(request))

    return act_page(request, act, form, perform)


@open_to(access=Access(write=frozenset()))
@require_safe
def outcomes(request: HttpRequest, number: str) -> HttpResponse:
    """GET /dosing/orders/<number>/outcomes/: the early safety windows, every outcome of the course with its day."""
    found = order_named(request, number)
    now = timezone.now()
    context = {
        "order": found,
        "rows": [_row(found, slot, now) for slot in outcomes_due(found)],
        "windows": [_window_row(found, window, now) for window in windows_of(found)],
        "records": bool(roles_here(request, found.site.code) & set(FOLLOWERS)),
    }
    return render(request, "dosing/outcomes.html", context)


@open_to(access=FOLLOWING)
@require_http_methods(METHODS)
def outcome(request: HttpRequest, number: str) -> HttpResponse:
    """GET, POST /dosing/orders/<number>/outcomes/record/?of=<key>.<day>: one outcome of one day."""
    found = order_named(request, number)
    key, day, parameter = _named(found, request.GET.get("of", ""))
    form = OutcomeForm(request.POST or None, parameter=parameter)
    act = Act(
        title=_("%(outcome)s, day %(day)s") % {"outcome": bilingual(parameter.label), "day": day},
        word=_("Record"),
        back_url=reverse("dosing:outcomes", args=[number]),
    )

    def perform(_happened: Happened | None) -> None:
        said = {name: form.cleaned_data[name] for name in ("measured_at", "reason")}
        services.record_outcome(order=found, key=key, day=day, text=_text(form), **said, **who(request))

    return act_page(request, act, form, perform)


@open_to(access=FOLLOWING)
@require_http_methods(METHODS)
def safety(request: HttpRequest, number: str) -> HttpResponse:
    """GET, POST /dosing/orders/<number>/safety/?of=<key>: what was seen in an early safety window."""
    found = order_named(request, number)
    known = safety_watches(found)
    window = next((one for one in known if one.key == request.GET.get("of", "")), next(iter(known), None))
    if window is None:
        raise Http404
    form = SafetyForm(request.POST or None, window=window)
    act = Act(
        title=f"{bilingual(window.label)}: {number}",
        word=_("Record"),
        back_url=reverse("dosing:outcomes", args=[number]),
        intro=_("What was seen opens a critical event; its grade is recorded as a reaction."),
        icon="heart",
    )

    def perform(_happened: Happened | None) -> None:
        services.record_safety_check(order=found, window=window.key, **form.cleaned_data, **who(request))

    return act_page(request, act, form, perform)


def _text(form: OutcomeForm) -> str:
    return str(form.cleaned_data["text"] or "").strip()


def _named(order: TreatmentOrder, text: str) -> tuple[str, int, Recordable]:
    """The outcome that an address names; without a name, the first of the master record."""
    first = definition_of(order.product_version).dosing.outcomes[0]
    key, _dot, day = (text or f"{first.result.key}.{first.days[0]}").rpartition(".")
    parameter = outcome_parameter(order, key)
    if parameter is None or not (day.isascii() and day.isdigit() and len(day) <= 4):
        raise Http404
    return key, int(day), parameter


def _row(order: TreatmentOrder, slot: OutcomeDue, now: datetime) -> dict[str, object]:
    parameter = outcome_parameter(order, slot.key)
    late = not slot.found and slot.due_at <= now
    return {
        "slot": slot,
        "label": parameter.label if parameter else slot.key,
        "of": f"{slot.key}.{slot.day}",
        "state": "done" if slot.found else "overdue" if late else "due",
    }


def _window_row(order: TreatmentOrder, window: WindowDue, now: datetime) -> dict[str, object]:
    watch = next(one for one in safety_watches(order) if one.key == window.key)
    late = not window.answered and window.due_at <= now
    return {
        "label": bilingual(watch.label),
        "of": window.key,
        "due_at": window.due_at,
        "answered": window.answered,
        "seen": [bilingual(one.label) for one in watch.events if one.key in window.seen],
        "state": "done" if window.answered else "overdue" if late else "due",
    }
