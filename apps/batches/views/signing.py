"""Signing in the record: a step, a section, the witness beside the dimmed step, the check, a late entry confirmed."""

from collections.abc import Collection
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from apps.batches import content
from apps.batches.facts.inputs import ValueInput
from apps.batches.facts.lines import SignatureFact, StepLine
from apps.batches.facts.words import StepState
from apps.batches.selectors.sections import FilledRecord, FilledStep, filled_section
from apps.batches.services.checking import check_section as check_as_second
from apps.batches.services.checking import witness_step
from apps.batches.services.recording import record_value
from apps.batches.services.signing import sign_section as sign_as_performer
from apps.batches.services.signing import sign_step as sign_one
from apps.batches.views import naming
from apps.batches.views.fields import FieldView, parameter_of
from apps.batches.views.filling import StepView, step_context, step_url, step_view
from apps.batches.views.finding import batch_named, place_named
from apps.batches.views.framing import Names, band_of, local_time, names_in, record_facts, step_note, step_status
from apps.batches.views.values import moment
from apps.core.http import who
from apps.core.roles import Role
from apps.core.ui.wording import bilingual
from apps.organisation.access import STAFF, open_to
from apps.products.facts import BadPlace
from apps.signatures.pages import Panel, signed_page

PEOPLE = {Role.OPERATOR, Role.CHECKER}
CHECKING = {Role.CHECKER}


@open_to(read=STAFF, write=STAFF)
@require_http_methods(["GET", "HEAD", "POST"])
def sign_step(request: HttpRequest, number: str, place: str) -> HttpResponse:
    """GET, POST /batches/<number>/steps/<place>/sign/: the performer's signature completes the step."""
    batch, step = batch_named(request, number), place_named(place)
    view = step_view(request, batch, step)
    panel = Panel(
        title=_("Sign this step"),
        verb=_("Sign: done"),
        content=lambda: content.step_content(batch, step),
        lines=read_back(view.fields),
        cancel_url=step_url(number, step),
    )
    return signed_page(
        request,
        panel,
        lambda signing: sign_one(batch=batch, step=step, signing=signing, **who(request)),
        step_url(number, step),
        template="batches/step.html",
        context=_dimmed(view),
    )


@open_to(read=STAFF, write=STAFF)
@require_http_methods(["GET", "HEAD", "POST"])
def witness(request: HttpRequest, number: str, place: str) -> HttpResponse:
    """GET, POST /batches/<number>/steps/<place>/witness/: the second person signs on the operator's screen."""
    batch, step = batch_named(request, number), place_named(place)
    view = step_view(request, batch, step)
    panel = Panel(
        title=_("Second person"),
        verb=_("Sign: seen"),
        content=lambda: content.witness_content(batch, step),
        lines=read_back(view.fields),
        people=_two_people(request, view.page.line),
        second=True,
        cancel_url=step_url(number, step),
        back_url=f"{reverse('batches:note', args=[number])}?place={step}",
        note=_("not for your own entries"),
    )
    return signed_page(
        request,
        panel,
        lambda signing: witness_step(batch=batch, step=step, signing=signing, **who(request)),
        step_url(number, step),
        template="batches/step.html",
        context=_dimmed(view),
    )


@open_to(read=STAFF, write=STAFF)
@require_POST
def confirm(request: HttpRequest, number: str, place: str) -> HttpResponse:
    """POST /batches/<number>/values/<place>/confirm/: a second person confirms an entry made long after the act."""
    batch, where = batch_named(request, number), place_named(place)
    view = step_view(request, batch, where)
    given = ValueInput(where, request.POST.get("text", ""), performed_at=moment(request, "performed_at"))
    reason = request.POST.get("reason", "").strip()
    panel = Panel(
        title=_("Confirm a late entry"),
        verb=_("Sign: confirmed"),
        content=lambda: content.late_content(batch, [given], reason),
        second=True,
        hidden={"text": given.text, "performed_at": request.POST.get("performed_at", ""), "reason": reason},
        cancel_url=step_url(number, where),
    )
    return signed_page(
        request,
        panel,
        lambda signing: record_value(
            batch=batch,
            place=where,
            text=given.text,
            performed_at=given.performed_at,
            reason=reason,
            second=signing,
            **who(request),
        ),
        step_url(number, where),
        template="batches/step.html",
        context=_dimmed(view),
    )


@open_to(read=STAFF, write=STAFF)
@require_http_methods(["GET", "HEAD", "POST"])
def sign_section(request: HttpRequest, number: str, place: str) -> HttpResponse:
    """GET, POST /batches/<number>/sections/<place>/sign/: what one completed in a section, signed as one list."""
    batch, section = batch_named(request, number), place_named(place).section
    record = _section(batch, section)
    username = request.user.username
    mine = [step for step in record.sections[0].steps if _waits_for_its_performer(step.line, username)]
    panel = Panel(
        title=_("Sign section: %(section)s") % {"section": naming.section_name(record.sections[0].line)},
        verb=_("Sign: done"),
        content=lambda: content.section_content(batch, section, username),
        lines=lines_of(number, mine),
        cancel_url=reverse("batches:record", args=[number]),
    )
    return signed_page(
        request,
        panel,
        lambda signing: sign_as_performer(batch=batch, section=section, signing=signing, **who(request)),
        reverse("batches:step", args=[number, str(record.sections[0].line.steps[-1].place)]),
        template="batches/section.html",
        context=_section_context(record, mine),
    )


