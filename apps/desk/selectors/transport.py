"""What waits about shipments."""

from collections.abc import Iterator

from apps.core.text import N_
from apps.desk.facts import Asked, Risk, Task
from apps.desk.selectors.batches import MOST
from apps.transport.facts import ShipmentState as S
from apps.transport.models import Shipment
from apps.transport.selectors import shipments_in


def to_pack(whom: Asked) -> Iterator[Task]:
    """Asked for, and not packed yet."""
    for shipment in shipments_in([S.REQUESTED], whom.sites)[:MOST]:
        yield _task(N_("Pack a shipment"), shipment)


def to_hand_over(whom: Asked) -> Iterator[Task]:
    """Packed, and still here."""
    for shipment in shipments_in([S.PACKED], whom.sites)[:MOST]:
        yield _task(N_("Hand a shipment over"), shipment, Risk.MIDDLE)


def to_receive(whom: Asked) -> Iterator[Task]:
    """On its way to the ward."""
    for shipment in shipments_in([S.HANDED_OVER, S.IN_TRANSIT], whom.sites)[:MOST]:
        yield _task(N_("Receive a shipment"), shipment, Risk.MIDDLE)


def to_confirm(whom: Asked) -> Iterator[Task]:
    """Received by somebody else, and not confirmed yet."""
    for shipment in shipments_in([S.ARRIVED], whom.sites).exclude(received_by=whom.username)[:MOST]:
        yield _task(N_("Confirm a receipt"), shipment, Risk.MIDDLE)


def to_accept(whom: Asked) -> Iterator[Task]:
    """Received by two, with nothing found."""
    for shipment in shipments_in([S.RECEIVED], whom.sites)[:MOST]:
        yield _task(N_("Accept a shipment"), shipment, Risk.MIDDLE)


def to_decide(whom: Asked) -> Iterator[Task]:
    """In quarantine."""
    for shipment in shipments_in([S.QUARANTINED], whom.sites)[:MOST]:
        yield _task(N_("Decide about a shipment in quarantine"), shipment, Risk.HIGH)


def _task(ask: str, shipment: Shipment, risk: Risk = Risk.LOW) -> Task:
    since = shipment.recorded_at or shipment.packed_at or shipment.requested_at
    said = {"receiver": shipment.receiver}
    return Task(ask, shipment.number, since, "transport:shipment", (shipment.number,), said, N_("To {receiver}"), risk)
