"""What is said about stores, boxes and moves, about probes and what they read, and about excursions."""

from apps.storage.forms.deciding import AcceptForm, NotFitForm
from apps.storage.forms.limits import (
    QUANTITY_WORDS,
    LimitForm,
    ProbeForm,
    RetireForm,
    ToleranceForm,
    limit_from,
    rejection_from,
)
from apps.storage.forms.places import KIND_WORDS, ZONE_WORDS, BoxForm, InstrumentForm, MoveForm, OutForm, StoreForm
from apps.storage.forms.readings import FileOfReadings, PeriodForm, ReadingForm, file_form, quantity_from

__all__ = [
    "KIND_WORDS",
    "QUANTITY_WORDS",
    "ZONE_WORDS",
    "AcceptForm",
    "BoxForm",
    "FileOfReadings",
    "InstrumentForm",
    "LimitForm",
    "MoveForm",
    "NotFitForm",
    "OutForm",
    "PeriodForm",
    "ProbeForm",
    "ReadingForm",
    "RetireForm",
    "StoreForm",
    "ToleranceForm",
    "file_form",
    "limit_from",
    "quantity_from",
    "rejection_from",
]
