"""What is entered in the laboratory and in its investigations."""

from apps.testing.forms.laboratory import (
    AddSamplesForm,
    CorrectionForm,
    DrawForm,
    FoundForm,
    InvalidForm,
    LateResultForm,
    ReasonForm,
    ReceiveForm,
    RunForm,
    field_for,
)

__all__ = [
    "AddSamplesForm",
    "CorrectionForm",
    "DrawForm",
    "FoundForm",
    "InvalidForm",
    "LateResultForm",
    "ReasonForm",
    "ReceiveForm",
    "RunForm",
    "field_for",
]
