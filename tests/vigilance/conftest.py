"""The tests of vigilance begin with what `begins_with(cast)` of the module played, undone after it."""

from tests.dosing.conftest import cast, order, world

__all__ = ["cast", "order", "world"]
