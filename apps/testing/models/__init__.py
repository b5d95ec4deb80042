"""The tables of the laboratory: samples, runs and results; investigations of what failed, and plans of retests."""

from apps.testing.models.investigations import Investigation, InvestigationAnswer, RetestPlan
from apps.testing.models.laboratory import Approval, AssayRun, ControlValue, Found, Line, Result, RunNeed, Sample

__all__ = [
    "Approval",
    "AssayRun",
    "ControlValue",
    "Found",
    "Investigation",
    "InvestigationAnswer",
    "Line",
    "Result",
    "RetestPlan",
    "RunNeed",
    "Sample",
]
