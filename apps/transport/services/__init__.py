"""What is done about shipments. The only writers."""

from apps.transport.services.deciding import accept_shipment, quarantine_shipment, reject_shipment, return_shipment
from apps.transport.services.handing import acknowledge_hand_over, hand_over, issue_code, take_over
from apps.transport.services.packing import pack_shipment
from apps.transport.services.receiving import attach_logger_file, confirm_receipt, receive_shipment
from apps.transport.services.requesting import cancel_shipment, keep_no_more, open_shipment, request_shipment

__all__ = [
    "accept_shipment",
    "acknowledge_hand_over",
    "attach_logger_file",
    "cancel_shipment",
    "confirm_receipt",
    "hand_over",
    "issue_code",
    "keep_no_more",
    "open_shipment",
    "pack_shipment",
    "quarantine_shipment",
    "receive_shipment",
    "reject_shipment",
    "request_shipment",
    "return_shipment",
    "take_over",
]
