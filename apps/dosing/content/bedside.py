"""What two people sign at the bed, and what is signed at the end."""

from collections.abc import Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from apps.core.text import N_
from apps.documents.rules import instant
from apps.dosing.content.doses import reading_line
from apps.dosing.facts import Bedside, OrderVerb
from apps.dosing.lifecycle import MOVES, SECOND_MEANING
from apps.dosing.models import TreatmentOrder
from apps.dosing.rules.bedside import asked_at_bed
from apps.dosing.rules.saying import said as amount_said
from apps.dosing.selectors import administered, chain_for, dose_of, kept_units, read_texts
from apps.products.facts import Entered
from apps.products.selectors import definition_of
from apps.signatures.facts import Line, SignedContent


def start_content(order: TreatmentOrder, bedside: Bedside, began: datetime | None = None) -> SignedContent:
    """The start as the first person signs it."""
    return _start("infusion_started", MOVES[OrderVerb.START].meaning, order, bedside, began)


def second_content(order: TreatmentOrder, bedside: Bedside, began: datetime | None = None) -> SignedContent:
    """The same, as the second person signs it."""
    return _start("infusion_compared", SECOND_MEANING, order, bedside, began)


def end_content(order: TreatmentOrder, answers: Mapping[str, str], ended_at: datetime) -> SignedContent:
    """The end of the infusion with all that the master record asks about it."""
    zone = ZoneInfo(order.site.timezone)
    lines = (
        Line(N_("Order"), order.number),
        Line(N_("Recipient"), order.recipient.number),
        Line(N_("Ended at"), instant(ended_at, zone)),
        *(reading_line(one, entered) for one, entered in administered(order, answers, ended_at) if entered.done),
    )
    return SignedContent("infusion_ended", order.record.address, MOVES[OrderVerb.END].meaning, lines)


def _start(verb: str, meaning: str, order: TreatmentOrder, bedside: Bedside, began: datetime | None) -> SignedContent:
    zone, dose = ZoneInfo(order.site.timezone), dose_of(order)
    asked = asked_at_bed(definition_of(order.product_version).dosing.bedside)
    texts = read_texts(order, asked, bedside.answers)
    read = [(one, texts[one.key]) for one in asked]
    units = [f"{unit.number} ({instant(unit.expires_at, zone)})" for unit in kept_units(order)]
    chain = chain_for(order)
    drawn = [Line(N_("To be drawn up"), amount_said(dose.volume, "mL"))] if dose else []
    lines = (
        Line(N_("Order"), order.number),
        Line(N_("Recipient"), order.recipient.number, N_("both identifiers of the wristband agree")),
        Line(N_("Ordered amount"), amount_said(order.amount, order.amount_unit)),
        *drawn,
        Line(N_("Units scanned, and until when"), ", ".join(units)),
        *([Line(N_("Chain of identity"), chain.number)] if chain else []),
        *(reading_line(one, entered) for one, entered in read if isinstance(entered, Entered)),
        *([Line(N_("Started at"), instant(began, zone))] if began else []),
    )
    return SignedContent(verb, order.record.address, meaning, lines)
