"""What the acts on a shipment say to their signers, and what is hashed."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from zoneinfo import ZoneInfo

from apps.batches.selectors.batches import chain_of_batch
from apps.core.errors import stop_if
from apps.core.rules import is_future
from apps.core.text import N_
from apps.documents.rules import figures, instant
from apps.products.loader import units as unit_table
from apps.products.rules.limits import limit_text
from apps.products.rules.rounding import plain
from apps.signatures.facts import Line, SignedContent
from apps.transport.facts import Checked, Handed, Packed, Received, ShipmentVerb, Taken
from apps.transport.lifecycle import MOVES
from apps.transport.models import Shipment
from apps.transport.selectors import answers_of, batches_in, checked, hand_overs_of, logger_file_of, mode_of, units_in

NOWHERE: Mapping[str, str] = MappingProxyType({})
UNDER_QUARANTINE = N_("In quarantine, donor eligibility not completed; it stays in quarantine at")
AGAINST = N_("Recorded although a rule stands against it")


def pack_content(shipment: Shipment, did: Packed, now: datetime) -> SignedContent:
    """The packer signs what was scanned, in which shipper, with which logger and seal, and which papers go along."""
    stop_if(is_future(did.at, now, "packed_at"))
    hold = "–" if did.hold_hours is None else f"{plain(did.hold_hours)} h"
    said = [
        Line(N_("Packed at"), _time(shipment, did.at)),
        Line(N_("Units scanned"), ", ".join(did.units)),
        Line(N_("Shipper"), did.shipper, hold),
        Line(N_("Logger"), did.logger),
        Line(N_("Seal"), did.seal),
        Line(N_("Packing"), ", ".join(did.layers)),
        Line(N_("Documents that travel along"), ", ".join(did.documents)),
    ]
    return _content(ShipmentVerb.PACK, shipment, [*said, *_because(did.because)])


def hand_over_content(shipment: Shipment, did: Handed, now: datetime) -> SignedContent:
    """The giver signs to whom the shipment goes, under which seal, at which temperature."""
    stop_if(is_future(did.at, now, "given_at"))
    said = [
        Line(N_("Handed over at"), _time(shipment, did.at)),
        Line(N_("To"), did.taker, did.organisation),
        Line(N_("Seal"), did.seal),
        Line(N_("Temperature"), did.temperature),
    ]
    return _content(ShipmentVerb.HAND_OVER, shipment, [*said, *_because(did.because)])


def take_content(shipment: Shipment, did: Taken) -> SignedContent:
    """The other side signs what the giver recorded, and the seal that it read itself."""
    said: list[Line] = []
    for one in hand_overs_of(shipment)[-1:]:
        said = [
            Line(N_("Handed over at"), _time(shipment, one.given_at), one.given_by),
            Line(N_("To"), one.taker, one.organisation),
            Line(N_("Seal"), one.seal),
            Line(N_("Temperature"), one.temperature),
        ]
    read = Line(N_("Seal as the taker reads it"), did.seal)
    return _content(ShipmentVerb.TAKE, shipment, [*said, read, *_because(did.because)])


def receive_content(shipment: Shipment, did: Received, now: datetime) -> SignedContent:
    """The first person signs what arrived, when, under which seal, and every answer of the receipt."""
    stop_if(is_future(did.arrived_at, now, "arrived_at"), is_future(did.checked_at, now, "checked_at"))
    said = [
        *_arrival(shipment, did.arrived_at, did.checked_at, did.seal, did.units),
        *_received_at(shipment, did.ward),
        *(found_line(one) for one in checked(shipment, did.texts, now)),
    ]
    return _content(ShipmentVerb.RECEIVE, shipment, [*said, *_because(did.because)])


def confirm_content(shipment: Shipment) -> SignedContent:
    """The second person signs what the first recorded."""
    said: list[Line] = []
    if shipment.arrived_at and shipment.checked_at and shipment.recorded_at:
        scanned = [line.unit.number for line in shipment.lines.filter(scanned_in=True).select_related("unit")]
        said = [
            *_arrival(shipment, shipment.arrived_at, shipment.checked_at, shipment.seal_read, sorted(scanned)),
            *_received_at(shipment, shipment.ward_read),
            *(found_line(one) for one in checked(shipment, answers_of(shipment), shipment.recorded_at)),
            Line(N_("Received by"), shipment.received_by),
        ]
    return _content(ShipmentVerb.CONFIRM, shipment, said)


def decision_content(
    shipment: Shipment,
    verb: ShipmentVerb,
    reason: str,
    places: Mapping[str, str] = NOWHERE,
    refused: Collection[str] = (),
) -> SignedContent:
    """Accepted, in quarantine, rejected or back in stock: with everything that was found, which units are not accepted,
    and where units are put."""
    found = [Line(N_("Found"), str(one["text"])) for one in shipment.findings]
    found += [Line(N_("Not accepted"), unit) for unit in sorted(refused)]
    put = [Line(N_("Put away"), unit, position) for unit, position in sorted(places.items())]
    return _content(verb, shipment, [*found, *put, Line(N_("Why"), reason)])


def found_line(found: Checked) -> Line:
    """An answer with its unit, its limit and its verdict."""
    parameter, entered = found.parameter, found.entered
    shown = f"{entered.text} {unit_table().display(entered.unit)}".strip() if entered.unit else entered.text
    limit = figures(limit_text(parameter.limit)) if parameter.limit else ""
    note = " · ".join(part for part in (limit, entered.verdict.lower() if parameter.limit else "") if part)
    return Line(parameter.label.en, shown or N_("not done"), note)


def _arrival(
    shipment: Shipment, arrived_at: datetime, checked_at: datetime, seal: str, units: Sequence[str]
) -> list[Line]:
    file = logger_file_of(shipment)
    known = f"{file.count} · SHA-256 {file.sha256}" if file else ""
    return [
        Line(N_("Arrived at"), _time(shipment, arrived_at)),
        Line(N_("Checked at"), _time(shipment, checked_at)),
        Line(N_("Seal"), seal, shipment.seal),
        Line(N_("Units scanned"), ", ".join(sorted(units)) or "–"),
        Line(N_("Logger file"), file.name if file else "–", known),
    ]


def _received_at(shipment: Shipment, ward: str) -> list[Line]:
    return [Line(N_("Received at"), ward or "–", shipment.ward)] if shipment.ward or ward else []


def _because(reason: str) -> list[Line]:
    return [Line(AGAINST, reason)] if reason else []


def _time(shipment: Shipment, at: datetime) -> str:
    return instant(at, ZoneInfo(shipment.batch.site.timezone))


def _content(verb: ShipmentVerb, shipment: Shipment, said: Sequence[Line]) -> SignedContent:
    batches, chain = batches_in(shipment), chain_of_batch(shipment.batch)
    lines = (
        Line(N_("Shipment"), shipment.number),
        *(Line(N_("Batch"), one.number, one.product_version.record.address) for one in batches),
        Line(N_("Receiver"), shipment.receiver, shipment.contact),
        *([Line(UNDER_QUARANTINE, shipment.establishment)] if shipment.in_quarantine else []),
        *([Line(N_("Ward"), shipment.ward)] if shipment.ward else []),
        Line(N_("Way of transport"), mode_of(shipment).label.en, f"{plain(shipment.hours)} h"),
        *([Line(N_("Chain of identity"), chain.number)] if chain else []),
        *(Line(unit.number, unit.kind, f"{unit.disposition} · {unit.condition}") for unit in units_in(shipment)),
        *said,
    )
    return SignedContent(f"shipment.{verb.lower()}", shipment.record.address, MOVES[verb].meaning, lines)
