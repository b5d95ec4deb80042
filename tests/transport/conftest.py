"""A way begins where the laboratory does: with a batch that runs."""

from tests.testing.prologue import batch, cast, prologue

__all__ = ["batch", "cast", "prologue"]
