"""What the pages of disposal share: finding within one's sites, and what may be done by whom."""

from typing import cast

from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone

from apps.core.ui.wording import translated
from apps.disposal.facts import DisposalState, DisposalVerb
from apps.disposal.lifecycle import MOVES, verbs_from
from apps.disposal.models import Disposal
from apps.disposal.selectors import stage_of, visible_disposals
from apps.organisation.models import User
from apps.organisation.selectors import roles_at

ICONS = {
    DisposalVerb.APPROVE: "tick",
    DisposalVerb.REFUSE: "refused",
    DisposalVerb.DESTROY: "destroy",
    DisposalVerb.WITNESS: "sign",
}


def disposal_named(request: HttpRequest, number: str) -> Disposal:
    """The disposal with this number within the person's sites; its pages show the time of its own site."""
    found = get_object_or_404(visible_disposals(cast(User, request.user), timezone.now()), number=number)
    timezone.activate(found.batch.site.timezone)
    return found


def acts_of(request: HttpRequest, disposal: Disposal) -> list[dict[str, object]]:
    """What this person can do now; the first is what the disposal waits for."""
    held = roles_at(cast(User, request.user), disposal.batch.site.code, timezone.now())
    approvers = set(stage_of(disposal.batch).approved_by)
    state, name = DisposalState(disposal.state), {verb: f"disposal:{verb.lower()}" for verb in DisposalVerb}
    # Before its approval a destruction is recorded only as what already happened.
    verbs = [*verbs_from(state), *([DisposalVerb.DESTROY] if state is DisposalState.REQUESTED else [])]
    return [
        {
            "url": reverse(name[verb], args=[disposal.number]),
            "label": translated(MOVES[verb].label),
            "icon": ICONS[verb],
            "stops": verb is DisposalVerb.REFUSE,
        }
        for verb in verbs
        if held & (set(MOVES[verb].roles) or approvers)
    ]
