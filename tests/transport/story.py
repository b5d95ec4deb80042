"""Units on their way: asked for by Stella, packed by Olga, taken by a courier, received by Nils and Paula."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from apps.batches.models import Batch
from apps.facility.models import Instrument
from apps.facility.services import install_instrument
from apps.organisation.models import User
from apps.transport import services
from apps.transport.content import (
    confirm_content,
    decision_content,
    hand_over_content,
    pack_content,
    receive_content,
    take_content,
)
from apps.transport.facts import Asked, Declared, Handed, Packed, Received, ShipmentVerb, Taken
from apps.transport.models import LoggerFile, Shipment
from apps.transport.selectors import shipment_now, stage_of
from apps.units.facts import UnitKind
from apps.units.models import Unit
from apps.units.selectors import units_now
from apps.units.services import freeze_units
from tests.cast import AT, Cast, actor, sign_as, site_of
from tests.dosing.story import let_go
from tests.testing.story import DAY, FILLED, HOUR, MINUTE, filled

ASKED = FILLED + 20 * DAY
PACKED = ASKED + HOUR
LEFT = PACKED + HOUR
TAKEN = LEFT + 2 * MINUTE
ARRIVED = LEFT + 10 * HOUR
CHECKED = ARRIVED + 20 * MINUTE
RECORDED = CHECKED + 2 * MINUTE
DECIDED = RECORDED + 30 * MINUTE
U1, U2, U3 = "CT-0042-U01", "CT-0042-U02", "CT-0042-U03"
SEAL, SERIAL = "S-77120", "L-900017"
LAYERS = ("primary", "secondary", "outer", "seal")
GOOD = {
    "charge_weight": "18.40",
    "upright": "yes",
    "shock": "12",
    "tilt": "20",
    "seal_intact": "yes",
    "identity_matches": "yes",
    "temperature_in_range": "yes",
    "in_date": "yes",
    "no_damage": "yes",
}
DECLARED = Declared(
    format="TABLE",
    unit="Cel",
    zone="UTC+00:00",
    decimal_sign="POINT",
    time_column="time",
    value_column="temperature",
    serial=SERIAL,
)


def released(cast: Cast, batch: Batch) -> list[Unit]:
    """The product units of the batch, frozen and released for supply; shipper and logger are in use."""
    made = filled(cast, batch)
    freeze_units(batch=batch, units=made, frozen_at=FILLED, actor=actor(cast.olga), at=FILLED)
    equipped(cast)
    return let_go([unit for unit in units_now(made) if unit.kind == UnitKind.PRODUCT])


def equipped(cast: Cast, **particulars: Any) -> list[Instrument]:
    """A dry shipper and a logger, good for a year."""
    until, who = AT + 365 * DAY, {"site": site_of("NANHU"), "actor": actor(cast.quinn), "at": AT}
    shipper = {"number": "DS-04", "kind": "dry_shipper", "label": "Dry shipper 4", "qualified_until": until}
    logger: dict[str, Any] = {"number": "TL-17", "kind": "temperature_logger", "label": "Logger 17"}
    logger |= {"serial_number": SERIAL, "calibration_due": until}
    return [install_instrument(**{**one, **particulars}, **who) for one in (shipper, logger)]


def asked(**words: Any) -> Asked:
    """Twelve hours in the dry shipper to the city hospital."""
    said = {"mode": "dry_shipper", "receiver": "City Hospital, ward 7", "contact": "+86 573 0000 0000"}
    return Asked(**{**said, "departs_at": ASKED + 2 * HOUR, "hours": Decimal(12), **words})


def requested(cast: Cast, batch: Batch, *numbers: str, by: User | None = None, **words: Any) -> Shipment:
    """Stella asks for units of a batch."""
    units = list(Unit.objects.filter(number__in=numbers or (U1, U2)).select_related("record"))
    who = actor(by or cast.stella)
    return services.request_shipment(batch=batch, units=units, asked=asked(**words), actor=who, at=ASKED)


def packing(shipment: Shipment, **words: Any) -> Packed:
    """Everything scanned, complete, at PACKED."""
    papers = tuple(one.key for one in stage_of(shipment.batch).documents)
    units = tuple(line.unit.number for line in shipment.lines.all())
    said = {"at": PACKED, "units": units, "shipper": "DS-04", "logger": "TL-17", "seal": SEAL, "layers": LAYERS}
    return Packed(**{**said, "hold_hours": Decimal(40), "documents": papers, **words})


def packed(cast: Cast, shipment: Shipment, *, by: User | None = None, at: datetime = PACKED, **words: Any) -> Shipment:
    """Olga packs."""
    who, did = by or cast.olga, packing(shipment, **words)
    signing = sign_as(who, pack_content(shipment_now(shipment), did, at), at=at)
    return services.pack_shipment(shipment=shipment, did=did, signing=signing, actor=actor(who), at=at)


def handed(cast: Cast, shipment: Shipment, *, by: User | None = None, at: datetime = LEFT, **words: Any) -> Shipment:
    """Olga hands it to the courier."""
    who, said = by or cast.olga, {"at": LEFT, "taker": "Kurt Kern", "organisation": "Cold Wheels", "seal": SEAL}
    did = Handed(**{**said, "temperature": "-188", **words})
    signing = sign_as(who, hand_over_content(shipment_now(shipment), did, at), at=at)
    return services.hand_over(shipment=shipment, did=did, signing=signing, actor=actor(who), at=at)


def taken(cast: Cast, shipment: Shipment, *, by: User | None = None, at: datetime = TAKEN, **words: str) -> Shipment:
    """Kurt, who has an account, reads the seal and signs on Olga's screen."""
    who, did = by or cast.kurt, Taken(**{"seal": SEAL, **words})
    signing = sign_as(who, take_content(shipment_now(shipment), did), at=at, on=cast.olga)
    return services.take_over(shipment=shipment, did=did, signing=signing, actor=actor(cast.olga), at=at)


