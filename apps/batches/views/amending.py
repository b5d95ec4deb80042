"""Departing from the master record in one batch: amendments with two signatures, deviations agreed beforehand."""

import json
from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from apps.batches.content import amendment_content, approval_content, deviation_content
from apps.batches.forms import AmendmentForm, DeviationForm, planned_deviation_steps
from apps.batches.models import Amendment, Batch
from apps.batches.selectors.plans import definition_of_batch, text_of
from apps.batches.selectors.situation import steps_of
from apps.batches.services.amending import (
    amended_record,
    approve_amendment,
    next_amendment,
    plan_deviation,
    propose_amendment,
)
from apps.batches.views import naming
from apps.batches.views.finding import batch_named, place_named
from apps.batches.views.moving import frame_of
from apps.core.errors import Refused
from apps.core.http import who
from apps.core.roles import Role
from apps.core.ui.wording import bilingual, sentence
from apps.organisation.access import open_to
from apps.products.definition import NumericLimit
from apps.products.facts import Place
from apps.signatures.pages import Panel, signed_page

AUTHORS = frozenset({Role.AUTHOR})
QA = frozenset({Role.QA})


@open_to(read=AUTHORS, write=AUTHORS)
@require_http_methods(["GET", "HEAD", "POST"])
def amend(request: HttpRequest, number: str) -> HttpResponse:
    """GET, POST /batches/<number>/amendments/new/: propose a change of the master record for this batch."""
    batch = batch_named(request, number)
    form = AmendmentForm(request.POST or None, **_amendable(batch))
    if request.method != "POST" or not form.is_valid():
        return _form_page(request, batch, form, _("Amend the master record of %(number)s") % {"number": number})
    changes, reason = _changes(batch, form.cleaned_data), form.cleaned_data["reason"]
    try:
        loaded = amended_record(batch, changes)
    except Refused as refused:
        for one in refused.objections:
            form.add_error(None, sentence(one))
        return _form_page(request, batch, form, _("Amend the master record of %(number)s") % {"number": number})
    panel = Panel(
        title=_("Propose amendment %(number)s") % {"number": next_amendment(batch)},
        verb=_("Sign: proposed"),
        content=lambda: amendment_content(
            batch, changes, reason, loaded.sha256, next_amendment(batch), approving=False
        ),
        record=batch.record,
        cancel_url=_back(batch),
        hidden={name: request.POST[name] for name in form.fields if name in request.POST},
    )
    return signed_page(
        request,
        panel,
        lambda signing: propose_amendment(batch=batch, changes=changes, reason=reason, signing=signing, **who(request)),
        _back(batch),
        context=frame_of(batch),
    )


@open_to(read=QA, write=QA)
@require_http_methods(["GET", "HEAD", "POST"])
def approve(request: HttpRequest, number: str, pk: int) -> HttpResponse:
    """GET, POST /batches/<number>/amendments/<id>/approve/: QA puts an amendment in force."""
    batch = batch_named(request, number)
    found = Amendment.objects.select_related("batch__record", "batch__site", "authored")
    amendment = get_object_or_404(found, batch=batch, pk=pk)
    panel = Panel(
        title=_("Approve amendment %(number)s") % {"number": amendment.number},
        verb=_("Sign: approved"),
        content=lambda: approval_content(amendment),
        record=batch.record,
        cancel_url=_back(batch),
    )
    return signed_page(
        request,
        panel,
        lambda signing: approve_amendment(amendment=amendment, signing=signing, **who(request)),
        _back(batch),
        context=frame_of(batch),
    )


@open_to(read=QA, write=QA)
@require_http_methods(["GET", "HEAD", "POST"])
def deviate(request: HttpRequest, number: str) -> HttpResponse:
    """GET, POST /batches/<number>/deviations/plan/: agree, before it is done, that a step departs from its record."""
    batch = batch_named(request, number)
    begun = [str(place) for place in steps_of(batch)]
    form = DeviationForm(request.POST or None, steps=planned_deviation_steps(definition_of_batch(batch), begun))
    title = _("Plan a deviation of %(number)s") % {"number": number}
    if request.method != "POST" or not form.is_valid():
        return _form_page(request, batch, form, title)
    said = form.cleaned_data
    step = place_named(said["step"])
    panel = Panel(
        title=title,
        verb=_("Sign: agreed"),
        content=lambda: deviation_content(batch, step, said["what"], said["why"]),
        record=batch.record,
        cancel_url=_back(batch),
        hidden=said,
    )
    return signed_page(
        request,
        panel,
        lambda signing: plan_deviation(batch=batch, signing=signing, **said, **who(request)),
        _back(batch),
        context=frame_of(batch),
    )


def _changes(batch: Batch, said: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The changes as the service takes them."""
    if said["kind"] == "skip_step":
        return [{"change": "skip_step", "at": said["step"]}]
    if said["kind"] == "written":
        return list(said["written"])
    place = Place.parse(said["parameter"])
    ends = {name: said[name] for name in ("low", "high") if said[name]}
    kept = {name: value for name, value in _limit_of(batch, place).items() if name not in ("low", "high")}
    return [{"change": "limit", "at": said["parameter"], "limit": {**kept, **ends}}]


def _limit_of(batch: Batch, place: Place) -> dict[str, Any]:
    """The limit of a parameter as it is written in the master record in force."""
    for stage in json.loads(text_of(batch))["preparation"]["stages"]:
        for step in stage["steps"] if stage["key"] == place.stage else ():
            for field in step.get("parameters", ()) if step["key"] == place.step else ():
                if field["key"] == place.parameter:
                    return dict(field.get("limit") or {})
    return {}


def _amendable(batch: Batch) -> dict[str, list[tuple[str, str]]]:
    """Every parameter with a limit in numbers, and every step that is begun or will be."""
    definition = definition_of_batch(batch)
    limits, steps = [], []
    for stage in definition.preparation.stages:
        for step in stage.steps:
            name = f"{bilingual(stage.label)} · {bilingual(step.label)}"
            steps.append((f"{stage.key}.{step.key}", name))
            for field in step.parameters:
                if isinstance(field.limit, NumericLimit):
                    label = f"{name} · {bilingual(field.label)} ({naming.limit_words(field)})"
                    limits.append((f"{stage.key}.{step.key}.{field.key}", label))
    begun = [str(place) for place in steps_of(batch)]
    occurrences = [(place, place) for place in begun if "[" in place]
    return {"limits": limits, "steps": [*steps, *occurrences]}


def _form_page(request: HttpRequest, batch: Batch, form: Any, title: str) -> HttpResponse:
    context = {
        "form": form,
        "title": title,
        "lead": _("It holds for this batch only."),
        "back_url": _back(batch),
        "next_word": _("Read back and sign"),
        **frame_of(batch),
    }
    return render(request, "batches/act.html", context, status=400 if form.errors else 200)


def _back(batch: Batch) -> str:
    return reverse("batches:detail", args=[batch.number])
