"""What is asked of a person, and how the batches stand."""

from apps.desk.selectors.desk import colleagues_of, desk_of, pipeline, subject_of

__all__ = ["colleagues_of", "desk_of", "pipeline", "subject_of"]
