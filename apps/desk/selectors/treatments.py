"""What waits about treatments: the next act of each order, vital signs and outcomes."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from django.db.models import Min

from apps.core.roles import Role
from apps.core.text import N_
from apps.desk.facts import Asked, Risk, Task
from apps.desk.selectors.batches import MOST, Duty
from apps.dosing.facts import OrderState as S
from apps.dosing.facts import OrderVerb, Slot
from apps.dosing.lifecycle import MOVES
from apps.dosing.models import Infusion, Thaw, TreatmentOrder
from apps.dosing.selectors import (
    orders_in,
    outcome_parameter,
    outcomes_of_many,
    recently_given,
    safety_watches,
    slots_of_many,
    windows_of_many,
    with_open_windows,
)
from apps.products.selectors import definition_of

NEXT = {
    S.ORDERED: (OrderVerb.CHECK, "dosing:check"),
    S.CHECKED: (OrderVerb.RESERVE, "dosing:reserve"),
    S.RESERVED: (OrderVerb.THAW, "dosing:thaw"),
    S.THAWED: (OrderVerb.PREPARE, "dosing:prepare"),
    S.PREPARED: (OrderVerb.CONFIRM, "dosing:confirm"),
    S.READY: (OrderVerb.START, "dosing:bedside"),
    S.INFUSING: (OrderVerb.END, "dosing:bedside"),
}
SOON_AFTER = timedelta(days=7)
OUT_OF_THE_COLD = (S.THAWED, S.PREPARED, S.READY, S.INFUSING)  # cells that live for hours


def to_go_on(role: Role) -> Duty:
    """Orders whose next act this role may do; nobody checks what they wrote or worked out themselves."""
    states = [state for state, (verb, _page) in NEXT.items() if role in MOVES[verb].roles]

    def duty(whom: Asked) -> Iterator[Task]:
        orders = list(orders_in(states, whom.sites, but_of=whom.username)[:MOST])
        ends = _ends(orders)
        for order in orders:
            verb, page = NEXT[S(order.state)]
            due = min(order.planned_start, ends.get(order.pk, order.planned_start))
            if order.state == S.INFUSING:
                due = ends[order.pk]
            risk = Risk.HIGH if order.state in OUT_OF_THE_COLD else Risk.MIDDLE
            yield _task(MOVES[verb].label, order, page, order.checked_at or order.ordered_at, risk, due)

    return duty


def vital_signs(whom: Asked) -> Iterator[Task]:
    """Vital signs that are due or come next, while a dose is given and for a day after it."""
    orders = [*orders_in([S.INFUSING], whom.sites)[:MOST], *recently_given(whom.sites, whom.at)[:MOST]]
    for order, slots in slots_of_many(orders):
        due = _next(slots, whom.at)
        if due:
            yield _task(N_("Take the vital signs"), order, "dosing:bedside", order.planned_start, Risk.HIGH, due)


def outcomes(whom: Asked) -> Iterator[Task]:
    """The first outcome of each course that nobody has recorded, by the end of its day."""
    orders = list(orders_in([S.GIVEN], whom.sites).filter(n=1)[:MOST])
    for order, waiting in outcomes_of_many(orders):
        first = next((one for one in waiting if not one.found), None)
        if first is None:
            continue
        parameter = outcome_parameter(order, first.key)
        said = {"outcome": parameter.label if parameter else first.key, "day": str(first.day)}
        yield _task(
            N_("Record an outcome"), order, "dosing:outcomes", order.planned_start, Risk.LOW, first.due_at,
            N_("{recipient}, day {day}: {outcome}"), said,
        )  # fmt: skip


def safety_windows(whom: Asked) -> Iterator[Task]:
    """The first early safety window of each newly given dose of which nobody has said what was seen; later ones stay
    among the alerts."""
    since = whom.at - SOON_AFTER
    orders = orders_in([S.GIVEN], whom.sites).filter(with_open_windows(whom.at), infusion__ended_at__gt=since)[:MOST]
    for order, windows in windows_of_many(list(orders)):
        first = next((one for one in windows if not one.answered), None)
        if first is None:
            continue
        said = {"window": next(one.label for one in safety_watches(order) if one.key == first.key)}
        yield _task(
            N_("Say what was seen"), order, "dosing:outcomes", order.planned_start, Risk.MIDDLE, first.due_at,
            N_("{recipient}: {window}"), said,
        )  # fmt: skip


def _next(slots: Sequence[Slot], at: datetime) -> datetime | None:
    """The last time that has come since signs were taken, or the first to come; what was passed over is past."""
    taken = [n for n, slot in enumerate(slots) if slot.taken]
    left = [slot.due_at for slot in slots[taken[-1] + 1 if taken else 0 :]]
    come = [due for due in left if due <= at]
    return come[-1] if come else next(iter(left), None)


def _ends(orders: Sequence[TreatmentOrder]) -> dict[int, datetime]:
    """Until when what was thawed for an order may be given; of a running infusion, until when it may run."""
    thaws = Thaw.objects.filter(order__in=orders).values_list("order").annotate(end=Min("expires_at"))
    running = Infusion.objects.filter(order__in=orders).values_list("order", "expires_at")
    return {**dict(thaws.order_by()), **dict(running)}


def _task(
    ask: str,
    order: TreatmentOrder,
    page: str,
    since: datetime,
    risk: Risk,
    due: datetime,
    note: str = N_("Recipient {recipient}"),
    facts: dict[str, object] | None = None,
) -> Task:
    band = definition_of(order.product_version).band
    said = {"recipient": order.recipient.number, **(facts or {})}
    return Task(
        ask, order.number, since, page, (order.number,), said, note, risk, due,
        band_word=band.word.en, band_hue=band.colour.lower(),
    )  # fmt: skip
