"""The units of an order are sent to its bedside, for programs."""

from typing import Any

from apps.dosing import services
from apps.dosing.api.orders import OrderAct
from apps.dosing.models import TreatmentOrder
from apps.organisation.access import Access
from apps.transport.api.bodies import WayInput
from apps.transport.api.outputs import ShipmentOutput
from apps.transport.facts import Asked
from apps.transport.lifecycle import WHO_MAY_ASK
from apps.transport.models import Shipment


class ShipReserved(OrderAct):
    """Ask that the units kept for an order go to its bedside; they stay its own."""

    open_to = Access(write=WHO_MAY_ASK)
    input_class, output_class = WayInput, ShipmentOutput
    created = True

    def perform(self, target: TreatmentOrder, said: dict[str, Any]) -> Shipment:
        return services.ship_reserved(order=target, asked=Asked(**said), **self.who)
