"""What is signed about a room."""

from apps.audit.models import Record
from apps.core.text import N_
from apps.facility.models import Room
from apps.signatures.facts import Line, SignedContent


def clearance_content(room: Room, cleared_for: Record) -> SignedContent:
    """The line clearance of a room for a batch."""
    meaning = N_("I found this room clear of material, labels and documents of any other batch.")
    lines = (Line("Room", room.code), Line("Grade", room.grade), Line("Cleared for", cleared_for.address))
    return SignedContent("line_clearance", room.record.address, meaning, lines)
