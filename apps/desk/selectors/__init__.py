"""What is asked of a person, and how the batches stand."""

from apps.desk.selectors.desk import desk_of, pipeline

__all__ = ["desk_of", "pipeline"]
