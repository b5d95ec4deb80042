"""What the pages of shipments share: finding within one's sites, and what may be done by whom."""

from typing import cast

from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.core.roles import Role
from apps.core.ui.wording import translated
from apps.organisation.models import User
from apps.organisation.selectors import roles_at
from apps.transport.facts import ShipmentState, ShipmentVerb
from apps.transport.lifecycle import (
    BEFORE_LEAVING,
    MOVES,
    ON_THE_WAY,
    RECEIVERS,
    WHO_ISSUES_CODES,
    roles_for,
    verbs_from,
)
from apps.transport.models import Shipment
from apps.transport.selectors import visible_shipments
from apps.transport.services.receiving import TAKES_FILES

ICONS = {
    ShipmentVerb.CANCEL: "stop",
    ShipmentVerb.PACK: "box",
    ShipmentVerb.HAND_OVER: "truck",
    ShipmentVerb.TAKE: "sign",
    ShipmentVerb.RECEIVE: "place",
    ShipmentVerb.CONFIRM: "sign",
    ShipmentVerb.ACCEPT: "tick",
    ShipmentVerb.QUARANTINE: "quarantined",
    ShipmentVerb.REJECT: "refused",
    ShipmentVerb.RETURN: "back",
}
STOPS = (ShipmentVerb.CANCEL, ShipmentVerb.REJECT, ShipmentVerb.QUARANTINE)


def shipment_named(request: HttpRequest, number: str) -> Shipment:
    """The shipment with this number within the person's sites; its pages show the time of its own site."""
    found = get_object_or_404(visible_shipments(cast(User, request.user), timezone.now()), number=number)
    timezone.activate(found.batch.site.timezone)
    return found


def acts_of(request: HttpRequest, shipment: Shipment) -> list[dict[str, object]]:
    """What this person can do now; the first is what the shipment waits for."""
    held = roles_at(cast(User, request.user), shipment.batch.site.code, timezone.now())
    state = ShipmentState(shipment.state)
    ordered = sorted(verbs_from(state), key=lambda verb: verb in STOPS)
    found = [_act(shipment, verb) for verb in ordered if held & set(roles_for(verb, state))]
    return [*found, *_beside(shipment, state, held)]


def _act(shipment: Shipment, verb: ShipmentVerb) -> dict[str, object]:
    return {
        "url": reverse(f"transport:{verb.lower()}", args=[shipment.number]),
        "label": translated(MOVES[verb].label),
        "icon": ICONS[verb],
        "stops": verb in STOPS,
    }


def _beside(shipment: Shipment, state: ShipmentState, held: set[Role]) -> list[dict[str, object]]:
    """What is no move: codes, their use, and files of the logger."""
    offered = [
        ("transport:acknowledge", _("Type a one-time code"), "keyboard", MOVES[ShipmentVerb.HAND_OVER].roles)
        if state is ShipmentState.HANDED_OVER
        else None,
        ("transport:code", _("Make a one-time code"), "lock", WHO_ISSUES_CODES)
        if state in (*BEFORE_LEAVING, *ON_THE_WAY)
        else None,
        ("transport:attach", _("Attach the logger’s file"), "thermometer", RECEIVERS) if state in TAKES_FILES else None,
    ]
    return [
        {"url": reverse(name, args=[shipment.number]), "label": label, "icon": icon, "stops": True}
        for name, label, icon, roles in (one for one in offered if one)
        if held & set(roles)
    ]
