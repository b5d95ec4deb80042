"""Rooms and instruments for programs."""

from apps.facility.api.instruments import (
    Calibrations,
    Cleanings,
    Excursions,
    Extensions,
    InstrumentsView,
    InstrumentView,
    Qualifications,
    Status,
)
from apps.facility.api.rooms import ClearLine, Leaving, RoomsView

__all__ = [
    "Calibrations",
    "Cleanings",
    "ClearLine",
    "Excursions",
    "Extensions",
    "InstrumentView",
    "InstrumentsView",
    "Leaving",
    "Qualifications",
    "RoomsView",
    "Status",
]
