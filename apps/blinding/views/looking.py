"""The lots of blinded kits, and one of them: kits and whose they are, holders of the code; the list once it is open."""

from collections.abc import Collection
from typing import cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from apps.batches.facts.words import BatchState
from apps.batches.models import Batch
from apps.batches.selectors.plans import definition_of_batch
from apps.batches.views.finding import roles_here
from apps.blinding.facts import NAMERS, OPENERS
from apps.blinding.selectors import (
    holders_of,
    is_holder,
    is_sealed,
    kits_of,
    opened_list,
    opening_of,
    visible_lot,
    visible_lots,
)
from apps.core.roles import Role
from apps.organisation.access import Access, open_to
from apps.organisation.models import User
from apps.units.views.framing import batch_bar, names_of

READ_ONLY = Access(write=frozenset())


@open_to(access=READ_ONLY)
@require_safe
def lot_list(request: HttpRequest) -> HttpResponse:
    """GET /blinding/: the lots of blinded kits of one's sites, newest first."""
    return render(request, "blinding/list.html", {"lots": visible_lots(cast(User, request.user), timezone.now())})


@open_to(access=READ_ONLY)
@require_safe
def lot(request: HttpRequest, number: str) -> HttpResponse:
    """GET /blinding/<number>/: its kits and holders, and what the reader may do."""
    found = visible_lot(cast(User, request.user), number, timezone.now())
    timezone.activate(found.site.timezone)
    blinded, holders = definition_of_batch(found).preparation.blinded, holders_of(found)
    names = names_of([one.named_by for one in holders])
    context = {
        "lot": found,
        "kits": kits_of(found),
        "holders": [(one, names[one.named_by]) for one in holders],
        "opening": opening_of(found),
        "lines": opened_list(found),
        "arms": {arm.key: arm.label for arm in blinded.arms} if blinded else {},
        **_may(found, request.user.get_username(), roles_here(request, found)),
        **batch_bar(found),
    }
    return render(request, "blinding/lot.html", context)


def _may(lot: Batch, username: str, roles: Collection[Role]) -> dict[str, bool]:
    """Which acts the page offers."""
    sealed, opened, holds = is_sealed(lot), opening_of(lot) is not None, is_holder(lot, username)
    return {
        "may_name": bool(set(NAMERS) & set(roles)) and not opened,
        "may_seal": holds and not sealed and lot.state == BatchState.RUNNING,
        "may_read": holds and sealed and not opened,
        "may_open": bool(set(OPENERS) & set(roles)) and sealed and not opened,
    }
