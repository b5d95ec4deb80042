"""What comes back after a value was sent: the field as it stands now, its refusal beside it, or a hard stop."""

from collections.abc import Collection, Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from apps.batches.forms import FileForm, PlaceForm
from apps.batches.models import Batch
from apps.batches.selectors.around import same_place_elsewhere
from apps.batches.views.entry import entry_of
from apps.batches.views.fields import FieldView, Typed, field_sentence
from apps.batches.views.filling import StepView, may_record, step_context, step_url, step_view
from apps.batches.views.finding import place_named
from apps.core.errors import Refused
from apps.products.facts import ParameterKind, Place

Filled = PlaceForm | FileForm
# Refusals that no statement "it was already done" passes: they are about the place or the form, not about the act.
FIRM = {
    "already_recorded", "batch_not_started", "computed_here", "future", "no_such_place", "no_such_row", "not_begun",
    "open_the_vessel", "record_locked", "step_skipped", "wrong_vessel",
}  # fmt: skip
NOT_STATED = {"nothing_changed", "reason_thin"}  # a correction that corrects nothing, or says nothing


def entered_text(request: HttpRequest) -> str:
    """What was entered: as typed, or the server's clock where the person said "now"."""
    if request.POST.get("now"):
        return timezone.localtime().isoformat(timespec="minutes")
    return request.POST.get("text", "")


def saved(request: HttpRequest, batch: Batch, place: Place) -> HttpResponse:
    """What changed on the page after a value was recorded; without htmx, back to the page."""
    view = step_view(request, batch, place)
    if not _is_htmx(request):
        return HttpResponseRedirect(f"{step_url(batch.number, place)}#{view.at(place).id}")
    return shown(request, view, place)


def shown(request: HttpRequest, view: StepView, place: Place, status: int = 200) -> HttpResponse:
    """A field as it stands, with everything on the page that depends on it."""
    if not _is_htmx(request):
        return render(request, "batches/step.html", step_context(view), status=status)
    return render(request, "batches/parts/saved.html", _about(view, place), status=status)


def panel(
    request: HttpRequest,
    view: StepView,
    place: Place,
    form: Filled | None = None,
    status: int = 200,
    **more: object,
) -> HttpResponse:
    """The panel about one place: its value with the form that corrects it, or the form that enters it late."""
    context = {
        **_about(view, place),
        "place_form": form or empty_form(view.at(place), request.GET.get("mine", "")),
        "needs_statement": bool(view.page.against),
        **more,
    }
    parts = {True: "batches/parts/entry_now.html", False: "batches/value.html"}
    name = "batches/parts/entry_again.html" if _is_htmx(request) and status >= 400 else parts[_is_htmx(request)]
    return render(request, name, context, status=status)


def not_recorded(request: HttpRequest, batch: Batch, place: Place, refused: Refused) -> HttpResponse:
    """The refusal beside its field; the text stays as typed."""
    codes = {one.code for one in refused.objections}
    view = step_view(request, batch, place)
    if "already_recorded" in codes and _is_mine(request, view, place):
        return shown(request, view, place)
    if "wrong_vessel" in codes:
        return stopped(request, view, wrong_vessel(view, entered_text(request), refused), refused.status)
    if "from_panel" in request.POST and "already_recorded" not in codes:
        return _refused_in_panel(request, view, place, refused)
    typed = Typed(
        text=_as_typed(request),
        objections=refused.objections,
        performed_at=request.POST.get("performed_at", ""),
        second_way=_second_way(request, view.at(place), codes) if refused.status == 409 else None,
        conflict=_conflict(request, view.at(place).url, refused) if "already_recorded" in codes else None,
    )
    return shown(request, step_view(request, batch, place, {place: typed}), place, refused.status)


def not_corrected(request: HttpRequest, view: StepView, place: Place, form: Filled, refused: Refused) -> HttpResponse:
    """The correction form again, with the reasons beside its fields."""
    _add_errors(form, view.at(place), refused)
    codes = {one.code for one in refused.objections}
    may_state = refused.status == 409 and not codes & (FIRM | NOT_STATED)
    return panel(request, view, place, form, refused.status, may_state=may_state)


def stopped(request: HttpRequest, view: StepView, stop: Mapping[str, str], status: int = 409) -> HttpResponse:
    """The full-width stop: the wrong thing is in the hand."""
    if not _is_htmx(request):
        return render(request, "batches/step.html", {**step_context(view), "stop": stop}, status=status)
    return render(request, "batches/parts/step_stop.html", {"stop": stop, "oob": True}, status=status)


