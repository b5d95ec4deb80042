"""Rules of places: where in the record of a batch something may stand. Pure."""

from apps.core.errors import Objection
from apps.core.text import N_


def no_such_place(place: object) -> Objection:
    """The master record knows no such place."""
    template = N_("The record of this batch has no place {place}.")
    return Objection("no_such_place", template, {"place": str(place)[:200]}, place=str(place)[:200])
