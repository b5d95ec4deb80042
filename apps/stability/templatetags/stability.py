"""{% load stability %}: the studies of a batch as a card on its page; how the expiry of a unit was changed."""

from typing import Any

from django import template
from django.http import HttpRequest
from django.utils import timezone

from apps.batches.facts.words import BatchState
from apps.batches.models import Batch
from apps.organisation.selectors import roles_at
from apps.stability.facts import StudyState, StudyVerb
from apps.stability.lifecycle import STUDY_MOVES
from apps.stability.rules import is_not_studied
from apps.stability.selectors import extensions_of, protocol_of, studies_of
from apps.units.models import Unit

register = template.Library()


@register.inclusion_tag("stability/parts/studies.html", takes_context=True)
def studies(context: dict[str, Any], batch: Batch) -> dict[str, object]:
    """The studies of a batch, and the way to a new one for who may open it."""
    if protocol_of(batch) is None:
        return {"shown": False}
    request: HttpRequest = context["request"]
    found, roles = studies_of(batch), roles_at(request.user, batch.site.code, timezone.now())
    is_open = any(one.state == StudyState.OPEN for one in found)
    may = bool(roles & set(STUDY_MOVES[StudyVerb.OPEN].roles)) and is_not_studied(BatchState(batch.state)) is None
    return {"shown": bool(found) or may, "studies": found, "batch": batch, "opens": may and not is_open}


@register.inclusion_tag("stability/parts/expiries.html")
def expiries(unit: Unit) -> dict[str, object]:
    """How the expiry of a unit was changed, by which extension."""
    return {"rows": extensions_of(unit)}
