"""Reads after the dose: reactions, outcomes with their days."""

from zoneinfo import ZoneInfo

from apps.dosing.facts import OutcomeDue
from apps.dosing.models import OutcomeValue, Reaction, TreatmentOrder
from apps.dosing.rules import following
from apps.dosing.selectors.bedside import infusion_of
from apps.products.definition.parameters import Recordable
from apps.products.selectors import definition_of


def reactions_of(order: TreatmentOrder) -> list[Reaction]:
    """The reactions to a dose, first to last."""
    return list(Reaction.objects.filter(order=order).order_by("occurred_at", "pk"))


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
    if infusion is None or order.n != 1:
        return []
    standing = OutcomeValue.objects.filter(order=order, replaced_at=None)
    found = {(row.key, row.day): f"{row.text} {row.unit}".strip() for row in standing}
    first_day = infusion.started_at.astimezone(ZoneInfo(order.site.timezone)).date()
    return following.all_due(definition_of(order.product_version).dosing.outcomes, first_day, found)
