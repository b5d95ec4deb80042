"""What the page of a batch says of its bank: which one it is, and where its units are drawn."""

from collections.abc import Collection

from django.utils.translation import gettext as _

from apps.batches.facts.banks import DECIDERS, DRAWERS, TAKES
from apps.batches.models import Batch
from apps.batches.views.acting import Act
from apps.core.roles import Role
from apps.core.ui.navigation import address_of


def bank_acts(batch: Batch, roles: Collection[Role]) -> list[Act]:
    """Drawing, and the decision of quality below the reserve, as long as the batch takes units."""
    if batch.bank_id is None or batch.state not in TAKES:
        return []
    acts, held = [], set(roles)
    if held & set(DRAWERS):
        acts.append(Act(_("Draw units of the bank"), address_of("banks:draw", batch.number), "scan"))
    if held & set(DECIDERS):
        acts.append(Act(_("Below the reserve"), address_of("banks:below", batch.number), "sign"))
    return acts


def bank_particulars(batch: Batch) -> list[dict[str, object]]:
    """The bank it is made from."""
    return [{"label": _("Cell bank"), "value": batch.bank.number}] if batch.bank else []
