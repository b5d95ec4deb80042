"""Pages of corrective and preventive actions: planned, carried out, judged, opened again."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from apps.audit.models import Record
from apps.core.errors import Happened
from apps.core.http import who
from apps.core.roles import Role
from apps.core.ui.acts import Act, act_page
from apps.core.ui.wording import translated
from apps.organisation.access import Access, open_to
from apps.organisation.selectors import roles_at
from apps.quality import content, services
from apps.quality.facts import CapaState
from apps.quality.forms import CapaForm, DoneForm, DueForm, FindingForm, ReasonForm
from apps.quality.lifecycle import CAPA_MOVES, QualityVerb, verbs_from
from apps.quality.models import Capa
from apps.quality.selectors import members_at, visible_capas
from apps.quality.views.finding import deviation_named
from apps.quality.views.signing import said_then_signed
from apps.signatures.selectors import shown_signatures

METHODS = ["GET", "HEAD", "POST"]
PAGES = {
    QualityVerb.CARRY_OUT: "quality:carry_out",
    QualityVerb.FIND_EFFECTIVE: "quality:find_effective",
    QualityVerb.FIND_INEFFECTIVE: "quality:find_ineffective",
    QualityVerb.POSTPONE: "quality:postpone",
    QualityVerb.REOPEN_CAPA: "quality:reopen_capa",
    QualityVerb.CANCEL_CAPA: "quality:cancel_capa",
}

ASIDE = (QualityVerb.POSTPONE, QualityVerb.REOPEN_CAPA, QualityVerb.CANCEL_CAPA)  # none of these leads on


def access_for(verb: QualityVerb) -> Access:
    """Who takes this step."""
    roles = frozenset(CAPA_MOVES[verb].roles)
    return Access(read=roles, write=roles)


@open_to(access=Access(write=frozenset()))
@require_safe
def capa(request: HttpRequest, number: str) -> HttpResponse:
    """GET /quality/capas/<number>/: what is done, by whom, until when, and whether it was effective."""
    found = capa_named(request, number)
    context = {
        "capa": found,
        "source_url": _source_url(found.source),
        "acts": _acts(request, found),
        "signatures": shown_signatures(found.record),
    }
    return render(request, "quality/capa.html", context)


def _acts(request: HttpRequest, found: Capa) -> list[dict[str, object]]:
    """What this person may do with it: its owner carries it out, quality does the rest and never judges its own."""
    username, roles = request.user.get_username(), roles_at(request.user, found.record.site, timezone.now())
    owns = username in (found.owner, found.done_by)
    verbs = [verb for verb in verbs_from(found.state, CAPA_MOVES) if roles & set(CAPA_MOVES[verb].roles)]
    offered = [verb for verb in verbs if (verb is QualityVerb.CARRY_OUT) == owns or verb is QualityVerb.REOPEN_CAPA]
    return [
        {
            "label": translated(CAPA_MOVES[verb].label),
            "url": reverse(PAGES[verb], args=[found.record.number]),
            "stops": verb in ASIDE,
        }
        for verb in offered
    ]


def _source_url(source: Record) -> str:
    pages = {"deviation": "quality:deviation", "oos": "testing:investigation"}
    return reverse(pages[source.kind], args=[source.number]) if source.kind in pages else ""


def plan_page(request: HttpRequest, source: Record, subject: Record, back: str) -> HttpResponse:
    """The form that plans an action out of a deviation or an investigation."""
    form = CapaForm(request.POST or None, people=members_at(source.site, timezone.now()))
    act = Act(title=_("Plan an action out of %s") % source.number, word=_("Plan the action"), back_url=back)

    def perform(_happened: Happened | None) -> None:
        services.plan_capa(source=source, subject=subject, planned=form.planned, **who(request))

    return act_page(request, act, form, perform)


@open_to(access=Access(read=frozenset({Role.QA}), write=frozenset({Role.QA})))
@require_http_methods(METHODS)
def plan_capa(request: HttpRequest, number: str) -> HttpResponse:
    """GET, POST /quality/deviations/<number>/capa/."""
    found = deviation_named(request, number)
    return plan_page(request, found.record, found.subject, reverse("quality:deviation", args=[number]))


@open_to(access=access_for(QualityVerb.CARRY_OUT))
@require_http_methods(METHODS)
def carry_out(request: HttpRequest, number: str) -> HttpResponse:
    """GET, POST /quality/capas/<number>/done/."""
    return _act(request, number, QualityVerb.CARRY_OUT, DoneForm(request.POST or None), services.carry_out_capa)


@open_to(access=access_for(QualityVerb.POSTPONE))
@require_http_methods(METHODS)
def postpone(request: HttpRequest, number: str) -> HttpResponse:
    """GET, POST /quality/capas/<number>/postpone/."""
    return _act(request, number, QualityVerb.POSTPONE, DueForm(request.POST or None), services.postpone_capa)


@open_to(access=access_for(QualityVerb.REOPEN_CAPA))
@require_http_methods(METHODS)
def reopen_capa(request: HttpRequest, number: str) -> HttpResponse:
    """GET, POST /quality/capas/<number>/reopen/."""
    return _act(request, number, QualityVerb.REOPEN_CAPA, DueForm(request.POST or None), services.reopen_capa)


@open_to(access=access_for(QualityVerb.CANCEL_CAPA))
@require_http_methods(METHODS)
def cancel_capa(request: HttpRequest, number: str) -> HttpResponse:
    """GET, POST /quality/capas/<number>/cancel/."""
    return _act(request, number, QualityVerb.CANCEL_CAPA, ReasonForm(request.POST or None), services.cancel_capa)


@open_to(access=access_for(QualityVerb.FIND_EFFECTIVE))
@require_http_methods(METHODS)
def find_effective(request: HttpRequest, number: str) -> HttpResponse:
    """GET, POST /quality/capas/<number>/effective/."""
    return _judged(request, number, QualityVerb.FIND_EFFECTIVE)


@open_to(access=access_for(QualityVerb.FIND_INEFFECTIVE))
@require_http_methods(METHODS)
def find_ineffective(request: HttpRequest, number: str) -> HttpResponse:
    """GET, POST /quality/capas/<number>/not-effective/."""
    return _judged(request, number, QualityVerb.FIND_INEFFECTIVE)


def _judged(request: HttpRequest, number: str, verb: QualityVerb) -> HttpResponse:
    found = capa_named(request, number)
    return said_then_signed(
        request,
        FindingForm(request.POST or None),
        title=translated(CAPA_MOVES[verb].label),
        record=found.record,
        back=reverse("quality:capa", args=[number]),
        intro=found.criterion,
        shown=lambda said: content.check_capa_content(capa=found, verb=verb, **said),
        done=lambda signing, said: services.check_capa(capa=found, verb=verb, signing=signing, **who(request), **said),
    )


def _act(
    request: HttpRequest, number: str, verb: QualityVerb, form: forms.Form, service: Callable[..., Any]
) -> HttpResponse:
    found, label = capa_named(request, number), translated(CAPA_MOVES[verb].label)
    act = Act(title=f"{label}: {number}", word=label, back_url=reverse("quality:capa", args=[number]), intro=found.what)

    def perform(_happened: Happened | None) -> None:
        service(capa=found, **form.cleaned_data, **who(request))

    return act_page(request, act, form, perform)


def capa_named(request: HttpRequest, number: str) -> Capa:
    """The action with this number, within the person's sites."""
    return get_object_or_404(visible_capas(request.user, timezone.now()), record__address=f"capa/{number}")


OPEN = [CapaState.OPEN, CapaState.DONE]
