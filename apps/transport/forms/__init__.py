"""The forms of shipments."""

from apps.transport.forms.acts import (
    AcceptForm,
    AcknowledgeForm,
    CodeForm,
    HandOverForm,
    PackForm,
    ReceiveForm,
    ReturnForm,
    TakeForm,
    WhyForm,
)
from apps.transport.forms.loggers import LoggerForm
from apps.transport.forms.ways import RequestForm, WayForm, mode_words, way_words

__all__ = [
    "AcceptForm",
    "AcknowledgeForm",
    "CodeForm",
    "HandOverForm",
    "LoggerForm",
    "PackForm",
    "ReceiveForm",
    "RequestForm",
    "ReturnForm",
    "TakeForm",
    "WayForm",
    "WhyForm",
    "mode_words",
    "way_words",
]
