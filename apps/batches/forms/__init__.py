"""The forms of the batch record: what a person says before the panel of signing, or beside a value."""

from apps.batches.forms.amending import AmendmentForm, DeviationForm, planned_deviation_steps
from apps.batches.forms.planning import PlanForm
from apps.batches.forms.pooling import PoolForm, TakeOutForm
from apps.batches.forms.saying import NoteForm, ReasonForm, ReportForm, RiskForm, StopForm
from apps.batches.forms.things import ExcursionForm, LabelsForm, OpenVesselsForm
from apps.batches.forms.values import FileForm, PlaceForm

__all__ = [
    "AmendmentForm",
    "DeviationForm",
    "ExcursionForm",
    "FileForm",
    "LabelsForm",
    "NoteForm",
    "OpenVesselsForm",
    "PlaceForm",
    "PlanForm",
    "PoolForm",
    "ReasonForm",
    "ReportForm",
    "RiskForm",
    "StopForm",
    "TakeOutForm",
    "planned_deviation_steps",
]
