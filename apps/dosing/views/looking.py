"""Pages that show: orders, one order with its computation and its units, recipients by pseudonym."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from apps.audit.selectors import entries_of
from apps.core.pagination import listing
from apps.core.roles import Role
from apps.core.ui.lists import state_list
from apps.core.ui.wording import bilingual, sentence, translated
from apps.documents.selectors import documents_about
from apps.dosing.facts import OrderState, OrderVerb
from apps.dosing.lifecycle import MOVES, Move, verbs_from
from apps.dosing.models import TreatmentOrder
from apps.dosing.selectors import (
    dose_of,
    group_warnings,
    kit_named,
    products_to_order,
    reservations_of,
    there,
    trials_of,
    visible_orders,
)
from apps.dosing.views.finding import order_named, recipient_named, roles_here
from apps.dosing.views.showing import amount_text, answer_rows, indication_word, working_rows
from apps.identity.selectors import patient_of, visible_recipients
from apps.organisation.access import Access, open_to, sites_as
from apps.products.selectors import definition_of
from apps.quality.panels import holds_panel
from apps.supply.lifecycle import AGREEING
from apps.supply.rules import foresees
from apps.supply.selectors import supplies_for
from apps.transport.lifecycle import WHO_MAY_ASK
from apps.transport.selectors import receivers_of, shipments_for

READ_ONLY = Access(write=frozenset())


@open_to(access=READ_ONLY)
@require_safe
def orders(request: HttpRequest) -> HttpResponse:
    """GET /dosing/: the treatment orders of one's sites."""
    rows = visible_orders(request.user, timezone.now())
    shown = state_list(request, rows, OrderState, "number", "recipient__number")
    context = {**shown, "rows": [_row(one) for one in shown["rows"]]}
    return render(request, "dosing/list.html", context)


@open_to(access=READ_ONLY)
@require_safe
def detail(request: HttpRequest, number: str) -> HttpResponse:
    """GET /dosing/orders/<number>/: the order, its dose line by line, the units kept for it."""
    found = order_named(request, number)
    definition, roles = definition_of(found.product_version), roles_here(request, found.site.code)
    kept, dose = list(reservations_of(found)), dose_of(found)
    moves = [MOVES[verb] for verb in verbs_from(OrderState(found.state)) if set(MOVES[verb].roles) & roles]
    context = {
        **_row(found),
        "title": definition.title,
        "indication": indication_word(definition, found.indication),
        "answers": answer_rows(definition, found.answers),
        "workings": working_rows(found.workings),
        "kept": kept,
        "warnings": [sentence(one) for one in group_warnings(found)],
        "dose": dose,
        "documents": list(documents_about(found.record)),
        "drawn": amount_text(dose.volume, "mL") if dose else "",
        "dose_workings": working_rows(dose.workings) if dose else [],
        "holds": holds_panel([found.record, *(row.unit.record for row in kept)]),
        "places": receivers_of(there([row.unit for row in kept])),
        "shipments": shipments_for(found.record),
        "acts": [_act(move, number) for move in moves],
        "supplies": supplies_for(found.record_id),
        "agrees": found.state == OrderState.CHECKED and bool(set(AGREEING) & roles) and foresees(definition),
        **_of_trial(found),
        "ships": found.state == OrderState.RESERVED and bool(WHO_MAY_ASK & roles),
        "entries": list(entries_of(found.record)),
    }
    return render(request, "dosing/order.html", context)


def _act(move: Move, number: str) -> dict[str, object]:
    """One act that is offered; what ends the order stands back."""
    url = reverse(f"dosing:{move.verb.lower()}", args=[number])
    return {"label": translated(move.label), "url": url, "stops": move.verb in (OrderVerb.FREE, OrderVerb.CANCEL)}


def _of_trial(order: TreatmentOrder) -> dict[str, object]:
    """Trial and kit, where nobody knows what is given."""
    return {"trials": trials_of(order), "kit": kit_named(order)}


@open_to(access=READ_ONLY)
@require_safe
def recipients(request: HttpRequest) -> HttpResponse:
    """GET /dosing/recipients/: the recipients of one's sites, by pseudonym."""
    words = request.GET.get("q", "").strip()[:80]
    rows = visible_recipients(request.user, timezone.now()).order_by("-pk")
    page = listing(rows.filter(number__icontains=words) if words else rows, request)
    context = {"page": page, "rows": page.rows, "q": words, "registers": bool(sites_as(request, Role.PHYSICIAN))}
    return render(request, "dosing/recipients.html", context)


@open_to(access=READ_ONLY)
@require_safe
def recipient(request: HttpRequest, number: str) -> HttpResponse:
    """GET /dosing/recipients/<code>/: what was ordered; who it is only for those who may know."""
    found = recipient_named(request, number)
    orders_here = visible_orders(request.user, timezone.now()).filter(recipient=found)
    orders_them = Role.PHYSICIAN in roles_here(request, found.site.code)
    context = {
        "recipient": found,
        "identity": patient_of(found, request.user, timezone.now()),
        "rows": [_row(one) for one in orders_here],
        "products": [(one.record.number, definition_of(one).title) for one in products_to_order(found)]
        if orders_them
        else [],
        "has_code": orders_them and found.kits.exists(),
        "entries": list(entries_of(found.record)),
    }
    return render(request, "dosing/recipient.html", context)


def _row(order: TreatmentOrder) -> dict[str, object]:
    definition = definition_of(order.product_version)
    arm = definition.dosing.arm(order.arm)
    return {
        "order": order,
        "band": definition.band,
        "arm": bilingual(arm.label) if arm else order.arm,
        "amount": amount_text(order.amount, order.amount_unit),
        "weight": amount_text(order.weight, "kg"),
    }
