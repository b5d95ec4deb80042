"""What is shown and signed about a dose: the units, the readings, the computation line by line."""

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from apps.core.text import N_
from apps.documents.rules import figures, instant
from apps.dosing.content.ordered import working_lines
from apps.dosing.facts import DoseInput, OrderVerb
from apps.dosing.lifecycle import MOVES
from apps.dosing.models import Dose, TreatmentOrder
from apps.dosing.rules.saying import said as amount_said
from apps.dosing.selectors import PreparedDose, said_of
from apps.products.definition.parameters import Recordable
from apps.products.facts import Entered
from apps.products.loader import units as unit_table
from apps.products.rules.limits import limit_text
from apps.signatures.facts import Line, SignedContent


def dose_content(order: TreatmentOrder, said: DoseInput, prepared: PreparedDose) -> SignedContent:
    """The dose as the one who prepared it signs it."""
    meaning = MOVES[OrderVerb.PREPARE].meaning
    return SignedContent("dose_prepared", order.record.address, meaning, tuple(_lines(order, said, prepared)))


def confirm_content(order: TreatmentOrder, dose: Dose, prepared: PreparedDose) -> SignedContent:
    """The dose as the second person reads it, worked out once more."""
    lines = [*_lines(order, said_of(dose), prepared), Line(N_("Prepared by"), dose.prepared_name)]
    return SignedContent("dose_confirmed", order.record.address, MOVES[OrderVerb.CONFIRM].meaning, tuple(lines))


def reading_line(parameter: Recordable, entered: Entered) -> Line:
    """A reading with its unit, its limit and its verdict."""
    unit = unit_table().display(entered.unit) if entered.unit else ""
    limit = figures(limit_text(parameter.limit)) if parameter.limit else ""
    note = " · ".join(part for part in (limit, entered.verdict.lower() if parameter.limit else "") if part)
    return Line(parameter.label.en, f"{entered.text} {unit}".strip() or N_("not done"), note)


def _lines(order: TreatmentOrder, said: DoseInput, prepared: PreparedDose) -> Sequence[Line]:
    zone = ZoneInfo(order.site.timezone)
    numbers = [f"{unit.number} ({instant(unit.expires_at, zone)})" for unit in prepared.units]
    given = [(N_("Counted per mL"), said.counted), (N_("Endotoxin per mL"), said.endotoxin), (N_("DMSO %"), said.dmso)]
    return [
        Line(N_("Order"), order.number),
        Line(N_("Recipient"), order.recipient.number),
        Line(N_("Ordered amount"), amount_said(order.amount, order.amount_unit)),
        Line(N_("Units and until when"), ", ".join(numbers)),
        *(Line(label, text) for label, text in given if text),
        *(reading_line(parameter, entered) for parameter, entered in prepared.readings),
        *working_lines([line.row for line in prepared.workings]),
        Line(N_("To be drawn up"), amount_said(prepared.volume, "mL")),
        Line(N_("To be used until"), instant(prepared.expires_at, zone)),
    ]
