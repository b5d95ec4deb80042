"""Samples: the list, one sample, drawn, received, refused."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from apps.audit.models import Record
from apps.audit.selectors import entries_of
from apps.batches.facts.words import VesselState
from apps.batches.models import Batch
from apps.batches.selectors.plans import definition_of_batch
from apps.batches.views.finding import batch_named
from apps.core.errors import Happened
from apps.core.http import who
from apps.core.pagination import listing
from apps.core.roles import Role
from apps.core.ui.acts import Act, act_page, said_page
from apps.core.ui.wording import bilingual
from apps.documents.forms import LabelSheetForm
from apps.documents.selectors import label_sheets_about
from apps.organisation.access import open_to
from apps.organisation.selectors import visible_to
from apps.products.definition import Test
from apps.products.rules.limits import elapsed_text
from apps.quality.panels import holds_panel
from apps.testing import services
from apps.testing.facts import SampleState
from apps.testing.forms import DrawForm, ReasonForm, ReceiveForm
from apps.testing.models import Line, Sample
from apps.testing.selectors import runs_open, runs_to_review, samples_awaiting, visible_samples
from apps.testing.views.finding import (
    ANALYSTS,
    METHODS,
    READ_ONLY,
    TAKERS,
    opens_runs,
    person_of,
    roles_at_site,
    sample_named,
)
from apps.testing.views.naming import kind_word, test_words
from apps.units.selectors import units_of
from apps.units.views.framing import batch_bar, names_of


@open_to(access=READ_ONLY)
@require_safe
def samples(request: HttpRequest) -> HttpResponse:
    """GET /testing/: the samples of one's sites, with what waits in the laboratory."""
    now = timezone.now()
    page = listing(_asked_for(request, visible_samples(person_of(request), now)), request)
    context = {
        "page": page,
        "rows": sample_rows(page.rows),
        "numbers": waiting_numbers(request),
        "filters": [_state_filter(request)],
        "q": request.GET.get("q", ""),
        "opens": opens_runs(request),
    }
    return render(request, "testing/samples.html", context)


@open_to(access=READ_ONLY)
@require_safe
def sample(request: HttpRequest, number: str) -> HttpResponse:
    """GET /testing/samples/<number>/: what it is, what it is for, on which runs it was."""
    found = sample_named(request, number)
    definition = definition_of_batch(found.batch)
    names, roles = names_of([found.drawn_by, found.received_by]), roles_at_site(request, found.batch.site.code)
    lines = Line.objects.filter(sample=found).select_related("run").order_by("pk")
    on_runs: dict[str, list[Line]] = {}
    for line in lines:
        on_runs.setdefault(line.run.test, []).append(line)
    context = {
        "sample": found,
        "age": "" if found.age_received is None else elapsed_text(found.age_received),
        "kind": next((kind for kind in definition.testing.samples if kind.key == found.kind), None),
        "tests": [
            {
                "test": test,
                "lines": on_runs.get(key, []),
                "ends_at": _use_by(test, found),
            }
            for key in found.tests
            if (test := definition.test(key))
        ],
        "is_analyst": Role.ANALYST in roles,
        "may_print": bool(roles & {Role.OPERATOR, Role.ANALYST}) and found.state != SampleState.REFUSED,
        "sheets": label_sheets_about(found.record),
        "holds": holds_panel([found.record]),
        "entries": list(entries_of(found.record)),
        "drawn_by": names[found.drawn_by],
        "received_by": names[found.received_by],
        **batch_bar(found.batch),
    }
    return render(request, "testing/sample.html", context)


@open_to(access=ANALYSTS)
@require_http_methods(METHODS)
def receive(request: HttpRequest, number: str) -> HttpResponse:
    """GET, POST /testing/samples/<number>/receive/: it comes into the laboratory."""
    found = sample_named(request, number)
    form = ReceiveForm(request.POST or None)
    act = _act(found, _("Receive %(number)s") % {"number": number}, _("Receive"), icon="tick", already=True)

    def perform(happened: Happened | None) -> None:
        services.receive_sample(sample=found, happened=happened, **form.cleaned_data, **who(request))

    return act_page(request, act, form, perform)


@open_to(access=ANALYSTS)
@require_http_methods(METHODS)
def refuse(request: HttpRequest, number: str) -> HttpResponse:
    """GET, POST /testing/samples/<number>/refuse/: broken, unlabelled, too old."""
    found = sample_named(request, number)
    form = ReasonForm(request.POST or None)
    intro = _("Its tests need another sample. A refused sample stays in the record.")
    act = _act(found, _("Refuse %(number)s") % {"number": number}, _("Refuse the sample"), intro=intro, stops=True)

    return said_page(request, act, form, services.refuse_sample, sample=found)


