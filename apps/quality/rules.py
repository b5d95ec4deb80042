"""Rules about holds: pure."""

from collections.abc import Sequence

from apps.core.errors import Objection
from apps.core.text import N_


def has_open_holds(sentences: Sequence[str]) -> Objection | None:
    """Why this can't go on: the holds that block it, oldest first."""
    if not sentences:
        return None
    return Objection("open_holds", N_("Open holds: {holds}"), {"holds": "; ".join(sentences)})
