"""What the acts on a shipment say to their signers, and the paper that goes along with material in quarantine."""

from apps.transport.content.accompanying import accompanying_record
from apps.transport.content.signed import (
    AGAINST,
    NOWHERE,
    confirm_content,
    decision_content,
    found_line,
    hand_over_content,
    pack_content,
    receive_content,
    take_content,
)

__all__ = [
    "AGAINST",
    "NOWHERE",
    "accompanying_record",
    "confirm_content",
    "decision_content",
    "found_line",
    "hand_over_content",
    "pack_content",
    "receive_content",
    "take_content",
]
