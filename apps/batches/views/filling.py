"""A step with everything its page shows: read once, laid out by where each field stands."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.batches.facts.around import AroundStep
from apps.batches.facts.pages import StepPage
from apps.batches.facts.words import BatchState, StepState
from apps.batches.forms import OpenVesselsForm
from apps.batches.lifecycle import LOCKED
from apps.batches.models import Batch
from apps.batches.selectors.around import around_step
from apps.batches.selectors.pages import step_page
from apps.batches.selectors.plans import definition_of_batch
from apps.batches.views import naming
from apps.batches.views.acting import Person, linked_acts, main_act, other_acts
from apps.batches.views.entry import entry_of
from apps.batches.views.fields import FieldView, Typed, field_views
from apps.batches.views.finding import roles_here
from apps.batches.views.framing import band_of, clock_views, names_in, rail_of, signoff_of
from apps.batches.views.opening import vessel_groups
from apps.core.roles import Role
from apps.core.ui.wording import bilingual
from apps.products.definition import Recordable, VesselUse
from apps.products.facts import BadPlace, ParameterKind, Place, VesselAct

LOOKERS = {Role.INSPECTOR, Role.SITE_ADMIN}


@dataclass(frozen=True)
class StepView:
    """A step as its page draws it."""

    batch: Batch
    page: StepPage
    around: AroundStep
    person: Person
    fields: tuple[FieldView, ...]

    def at(self, place: Place) -> FieldView:
        """The field of a place, or 404."""
        for view in self.fields:
            if view.fact.place == place:
                return view
        raise Http404(str(place))


def step_url(number: str, place: Place) -> str:
    """The page of the step that a place lies in."""
    return reverse("batches:step", args=[number, str(place.step_place)])


def step_view(request: HttpRequest, batch: Batch, place: Place, typed: Mapping[Place, Typed] | None = None) -> StepView:
    """A step with its fields; `typed` holds what was sent and not accepted. 404 when the record has no such step."""
    try:
        page = step_page(batch, place.step_place, timezone.now())
        around = around_step(batch, place.step_place)
    except BadPlace as error:
        raise Http404 from error
    roles = roles_here(request, batch)
    works_here = page.step.role in roles and not roles <= LOOKERS
    person = Person(request.user.username, roles, works_here)
    views = field_views(page, around, is_open=can_enter(page, person))
    chosen = typed or {}
    fields = tuple(view.refused(chosen[view.fact.place]) if view.fact.place in chosen else view for view in views)
    return StepView(batch, page, around, person, fields)


def can_enter(page: StepPage, person: Person) -> bool:
    """Whether the fields take entries now."""
    return may_record(page, person) and page.line.state is StepState.OPEN and not page.against


def may_record(page: StepPage, person: Person) -> bool:
    """Whether anything can be recorded here at all, be it only what was already done."""
    over = page.header.state in LOCKED or page.header.state is BatchState.PLANNED
    return person.works_here and not over and page.line.state is not StepState.SKIPPED


def step_context(view: StepView) -> dict[str, Any]:
    """What the templates of a step need."""
    page, around = view.page, view.around
    names = names_in([page.section])
    return {
        "batch": view.batch,
        "page": page,
        "view": view,
        "band": band_of(page.header, clocks=page.clocks),
        "clocks": clock_views(page.clocks)[1:],
        "rail": rail_of(page, around, names),
        "signoff": signoff_of(page, names),
        "against": [naming.in_words(definition_of_batch(view.batch), one) for one in page.against],
        "is_held": any(one.code == "open_holds" for one in page.against),
        "main_act": main_act(page, around.following, view.person),
        "other_acts": other_acts(page, around.following, view.person),
        "linked_acts": linked_acts(page),
        "may_record": may_record(page, view.person),
        "can_enter": can_enter(page, view.person),
        "already_url": _already_url(page, view.person),
        "step_url": step_url(page.header.number, page.line.place),
        "address": f"{page.header.address}/{page.line.place}",
        "has_numbers": any(one.fact.kind is ParameterKind.NUMBER for one in view.fields),
        "latest": _latest(view),
        **_parts(view),
    }


def _parts(view: StepView) -> dict[str, Any]:
    """The fields by where they stand: scan cards, grid, single fields, tiles, and the opening of vessels."""
    single = [one for one in view.fields if not one.fact.row]
    return {
        "things": [one for one in single if one.is_thing and not (one.opens_a_vessel and one.value is None)],
        "singles": [one for one in single if not one.is_thing and one.fact.kind is not ParameterKind.COMPUTED],
        "tiles": [one for one in single if one.fact.kind is ParameterKind.COMPUTED],
        "grid": grid_of(view),
        "opening": _opening(view),
        "vessels_form": OpenVesselsForm(groups=vessel_groups(view.batch, view.page.line.place))
        if _opening(view)
        else None,
        "is_opened": any(one.opens_a_vessel and one.value for one in view.fields),
        "files": [one for one in single if one.fact.kind is ParameterKind.FILE and one.value is None],
    }


def grid_of(view: StepView) -> dict[str, Any] | None:
    """The rows of a step: one per vessel or replicate, with the fields that are recorded in each."""
    rows = view.page.step.rows
    if rows is None:
        return None
    columns = [one for one in view.page.step.fields if view.page.step.is_in_rows(one)]
    by_row: dict[str, list[FieldView]] = {}
    for one in view.fields:
        if one.fact.row:
            by_row.setdefault(one.fact.row, []).append(one)
    order = {field.key: i for i, field in enumerate(columns)}
    first = next(iter(by_row.values()), [])
    return {
        "title": _row_word(view, columns),
        "columns": sorted(first, key=lambda one: order[one.fact.key]),
        "has_alerts": any(one.alert for one in first),
        "has_limits": any(one.limit for one in first),
        "has_before": any(one.before for one in first),
        "rows": [
            {"key": key, "cells": sorted(cells, key=lambda one: order[one.fact.key]), "at": _last_at(cells)}
            for key, cells in sorted(by_row.items())
        ],
    }


def _opening(view: StepView) -> VesselUse | None:
    """The vessels that this step still opens."""
    if not can_enter(view.page, view.person):
        return None
    for use in view.page.step.vessels:
        if use.act is VesselAct.OPEN and (view.page.step.is_in_rows(use) or not _is_recorded(view, use.key)):
            return use
    return None


def _is_recorded(view: StepView, key: str) -> bool:
    return any(one.value for one in view.fields if one.fact.key == key)


def _row_word(view: StepView, columns: list[Recordable]) -> str:
    """What the rows are: as the master record says, else the kind of vessel, unless a column says that already."""
    rows = view.page.step.rows
    if rows is None or any(isinstance(one, VesselUse) for one in columns):
        return _("No.")
    if rows.label:
        return bilingual(rows.label)
    known = {kind.key: kind.label for kind in definition_of_batch(view.batch).preparation.vessels}
    return bilingual(known[rows.kind]) if rows.kind in known else _("No.")


def _last_at(cells: list[FieldView]) -> object:
    return max((one.value.performed_at for one in cells if one.value), default=None)


def _latest(view: StepView) -> dict[str, object] | None:
    """The value recorded last in this step: what the panel shows until another is chosen."""
    recorded = [one for one in view.fields if one.value and not one.value.function and not one.is_thing]
    last = max(recorded, key=lambda one: (one.value.recorded_at, one.value.id) if one.value else (), default=None)
    return entry_of(last, view.around) if last else None


def _already_url(page: StepPage, person: Person) -> str:
    """Where to say that a locked or incomplete step was done all the same."""
    is_open = page.line.state is StepState.OPEN
    if not (may_record(page, person) and is_open and (page.against or page.line.missing)):
        return ""
    return reverse("batches:complete", args=[page.header.number, str(page.line.place)])
