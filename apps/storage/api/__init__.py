"""The store for programs: its places and moves, its probes, readings and excursions."""

from apps.storage.api.excursions import Accept, Excursions, OneExcursion, Refuse
from apps.storage.api.keeping import Limits, Scanned, Tolerance
from apps.storage.api.kinetic import MeanKinetic
from apps.storage.api.places import Boxes, FreePlaces, OneStore, Stays, Stores, TakeOut
from apps.storage.api.watching import Bulk, File, Probes, Readings, Retire

__all__ = [
    "Accept",
    "Boxes",
    "Bulk",
    "Excursions",
    "File",
    "FreePlaces",
    "Limits",
    "MeanKinetic",
    "OneExcursion",
    "OneStore",
    "Probes",
    "Readings",
    "Refuse",
    "Retire",
    "Scanned",
    "Stays",
    "Stores",
    "TakeOut",
    "Tolerance",
]
