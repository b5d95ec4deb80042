"""What the pages of disposal share: finding within one's sites, and what may be done by whom."""

from typing import cast

from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.core.ui.wording import translated
from apps.disposal.facts import CarrierVerb, DisposalState, DisposalVerb
from apps.disposal.lifecycle import CARRYING, DONE, MOVES, WHO_ISSUES_CODES, verbs_from
from apps.disposal.models import Disposal
from apps.disposal.selectors import hand_over_of, stage_for, visible_disposals
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
    approvers = set(stage_for(disposal).approved_by)
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


def carrier_acts_of(request: HttpRequest, disposal: Disposal) -> list[dict[str, object]]:
    """What this person can do about treated waste: give it, take it, make a code, type one."""
    held = roles_at(cast(User, request.user), disposal.batch.site.code, timezone.now())
    given, treated = hand_over_of(disposal), DisposalState(disposal.state) in DONE
    waits = given is not None and not given.taken_by
    give, take = CARRYING[CarrierVerb.GIVE], CARRYING[CarrierVerb.TAKE]
    offered = [
        ("disposal:give", translated(give.label), "truck", give.roles, treated and given is None),
        ("disposal:take", translated(take.label), "sign", take.roles, waits),
        ("disposal:acknowledge", _("Type a one-time code"), "keyboard", give.roles, waits),
        ("disposal:code", _("Make a one-time code"), "lock", WHO_ISSUES_CODES, treated and (given is None or waits)),
    ]
    return [
        {"url": reverse(name, args=[disposal.number]), "label": label, "icon": icon, "stops": name != "disposal:give"}
        for name, label, icon, roles, possible in offered
        if possible and held & roles
    ]
