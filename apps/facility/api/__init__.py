"""Rooms and instruments for programs."""

from apps.facility.api.instruments import (
    Calibrations,
    Excursions,
    InstrumentsView,
    InstrumentView,
    Qualifications,
    Status,
)
from apps.facility.api.rooms import ClearLine, Leaving, RoomsView

__all__ = [
    "Calibrations",
    "ClearLine",
    "Excursions",
    "InstrumentView",
    "InstrumentsView",
    "Leaving",
    "Qualifications",
    "RoomsView",
    "Status",
]
