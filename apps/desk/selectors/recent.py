"""Where a person stopped: what they did last, and what they signed last."""

import json
from collections.abc import Collection
from dataclasses import dataclass

from apps.audit.models import Entry
from apps.desk.selectors.scanning import PAGES
from apps.organisation.models import User
from apps.products.facts import BadPlace, Place

LOOKED_AT = 200  # of a person's newest entries


@dataclass(frozen=True)
class Recent:
    """The newest entries of a person: of work, and of a signature; `place` is the step in which they worked."""

    last: Entry | None = None
    signed: Entry | None = None
    place: str = ""


def recent_of(user: User, sites: Collection[str]) -> Recent:
    """What this person did last at their sites; signing in and being refused is no work."""
    newest = Entry.objects.filter(username=user.username).order_by("-at", "-id").select_related("record")[:LOOKED_AT]
    work = [one for one in newest if one.record.site in sites and one.record.kind in PAGES]
    last = next(iter(work), None)
    signed = next((one for one in work if one.action.startswith("signature.")), None)
    return Recent(last, signed, _step(last) if last and last.record.kind == "batch" else "")


def _step(entry: Entry) -> str:
    """The step that an entry of a batch record is about."""
    after = json.loads(entry.text).get("after") or {}
    try:
        place = Place.parse(str(after.get("place", "")))
    except BadPlace:
        return ""
    return str(place.step_place) if place.step else ""
