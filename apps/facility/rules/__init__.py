"""Rules of instruments and rooms, of readings, and of the files that bring them. Pure."""

from apps.facility.rules.instruments import (
    against_use,
    ends_before_it_began,
    is_no_extension,
    is_no_measurement,
    is_occupied,
    is_other_kind,
    is_out_of_service,
    is_past_calibration,
    is_past_qualification,
    is_retired,
    is_zone_of_another,
)

__all__ = [
    "against_use",
    "ends_before_it_began",
    "is_no_extension",
    "is_no_measurement",
    "is_occupied",
    "is_other_kind",
    "is_out_of_service",
    "is_past_calibration",
    "is_past_qualification",
    "is_retired",
    "is_zone_of_another",
]
