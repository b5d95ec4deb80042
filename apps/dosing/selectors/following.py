"""Reads after the dose: reactions, outcomes with their days."""

from collections.abc import Iterator, Sequence
from zoneinfo import ZoneInfo

from apps.dosing.facts import OutcomeDue, WindowDue
from apps.dosing.models import Infusion, OutcomeValue, Reaction, SafetyCheck, TreatmentOrder
from apps.dosing.rules import following
from apps.dosing.selectors.bedside import infusion_of
from apps.products.definition.dosing import SafetyWatch
from apps.products.definition.parameters import Recordable
from apps.products.selectors import definition_of


def reactions_of(order: TreatmentOrder) -> list[Reaction]:
    """The reactions to a dose, first to last."""
    return list(Reaction.objects.filter(order=order).select_related("adverse_event").order_by("occurred_at", "pk"))


def outcome_parameter(order: TreatmentOrder, key: str) -> Recordable | None:
    """What an outcome is, by its key."""
    outcomes = definition_of(order.product_version).dosing.outcomes
    return next((one.result for one in outcomes if one.result.key == key), None)


def standing_outcome(order: TreatmentOrder, key: str, day: int) -> OutcomeValue | None:
    """What was found on a day, as it stands."""
    return OutcomeValue.objects.filter(order=order, key=key, day=day, replaced_at=None).first()


def outcomes_due(order: TreatmentOrder) -> list[OutcomeDue]:
    """Every outcome of a course with its day; none before the first dose began, none with later doses."""
    infusion = infusion_of(order)
    standing = OutcomeValue.objects.filter(order=order, replaced_at=None)
    return _due(order, infusion, list(standing)) if infusion else []


def outcomes_of_many(orders: Sequence[TreatmentOrder]) -> Iterator[tuple[TreatmentOrder, list[OutcomeDue]]]:
    """The same of many orders, in as many questions as of one."""
    infusions = {row.order_id: row for row in Infusion.objects.filter(order__in=orders)}
    standing: dict[int, list[OutcomeValue]] = {}
    for row in OutcomeValue.objects.filter(order__in=orders, replaced_at=None):
        standing.setdefault(row.order_id, []).append(row)
    for order in orders:
        if order.pk in infusions:
            yield order, _due(order, infusions[order.pk], standing.get(order.pk, []))


def _due(order: TreatmentOrder, infusion: Infusion, standing: Sequence[OutcomeValue]) -> list[OutcomeDue]:
    if order.n != 1:
        return []
    found = {(row.key, row.day): f"{row.text} {row.unit}".strip() for row in standing}
    started_at = infusion.started_at.astimezone(ZoneInfo(order.site.timezone))
    return following.all_due(definition_of(order.product_version).dosing.outcomes, started_at, found)


# --- early safety windows -------------------------------------------------------------------------------------------
def safety_watches(order: TreatmentOrder) -> tuple[SafetyWatch, ...]:
    """The early safety windows of the master record."""
    return definition_of(order.product_version).dosing.safety


def windows_of(order: TreatmentOrder) -> list[WindowDue]:
    """The early safety windows of a dose; none before its infusion ended."""
    return next((due for _order, due in windows_of_many([order])), [])


def windows_of_many(orders: Sequence[TreatmentOrder]) -> Iterator[tuple[TreatmentOrder, list[WindowDue]]]:
    """The same of many orders, in as many questions as of one."""
    if not orders:
        return
    ended = dict(Infusion.objects.filter(order__in=orders).values_list("order", "ended_at"))
    checks: dict[int, list[SafetyCheck]] = {}
    for row in SafetyCheck.objects.filter(order__in=orders).order_by("observed_at", "pk"):
        checks.setdefault(row.order_id, []).append(row)
    for order in orders:
        said = [(row.window, row.observed_at, row.seen) for row in checks.get(order.pk, [])]
        yield order, following.windows_due(safety_watches(order), ended.get(order.pk), said)


def safety_checks_of(order: TreatmentOrder) -> list[SafetyCheck]:
    """What was said about the windows of a dose, first to last."""
    return list(SafetyCheck.objects.filter(order=order).order_by("observed_at", "pk"))
