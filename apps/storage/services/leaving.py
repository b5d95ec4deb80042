"""Units leave the store for good: thawed, used up, shipped, given or destroyed. Their stay ends by the same act."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from apps.audit.services import Change
from apps.core.errors import Happened, Objection
from apps.storage import rules
from apps.storage.models import Stay
from apps.storage.selectors import open_stays
from apps.units.facts import UnitVerb
from apps.units.lifecycle import MOVES
from apps.units.models import Unit
from apps.units.services import move_units

LEAVING = frozenset(
    {
        UnitVerb.THAW,
        UnitVerb.USE_UP,
        UnitVerb.SHIP,
        UnitVerb.SHIP_IN_QUARANTINE,
        UnitVerb.ADMINISTER,
        UnitVerb.DRAW,
        UnitVerb.DESTROY,
    }
)


def send_away(
    change: Change,
    *,
    units: Sequence[Unit],
    verb: UnitVerb,
    moved_at: datetime | None = None,
    happened: Happened | None = None,
    objections: Sequence[Objection] = (),
    **fields: object,
) -> list[Unit]:
    """Take units through a verb that leads out of the store, inside the door of the stage that does it.

    The same as `move_units`, and what no stage must forget: each open stay ends at that moment, the position is free.
    """
    if verb not in LEAVING:
        raise ValueError(f"{verb} leaves no position")
    left_at, stays = moved_at or change.at, open_stays(units)
    early = [rules.is_before_last(left_at, stay.in_at) for stay in stays]
    against = [*objections, *(objection for objection in early if objection)]
    moved = move_units(
        change, units=units, verb=verb, moved_at=moved_at, happened=happened, objections=against, position="", **fields
    )
    gone = {unit.pk for unit in moved}
    _end(change, [stay for stay in stays if stay.unit_id in gone], left_at, verb)
    return moved


def _end(change: Change, stays: Sequence[Stay], left_at: datetime, verb: UnitVerb) -> None:
    """A stay says which custody it ended in, or how the cells are since. One that is said to have begun after its unit
    had left has no length; the event tells the rest."""
    reason = MOVES[verb].custody or MOVES[verb].condition or ""
    together: dict[datetime, list[Stay]] = defaultdict(list)
    for stay in stays:
        together[max(left_at, stay.in_at)].append(stay)
    for out_at, ending in together.items():
        change.update_many(ending, action="unit.left", out_at=out_at, out_by=change.actor.username, out_reason=reason)
