"""What is done to rooms, instruments and probes. The only writers."""

from apps.facility.services.keeping import (
    CLEANERS,
    CLEARERS,
    KEEPERS,
    calibrate,
    clean,
    clear_line,
    extend_calibration,
    install_instrument,
    leave_room,
    note_excursion,
    open_room,
    put_in_service,
    qualify,
    take_out_of_service,
)
from apps.facility.services.monitoring import PLANNERS, SAMPLERS, plan_point, read_plate, take_plate
from apps.facility.services.probing import install_probe, keep_readings, retire_probe

__all__ = [
    "CLEANERS",
    "CLEARERS",
    "KEEPERS",
    "PLANNERS",
    "SAMPLERS",
    "calibrate",
    "clean",
    "clear_line",
    "extend_calibration",
    "install_instrument",
    "install_probe",
    "keep_readings",
    "leave_room",
    "note_excursion",
    "open_room",
    "plan_point",
    "put_in_service",
    "qualify",
    "read_plate",
    "retire_probe",
    "take_out_of_service",
    "take_plate",
]
