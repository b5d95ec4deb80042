"""One batch open in a work zone: whether the room of an instrument was cleared for this one."""

from apps.batches.selectors.situation import Situation
from apps.core.errors import Objection
from apps.facility import rules
from apps.facility.models import Instrument
from apps.facility.selectors import holder_of_the_room
from apps.products.facts import Environment, Place

OPEN = (Environment.A_IN_B, Environment.A_IN_C)  # where cells are handled in the open


def against_the_zone(situation: Situation, place: Place, instrument: Instrument) -> list[Objection]:
    """Open handling with an instrument whose room was cleared for another batch that has not left it."""
    if situation.definition.step(place).environment not in OPEN or instrument.room_id is None:
        return []
    holder = holder_of_the_room(instrument.room_id)
    mixed = rules.is_zone_of_another(instrument.number, holder, situation.batch.record.address)
    return [mixed] if mixed else []
