"""What is done about a code: holders named, the list sealed and read, a kit given to a patient, the code opened."""

from apps.blinding.services.giving import allocate_kit
from apps.blinding.services.naming import end_holder, name_holder
from apps.blinding.services.opening import break_code, open_code, read_list
from apps.blinding.services.sealing import seal_list

__all__ = ["allocate_kit", "break_code", "end_holder", "name_holder", "open_code", "read_list", "seal_list"]
