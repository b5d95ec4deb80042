"""The prologue of fill and laboratory: a running batch, and the people around it."""

from tests.testing.prologue import batch, cast, prologue

__all__ = ["batch", "cast", "prologue"]