def wrong_vessel(view: StepView, code: str, refused: Refused) -> dict[str, str]:
    """What the stop says of a vessel: both things by name, what was kept, what next."""
    place = refused.objections[0].place
    field = view.at(place_named(place)) if place else view.fields[0]
    is_miss = any(one.code == "wrong_vessel" for one in refused.objections)
    kept = _("Nothing was recorded on the step. The scan is kept as a near miss and QA is told.")
    return {
        "title": _("This is not the right vessel: %(code)s") % {"code": code},
        "detail": " ".join(field_sentence(field, one) for one in refused.objections),
        "kept": kept if is_miss else _("Nothing was recorded."),
        "act": _("Put it back, scan the right vessel"),
        "url": _own_url(view),
    }


def wrong_thing(view: StepView, code: str) -> dict[str, str]:
    """What the stop says of a code that no field of the step asks for."""
    return {
        "title": _("%(code)s does not belong to this step") % {"code": code},
        "detail": _("Nothing that this step asks for has this code."),
        "kept": _("Nothing was recorded."),
        "act": _("Put it back, scan the right one"),
        "url": _own_url(view),
    }


def _is_htmx(request: HttpRequest) -> bool:
    return bool(request.headers.get("HX-Request"))


def _about(view: StepView, place: Place) -> dict[str, Any]:
    field = view.at(place)
    elsewhere = same_place_elsewhere(view.batch, place) if field.value and field.value.number is not None else ()
    correctable = field.fact.kind is not ParameterKind.COMPUTED
    return {
        **step_context(view),
        "field_view": field,
        "entry": entry_of(field, view.around, elsewhere) if field.value else None,
        "may_correct": correctable and may_record(view.page, view.person),
        "place_form": empty_form(field),
    }


def empty_form(field: FieldView, mine: str = "") -> Filled:
    """No value is proposed; what the person typed on this tablet before somebody else recorded stays theirs."""
    if field.fact.kind is ParameterKind.FILE:
        return FileForm()
    return PlaceForm(parameter=field.parameter, initial={"text": mine[:2000]} if mine else None)


def _refused_in_panel(request: HttpRequest, view: StepView, place: Place, refused: Refused) -> HttpResponse:
    form = PlaceForm(request.POST, parameter=view.at(place).parameter, reasoned=False)
    form.is_valid()
    _add_errors(form, view.at(place), refused)
    names = ("text", "performed_at", "reason")
    wants_second = any(one.code == "late_second_person" for one in refused.objections)
    second = {name: request.POST.get(name, "") for name in names} if wants_second else None
    return panel(request, view, place, form, refused.status, second_person=second)


def _add_errors(form: Filled, field: FieldView, refused: Refused) -> None:
    for one in refused.objections:
        own = "text" if "text" in form.fields else "file"
        beside = one.place if one.place in form.fields else own if one.place == str(field.fact.place) else None
        form.add_error(beside, field_sentence(field, one))


def _is_mine(request: HttpRequest, view: StepView, place: Place) -> bool:
    """The same entry sent twice by the same person is one entry."""
    value = view.at(place).value
    same = value is not None and value.text == entered_text(request).strip(" ")
    return same and value is not None and value.recorded_by == request.user.username


def _as_typed(request: HttpRequest) -> str:
    """What goes back into the field; "now" becomes the time that was meant."""
    return f"{timezone.localtime():%Y-%m-%dT%H:%M}" if request.POST.get("now") else request.POST.get("text", "")


def _second_way(request: HttpRequest, field: FieldView, codes: Collection[str]) -> dict[str, Any] | None:
    """The same entry as already done; buttons have no field that keeps their text."""
    if set(codes) & FIRM:
        return None
    return {"hidden": {"text": request.POST.get("text", "")} if field.control == "buttons" else {}}


def _conflict(request: HttpRequest, url: str, refused: Refused) -> dict[str, Any]:
    facts = next(one.facts for one in refused.objections if one.code == "already_recorded")
    return {
        "mine": {"value": entered_text(request), "at": timezone.now()},
        "theirs": {"value": facts["theirs"], "who": facts["by"], "at": facts["recorded_at"]},
        "correct_url": f"{url}?{urlencode({'mine': entered_text(request)})}",
    }


def _own_url(view: StepView) -> str:
    return reverse("batches:step", args=[view.page.header.number, str(view.page.line.place)])
