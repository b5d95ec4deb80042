"""What is done to rooms, instruments and probes. The only writers."""

from apps.facility.services.keeping import (
    CLEARERS,
    KEEPERS,
    calibrate,
    clear_line,
    install_instrument,
    leave_room,
    note_excursion,
    open_room,
    put_in_service,
    qualify,
    take_out_of_service,
)
from apps.facility.services.probing import install_probe, keep_readings, retire_probe

__all__ = [
    "CLEARERS",
    "KEEPERS",
    "calibrate",
    "clear_line",
    "install_instrument",
    "install_probe",
    "keep_readings",
    "leave_room",
    "note_excursion",
    "open_room",
    "put_in_service",
    "qualify",
    "retire_probe",
    "take_out_of_service",
]
