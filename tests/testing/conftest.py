"""The prologue of every test in this folder."""

from tests.testing.prologue import batch, cast, prologue

__all__ = ["batch", "cast", "prologue"]
