"""The trail in the API."""

from apps.inspection.api.reading import (
    Chain,
    CheckpointDetail,
    Checkpoints,
    Copy,
    Entries,
    EntryDetail,
    Lineage,
    TraceValue,
    UseLog,
)

__all__ = [
    "Chain",
    "CheckpointDetail",
    "Checkpoints",
    "Copy",
    "Entries",
    "EntryDetail",
    "Lineage",
    "TraceValue",
    "UseLog",
]
