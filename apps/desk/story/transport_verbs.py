"""What a story says about transport: request, packing, hand-overs, logger file, receipt by two people, decision."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from apps.desk.story.stage import Stage, Verb
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
from apps.transport.models import Shipment
from apps.transport.selectors import shipments, stage_for, units_in
from apps.units.selectors import units_named

DECIDES = {
    ShipmentVerb.ACCEPT: services.accept_shipment,
    ShipmentVerb.QUARANTINE: services.quarantine_shipment,
    ShipmentVerb.REJECT: services.reject_shipment,
}


def shipment(
    stage: Stage, who: str, at: datetime, *, units: Sequence[str], departs: str, hours: str, **said: str
) -> None:
    """Ask that units of the batch go to a receiver."""
    found = units_named(units, {stage.site.code})
    asked = Asked(departs_at=stage.instant(departs), hours=Decimal(hours), **said)
    services.request_shipment(batch=stage.batch, units=found, asked=asked, actor=stage.actor(who), at=at)


def packed(stage: Stage, who: str, at: datetime, *, shipment: str, hold_hours: str, **said: str) -> None:
    """Every unit is scanned, every layer and every paper of the master record is there."""
    now = _shipment(shipment)
    listed = stage_for(now)
    papers: dict[str, Any] = {
        "units": tuple(unit.number for unit in units_in(now)),
        "layers": tuple(one.key for one in listed.packing),
        "documents": tuple(one.key for one in listed.documents),
    }
    did = Packed(at=at, hold_hours=Decimal(hold_hours), **papers, **said)
    signing = stage.signing(pack_content(now, did, at), at, who)
    services.pack_shipment(shipment=now, did=did, signing=signing, actor=stage.actor(who), at=at)


def handed_over(stage: Stage, who: str, at: datetime, *, shipment: str, **said: str) -> None:
    """The giver signs."""
    now, did = _shipment(shipment), Handed(at=at, **said)
    signing = stage.signing(hand_over_content(now, did, at), at, who)
    services.hand_over(shipment=now, did=did, signing=signing, actor=stage.actor(who), at=at)


def taken_over(stage: Stage, who: str, at: datetime, *, shipment: str, on: str) -> None:
    """The other side, who has an account, signs on the giver's screen."""
    now = _shipment(shipment)
    did = Taken(now.seal)
    signing = stage.signing(take_content(now, did), at, who, on=on)
    services.take_over(shipment=now, did=did, signing=signing, actor=stage.actor(on), at=at)


def taken_by_code(
    stage: Stage, who: str, at: datetime, *, shipment: str, issued_by: str, name: str, organisation: str
) -> None:
    """The other side has no account: it types the one-time code that somebody made for it."""
    now, whom = _shipment(shipment), {"name": name, "organisation": organisation}
    _made, text = services.issue_code(shipment=now, **whom, actor=stage.actor(issued_by), at=at)
    services.acknowledge_hand_over(shipment=now, code=text, did=Taken(now.seal), actor=stage.actor(who), at=at)


def logger_read(stage: Stage, who: str, at: datetime, *, shipment: str, begin: str, every: int, values: str) -> None:
    """The file of the logger that travelled along: a table on the clock of the site, `every` in minutes."""
    now, first = _shipment(shipment), stage.instant(begin)
    if now.logger is None:
        raise LookupError(f"{shipment} travels without a logger")
    times = [first + timedelta(minutes=every * n) for n in range(len(values.split()))]
    rows = [f"{time:%Y-%m-%d %H:%M:%S},{value}" for time, value in zip(times, values.split(), strict=True)]
    content = "\n".join(["time,temperature", *rows, ""]).encode()
    columns = {"time_column": "time", "value_column": "temperature", "decimal_sign": "POINT"}
    declared = Declared(
        format="TABLE", unit="Cel", zone=stage.site.timezone, serial=now.logger.serial_number, **columns
    )
    sent = {"name": f"{now.logger.number}_{first:%Y%m%d}.csv", "content": content, "declared": declared}
    services.attach_logger_file(shipment=now, **sent, actor=stage.actor(who), at=at)


def received(
    stage: Stage, who: str, at: datetime, *, shipment: str, second: str, arrived: str, seal: str,
    answers: Mapping[str, str],
) -> None:  # fmt: skip
    """Two people receive: the first records what arrived, the second, who was present, signs on the same screen."""
    now = _shipment(shipment)
    units = tuple(unit.number for unit in units_in(now))
    did = Received(stage.instant(arrived), at, seal, units, answers)
    signing = stage.signing(receive_content(now, did, at), at, who)
    services.receive_shipment(shipment=now, did=did, signing=signing, actor=stage.actor(who), at=at)
    signing = stage.signing(confirm_content(_shipment(shipment)), at, second, on=who)
    services.confirm_receipt(shipment=now, signing=signing, actor=stage.actor(who), at=at)


def shipment_decided(stage: Stage, who: str, at: datetime, *, shipment: str, verb: str, reason: str = "") -> None:
    """What becomes of a shipment that arrived."""
    now, decided = _shipment(shipment), ShipmentVerb(verb)
    signing = stage.signing(decision_content(now, decided, reason), at, who)
    DECIDES[decided](shipment=now, reason=reason, signing=signing, actor=stage.actor(who), at=at)


def _shipment(number: str) -> Shipment:
    return shipments().get(number=number)


VERBS: dict[str, Verb] = {
    "shipment": shipment,
    "packed": packed,
    "handed_over": handed_over,
    "taken_over": taken_over,
    "taken_by_code": taken_by_code,
    "logger_read": logger_read,
    "received": received,
    "shipment_decided": shipment_decided,
}
