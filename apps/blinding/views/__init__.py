"""Pages of blinded lots: what everybody sees, and the acts of those who hold or open a code."""

from apps.blinding.views.acting import end, name, opening, patient_code, read, seal
from apps.blinding.views.looking import lot, lot_list

__all__ = ["end", "lot", "lot_list", "name", "opening", "patient_code", "read", "seal"]
