"""What waits for an answer at the bed and after: vital signs now, outcomes of a day that has passed."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from django.db.models import Q

from apps.dosing.facts import OrderState
from apps.dosing.models import Infusion, OutcomeValue, TreatmentOrder
from apps.dosing.rules import bedside, following
from apps.dosing.selectors.bedside import vital_slots, vitals_of
from apps.dosing.selectors.following import safety_watches, windows_of_many
from apps.products.definition.base import Bilingual
from apps.products.definition.dosing import SafetyWatch
from apps.products.selectors import definition_of

WATCHED = timedelta(days=2)  # after the end of an infusion: longer than any watch of a master record
DUE = ("order__record", "order__site", "order__product_version__record")


class OutcomesDue(NamedTuple):
    """The outcomes of one day of a course, or of one hour after its start, that nobody found."""

    order: TreatmentOrder
    day: int
    after: str
    due_at: datetime
    labels: list[Bilingual]


def overdue_vitals(at: datetime) -> Iterator[tuple[TreatmentOrder, datetime]]:
    """Orders whose patient waits for vital signs, and since when."""
    running = Q(order__state=OrderState.INFUSING) | Q(ended_at__gt=at - WATCHED)
    for infusion in Infusion.objects.filter(running).select_related(*DUE).order_by("pk"):
        order = infusion.order
        taken = [row.taken_at for row in vitals_of(order)]
        waits = bedside.waits_now(vital_slots(order), max(taken, default=None), at)
        if waits is not None:
            yield order, waits


def with_open_windows(at: datetime) -> Q:
    """Orders whose dose has a window without its answer, or was on its way when windows came."""
    return Q(infusion__window_due_at__isnull=False) | Q(infusion__ended_at__gt=at - WATCHED)


def overdue_windows(at: datetime) -> Iterator[tuple[TreatmentOrder, SafetyWatch, datetime]]:
    """Early safety windows that are over and of which nobody has said what was seen. It costs by what is over.

    A dose that was on its way when windows came is asked for the days that any window lasts.
    """
    on_its_way = Q(window_due_at=None, ended_at__gt=at - WATCHED, ended_at__lte=at)
    infusions = Infusion.objects.filter(Q(window_due_at__lte=at) | on_its_way).select_related(*DUE).order_by("pk")
    for order, due in windows_of_many([infusion.order for infusion in infusions]):
        names = {one.key: one for one in safety_watches(order)}
        for window in due:
            if not window.answered and window.due_at <= at:
                yield order, names[window.key], window.due_at


def overdue_outcomes(at: datetime) -> Iterator[OutcomesDue]:
    """The outcomes of courses whose day has passed, a day at a time. Two queries, however many courses there are."""
    infusions = list(Infusion.objects.filter(order__n=1).select_related(*DUE).order_by("pk"))
    standing = OutcomeValue.objects.filter(order__n=1, replaced_at=None)
    found: dict[int, dict[tuple[str, int], str]] = {}
    for order, key, day, text in standing.values_list("order", "key", "day", "text"):
        found.setdefault(order, {})[key, day] = text
    for infusion in infusions:
        yield from _missing(infusion, found.get(infusion.order_id, {}), at)


def _missing(infusion: Infusion, found: dict[tuple[str, int], str], at: datetime) -> Iterator[OutcomesDue]:
    order, zone = infusion.order, ZoneInfo(infusion.order.site.timezone)
    asked = definition_of(order.product_version).dosing.outcomes
    labels = {one.result.key: one.result.label for one in asked}
    due = following.all_due(asked, infusion.started_at.astimezone(zone), found)
    for some in following.missing_at(due, at):
        first = some[0]
        yield OutcomesDue(order, first.day, first.after, first.due_at, [labels[one.key] for one in some])