@open_to(access=TAKERS)
@require_http_methods(METHODS)
def print_labels(request: HttpRequest, number: str) -> HttpResponse:
    """GET, POST /testing/samples/<number>/labels/: print its labels, once more with the reason."""
    found = sample_named(request, number)
    sheets = len(label_sheets_about(found.record))
    form = LabelSheetForm(request.POST or None, sheets=sheets)
    title = _("Print labels of %(number)s") if not sheets else _("Print labels of %(number)s once more")
    act = _act(found, title % {"number": number}, _("Print"), icon="print")

    return said_page(request, act, form, services.print_sample_labels, sample=found)


@open_to(access=TAKERS)
@require_http_methods(METHODS)
def draw(request: HttpRequest, number: str) -> HttpResponse:
    """GET, POST /testing/draw/<batch>/: take a sample from the batch, a vessel or a unit."""
    batch = batch_named(request, number)
    form = DrawForm(request.POST or None, definition=definition_of_batch(batch), sources=_sources(batch))
    back = f"{reverse('testing:samples')}?q={number}"
    act = Act(
        title=_("Draw a sample"),
        word=_("Record the sample"),
        back_url=back,
        icon="flask",
        already=True,
        context=batch_bar(batch),
    )
    place = request.GET.get("step", "")[:120]

    def perform(happened: Happened | None) -> None:
        services.draw_sample(batch=batch, place=place, happened=happened, **form.cleaned_data, **who(request))

    return act_page(request, act, form, perform)


def _use_by(test: Test, sample: Sample) -> datetime | None:
    """Until when the sample is young enough for a test."""
    return test.sample_age.after(sample.drawn_at) if test.sample_age else None


def _sources(batch: Batch) -> dict[Record, str]:
    vessels = batch.vessels.filter(state=VesselState.OPEN).select_related("record").order_by("pk")
    found = {batch.record: _("%(number)s, a step of the batch") % {"number": batch.number}}
    found |= {vessel.record: vessel.number for vessel in vessels}
    divisions = {one.key: bilingual(one.label) for one in definition_of_batch(batch).units.divisions}
    return found | {unit.record: f"{unit.number}, {divisions[unit.division]}" for unit in units_of(batch)}


def _act(sample: Sample, title: str, word: str, **more: Any) -> Act:
    back = reverse("testing:sample", args=[sample.number])
    return Act(title=title, word=word, back_url=back, context=batch_bar(sample.batch), **more)


def sample_rows(samples: Sequence[Sample]) -> list[dict[str, object]]:
    """The lines of the list."""
    names = names_of(sample.drawn_by for sample in samples)
    return [{**_sample_row(sample), "drawn_by": names[sample.drawn_by]} for sample in samples]


def _sample_row(sample: Sample) -> dict[str, object]:
    definition = definition_of_batch(sample.batch)
    return {
        "sample": sample,
        "kind": kind_word(definition, sample.kind),
        "tests": test_words(definition, sample.tests),
        "band": definition.band,
    }


def waiting_numbers(request: HttpRequest) -> list[dict[str, object]]:
    """What waits in the laboratory, as numbers that lead to their lists."""
    now = timezone.now()
    sites = visible_to(person_of(request), now)
    listed, runs_listed = reverse("testing:samples"), reverse("testing:runs")
    return [
        _number("flask", _("Samples to receive"), samples_awaiting(sites).count(), f"{listed}?state=DRAWN"),
        _number("table", _("Runs open"), runs_open(sites).count(), f"{runs_listed}?state=OPEN"),
        _number("sign", _("Runs to review"), runs_to_review(sites).count(), f"{runs_listed}?state=to_review"),
    ]


def _number(icon: str, label: str, value: int, url: str) -> dict[str, object]:
    return {"icon": icon, "tone": "plain", "value": value, "label": label, "url": url}


def _asked_for(request: HttpRequest, rows: QuerySet[Sample]) -> QuerySet[Sample]:
    state, words = request.GET.get("state", ""), request.GET.get("q", "").strip()[:80]
    if state in list(SampleState):
        rows = rows.filter(state=state)
    if words:
        rows = rows.filter(Q(number__icontains=words) | Q(batch__number__icontains=words))
    return rows


def _state_filter(request: HttpRequest) -> dict[str, object]:
    choices = [
        ("", _("All")),
        (SampleState.DRAWN.value, _("On their way")),
        (SampleState.RECEIVED.value, _("Received")),
        (SampleState.REFUSED.value, _("Refused")),
    ]
    return {"name": "state", "label": _("State"), "choices": choices, "value": request.GET.get("state", "")}