def on_the_way(cast: Cast, batch: Batch, *numbers: str, **words: Any) -> Shipment:
    """From the request to the road."""
    return taken(cast, handed(cast, packed(cast, requested(cast, batch, *numbers, **words))))


def curve(
    warm: Mapping[int, str] | None = None,
    *,
    until: datetime = ARRIVED,
    every: timedelta = 5 * MINUTE,
    rest: str = "-186.5",
) -> bytes:
    """A table of readings from the hand-over; `warm` are the values at some of its places."""
    lines, n, at = ["time,temperature"], 0, LEFT
    while at <= until:
        lines.append(f"{at:%Y-%m-%d %H:%M:%S},{(warm or {}).get(n, rest)}")
        n, at = n + 1, at + every
    return "\n".join([*lines, ""]).encode()


def with_file(
    cast: Cast, shipment: Shipment, content: bytes = b"", declared: Declared = DECLARED, *, at: datetime = CHECKED
) -> LoggerFile:
    """Nils attaches the logger's file."""
    sent = {"name": "TL-17.csv", "content": content or curve(), "declared": declared}
    return services.attach_logger_file(shipment=shipment, **sent, actor=actor(cast.nils), at=at)


def receipt(shipment: Shipment, **words: Any) -> Received:
    """Everything arrived as it left, checked within twenty minutes; `texts` are merged."""
    units = tuple(line.unit.number for line in shipment.lines.all())
    texts = {**GOOD, **words.pop("texts", {})}
    said = {"arrived_at": ARRIVED, "checked_at": CHECKED, "seal": SEAL, "units": units, "texts": texts}
    return Received(**{**said, **words})


def received(
    cast: Cast, shipment: Shipment, *, by: User | None = None, at: datetime = RECORDED, **words: Any
) -> Shipment:
    """Nils receives."""
    who, did = by or cast.nils, receipt(shipment, **words)
    signing = sign_as(who, receive_content(shipment_now(shipment), did, at), at=at)
    return services.receive_shipment(shipment=shipment, did=did, signing=signing, actor=actor(who), at=at)


def confirmed(cast: Cast, shipment: Shipment, *, by: User | None = None, at: datetime = RECORDED) -> Shipment:
    """Paula, who was present, signs on Nils's screen."""
    who = by or cast.paula
    signing = sign_as(who, confirm_content(shipment_now(shipment)), at=at, on=cast.nils)
    return services.confirm_receipt(shipment=shipment, signing=signing, actor=actor(cast.nils), at=at)


def arrived(cast: Cast, batch: Batch, content: bytes = b"", *numbers: str, **words: Any) -> Shipment:
    """From the request to the second signature of the receipt."""
    shipment = on_the_way(cast, batch, *numbers)
    with_file(cast, shipment, content)
    return confirmed(cast, received(cast, shipment, **words))


VERBS = {
    ShipmentVerb.ACCEPT: services.accept_shipment,
    ShipmentVerb.QUARANTINE: services.quarantine_shipment,
    ShipmentVerb.REJECT: services.reject_shipment,
}


def decided(
    cast: Cast, shipment: Shipment, verb: ShipmentVerb, reason: str = "", *, by: User | None = None
) -> Shipment:
    """Somebody decides at DECIDED; Nils, when nobody is named."""
    who = by or cast.nils
    signing = sign_as(who, decision_content(shipment_now(shipment), verb, reason), at=DECIDED)
    return VERBS[verb](shipment=shipment, reason=reason, signing=signing, actor=actor(who), at=DECIDED)


def returned(cast: Cast, shipment: Shipment, *, returned_at: datetime = DECIDED, seal: str = SEAL) -> Shipment:
    """Quinn takes it back into stock."""
    reason, verb = "The ward had no bed.", ShipmentVerb.RETURN
    signing = sign_as(cast.quinn, decision_content(shipment_now(shipment), verb, reason), at=DECIDED)
    said: dict[str, Any] = {"returned_at": returned_at, "seal": seal, "reason": reason}
    return services.return_shipment(shipment=shipment, **said, signing=signing, actor=actor(cast.quinn), at=DECIDED)
