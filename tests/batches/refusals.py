"""Saying in one line what was refused and why."""

from collections.abc import Callable
from typing import Any

import pytest

from apps.core.errors import Refused


def codes(act: Callable[[], Any]) -> list[str]:
    """The codes of the objections that an act meets; fails when nothing objects."""
    return [objection.code for objection in refused(act).objections]


def refused(act: Callable[[], Any]) -> Refused:
    """The refusal that an act meets."""
    with pytest.raises(Refused) as caught:
        act()
    return caught.value
