"""Pages that show: the disposals of one's sites, one disposal with its proof, one file."""

from typing import cast

from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from apps.batches.rules.files import kind_of
from apps.batches.views.files import TYPES
from apps.core.errors import RuleBroken
from apps.core.http import as_file
from apps.core.roles import Role
from apps.core.ui.lists import state_list
from apps.core.ui.wording import bilingual
from apps.disposal.facts import DisposalState, Proof
from apps.disposal.lifecycle import DONE, OPEN, WHO_MAY_ASK
from apps.disposal.models import Disposal, ProofFile
from apps.disposal.selectors import (
    batches_in,
    files_of,
    hand_over_of,
    interim_of,
    proofs_of,
    readings_of,
    stage_for,
    stage_of,
    treatment_of,
    units_in,
    visible_disposals,
)
from apps.disposal.views.finding import acts_of, carrier_acts_of, disposal_named
from apps.documents.selectors import documents_about
from apps.documents.store import read_file
from apps.organisation.access import Access, open_to
from apps.organisation.models import User
from apps.organisation.selectors import all_roles_of, roles_at
from apps.products.definition.disposal import Disposal as DisposalStage
from apps.products.facts import ParameterKind
from apps.products.loader import units as unit_table
from apps.products.rules.limits import limit_text
from apps.signatures.selectors import shown_signatures
from apps.units.views.framing import batch_bar, names_of

READ_ONLY = Access(write=frozenset())


@open_to(access=READ_ONLY)
@require_safe
def disposal_list(request: HttpRequest) -> HttpResponse:
    """GET /disposal/: the disposals of one's sites, newest first."""
    now, user = timezone.now(), cast(User, request.user)
    rows = visible_disposals(user, now).annotate(count=Count("lines"))
    shown = state_list(request, rows, DisposalState, "number", "waste_number")
    lines = [{"disposal": one, "reason": _reason(one)} for one in shown["rows"]]
    context = {**shown, "rows": lines, "may_ask": bool(WHO_MAY_ASK & set(all_roles_of(user, now)))}
    return render(request, "disposal/list.html", context)


@open_to(access=READ_ONLY)
@require_safe
def disposal(request: HttpRequest, number: str) -> HttpResponse:
    """GET /disposal/<number>/: units, reason, way, proof, signatures, certificate."""
    found = disposal_named(request, number)
    stage, state = stage_for(found), DisposalState(found.state)
    takes_files = any(one.kind is ParameterKind.FILE for one in treatment_of(found).parameters)
    held = roles_at(cast(User, request.user), found.batch.site.code, timezone.now())
    context = {
        "disposal": found,
        "units": units_in(found),
        "several": len(batches_in(found)) > 1,
        "reason": _reason(found),
        "treatment": treatment_of(found),
        "proofs": proof_rows(found),
        "is_done": state in DONE,
        "acts": [*acts_of(request, found), *carrier_acts_of(request, found)],
        "carried": hand_over_of(found),
        "leaves_by": found.treated_at + interim_of(found) if found.treated_at else None,
        "attaches": takes_files and state in OPEN and bool(held & {Role.OPERATOR, Role.STOREKEEPER}),
        "signatures": shown_signatures(found.record),
        "documents": list(documents_about(found.record)),
        "names": names_of([found.requested_by])[found.requested_by],
        "handling": _handling(stage),
        **batch_bar(found.batch),
    }
    return render(request, "disposal/disposal.html", context)


@open_to(access=READ_ONLY)
@require_safe
def file(request: HttpRequest, number: str, pk: int) -> HttpResponse:
    """GET /disposal/<number>/files/<id>/: the file as it was attached; its type is read from its content."""
    found = get_object_or_404(ProofFile, disposal=disposal_named(request, number), pk=pk)
    try:
        content = read_file(found.sha256)
    except RuleBroken as lost:
        raise Http404 from lost
    return as_file(
        HttpResponse(content, content_type=TYPES.get(kind_of(content), "application/octet-stream")), found.name
    )


def proof_rows(disposal: Disposal) -> list[dict[str, object]]:
    """What proves the treatment: asked for, recorded so far."""
    return [_row(disposal, proof) for proof in proofs_of(disposal, readings_of(disposal), timezone.now())]


def _row(disposal: Disposal, proof: Proof) -> dict[str, object]:
    parameter, entered = proof.parameter, proof.entered
    file = files_of(disposal).get(parameter.key) if proof.file else None
    return {
        "label": bilingual(parameter.label),
        "limit": limit_text(parameter.limit) if parameter.limit else "",
        "to_confirm": bool(parameter.limit and parameter.limit.source and parameter.limit.source.site_to_confirm),
        "text": proof.shown,
        "unit": unit_table().display(getattr(parameter, "unit", "")),
        "verdict": entered.verdict.lower() if entered.done else "not_done",
        "file": file,
        "url": reverse("disposal:file", args=[disposal.number, file.pk]) if file else "",
    }


def _reason(disposal: Disposal) -> str:
    reasons = stage_of(disposal.batch).reasons
    return next((bilingual(one.label) for one in reasons if one.key == disposal.reason), disposal.reason)


def _handling(stage: DisposalStage) -> list[str]:
    """What the master says about the waste."""
    kept = f"{stage.interim_storage.value} {unit_table().display(stage.interim_storage.unit)}"
    first = [_("Disinfected on site before it is handed over.")] if stage.disinfect_before_handover else []
    return [*first, _("Kept here for at most %(span)s.") % {"span": kept}, bilingual(stage.carrier)]
