"""A running batch for every test that asks for one."""

import pytest

from tests.batches.story import Room, planned_room, start
from tests.cast import Cast


@pytest.fixture
def planned(cast: Cast) -> Room:
    """CT-0042, planned from an eligible donation."""
    return planned_room(cast)


@pytest.fixture
def room(planned: Room) -> Room:
    """CT-0042, running."""
    return start(planned)
