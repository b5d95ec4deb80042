"""The end of a unit begins where the laboratory does: with a batch that runs."""

from tests.testing.prologue import batch, cast, filled_units, prologue

__all__ = ["batch", "cast", "filled_units", "prologue"]