@open_to(read=CHECKING, write=CHECKING)
@require_http_methods(["GET", "HEAD", "POST"])
def check_section(request: HttpRequest, number: str, place: str) -> HttpResponse:
    """GET, POST /batches/<number>/sections/<place>/check/: a second person checks a section as one shown list."""
    batch, section = batch_named(request, number), place_named(place).section
    record = _section(batch, section)
    waiting = [step for step in record.sections[0].steps if waits_for_its_check(step.line)]
    panel = Panel(
        title=_("Check section: %(section)s") % {"section": naming.section_name(record.sections[0].line)},
        verb=_("Sign: checked"),
        content=lambda: content.check_content(batch, section),
        lines=lines_of(number, waiting),
        cancel_url=reverse("batches:check", args=[number]),
        back_url=f"{reverse('batches:note', args=[number])}?place={section}",
        note=_("not for your own entries"),
    )
    return signed_page(
        request,
        panel,
        lambda signing: check_as_second(batch=batch, section=section, signing=signing, **who(request)),
        reverse("batches:check", args=[number]),
        template="batches/section.html",
        context=_section_context(record, waiting),
    )


def read_back(fields: Collection[FieldView]) -> list[dict[str, object]]:
    """What is signed, line by line: each recorded value with its limit and verdict."""
    return [_line(one) for one in fields if one.value]


def lines_of(number: str, steps: Collection[FilledStep]) -> list[dict[str, object]]:
    """The lines of several steps, each value under the name of its step."""
    lines = []
    for step in steps:
        views = [FieldView(number, fact, parameter_of(step.step, fact), is_open=False) for fact in step.fields]
        for line in read_back(views):
            lines.append({**line, "label": f"{bilingual(step.line.label)} · {line['label']}"})
    return lines


def waits_for_its_check(line: StepLine) -> bool:
    """Done, signed by its performer, and not checked as it stands."""
    ready = line.state is StepState.DONE and (line.is_signed or not line.wants_signature)
    return ready and line.wants_check and not line.has_second


def _waits_for_its_performer(line: StepLine, username: str) -> bool:
    done = line.state is StepState.DONE and line.completed_by == username
    return done and line.wants_signature and not line.is_signed


def _line(view: FieldView) -> dict[str, object]:
    value = view.value
    who_when = f"{local_time(value.performed_at)} {value.printed_name}" if value else ""
    alert = _("alert %(level)s") % {"level": view.alert} if view.alert else ""
    return {
        "label": view.name,
        "limit": " · ".join(part for part in (view.limit, alert, who_when) if part),
        "value": view.text or "–",
        "unit": view.unit,
        "status": view.status,
    }


def _two_people(request: HttpRequest, line: StepLine) -> list[dict[str, object]]:
    at = f" {local_time(line.completed_at)}" if line.completed_at else ""
    return [
        {"name": request.user.printed_name, "note": _("entered") + at, "current": False},
        {"name": _("Second person"), "note": _("signs here; the session stays"), "current": True},
    ]


def _dimmed(view: StepView) -> dict[str, Any]:
    return {**step_context(view), "panel_open": True}


def _section(batch: Any, section: Any) -> FilledRecord:
    try:
        return filled_section(batch, section)
    except BadPlace as error:
        raise Http404 from error


def _section_context(record: FilledRecord, chosen: Collection[FilledStep]) -> dict[str, Any]:
    return {
        "band": band_of(record.header),
        "facts": record_facts(record.header),
        "header": record.header,
        "section_name": naming.section_name(record.sections[0].line),
        "steps": [filled_step(record.header.number, step, names_in([record.sections[0].line])) for step in chosen],
        "others": len(record.sections[0].steps) - len(chosen),
    }


def filled_step(number: str, step: FilledStep, names: Names) -> dict[str, Any]:
    """A step with all its values, for a page that shows the record."""
    views = [FieldView(number, fact, parameter_of(step.step, fact), is_open=False) for fact in step.fields]
    return {
        "line": step.line,
        "label": naming.numbered(bilingual(step.line.label), step.line.place.step_n),
        "url": reverse("batches:step", args=[number, str(step.line.place)]),
        "status": step_status(step.line),
        "note": step_note(step.line, names),
        "fields": views,
        "signatures": [shown_signature(one) for one in (step.line.performed, step.line.second) if one],
    }


def shown_signature(signature: SignatureFact) -> dict[str, Any]:
    """A signature as parts/signature.html shows it."""
    return {
        "printed_name": signature.printed_name,
        "printed_name_zh": signature.printed_name_zh,
        "meaning": signature.meaning,
        "role_title": {"en": signature.title_en, "zh": signature.title_zh},
        "at": signature.signed_at,
        "hash": signature.hash,
        "covers": signature.covers,
    }
