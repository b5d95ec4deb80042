"""What is shown and signed about a treatment order."""

from collections.abc import Iterable, Mapping
from decimal import Decimal

from apps.core.text import N_
from apps.dosing.facts import OrderInput, OrderVerb
from apps.dosing.lifecycle import MOVES, ORDER_MEANING
from apps.dosing.models import TreatmentOrder
from apps.dosing.rules.saying import said as amount_said
from apps.dosing.selectors import Prepared, input_of
from apps.identity.models import Recipient
from apps.products.definition.parameters import Recordable
from apps.products.models import ProductVersion
from apps.products.selectors import definition_of
from apps.signatures.facts import Line, SignedContent


def order_content(recipient: Recipient, version: ProductVersion, said: OrderInput, prepared: Prepared) -> SignedContent:
    """The order as the physician writes it, with the computation of the dose."""
    lines = _lines(recipient, version, said, prepared)
    return SignedContent("treatment_ordered", f"order/{prepared.number}", ORDER_MEANING, lines)


def check_content(order: TreatmentOrder, prepared: Prepared) -> SignedContent:
    """The order as the second person reads it, worked out once more."""
    lines = _lines(order.recipient, order.product_version, input_of(order), prepared)
    ordered = Line(N_("Ordered by"), order.ordered_name)
    return SignedContent("dose_checked", order.record.address, MOVES[OrderVerb.CHECK].meaning, (*lines, ordered))


def _lines(recipient: Recipient, version: ProductVersion, said: OrderInput, prepared: Prepared) -> tuple[Line, ...]:
    definition = definition_of(version)
    arm = definition.dosing.arm(said.arm)
    trials = ", ".join(one.number for one in definition.authorisation.trials)
    return (
        Line(N_("Recipient"), recipient.number),
        Line(N_("Master record"), version.record.number),
        *([Line(N_("Trial"), trials)] if definition.preparation.blinded else []),
        Line(N_("Arm"), arm.label.en if arm else said.arm),
        Line(N_("Dose number"), str(prepared.n)),
        Line(N_("Indication"), said.indication),
        Line(N_("Planned"), f"{said.planned_start:%Y-%m-%d %H:%M%z} – {said.planned_end:%Y-%m-%d %H:%M%z}"),
        *([Line(N_("Ward"), said.ward)] if said.ward else []),
        *([Line(N_("Intensive care"), "yes")] if said.intensive else []),
        *(_answer(definition.dosing.order, key, text) for key, text in sorted(said.answers.items())),
        *working_lines([line.row for line in prepared.workings]),
        Line(N_("Ordered amount"), amount_said(prepared.amount, prepared.unit)),
    )


def working_lines(rows: Iterable[Mapping[str, object]]) -> list[Line]:
    """The computation, a line each: what, the result, how it came about."""
    return [
        Line(str(row["what"]), amount_said(Decimal(str(row["shown"])), str(row["unit"])), str(row["how"]))
        for row in rows
    ]


def _answer(asked: Iterable[Recordable], key: str, text: str) -> Line:
    labels = {field.key: field.label.en for field in asked}
    return Line(labels.get(key, key), text)
