"""A running batch to be inspected."""

from collections.abc import Callable

import pytest

from apps.audit.models import Record
from apps.audit.services import audited
from apps.core.actor import Actor
from tests.batches.conftest import cast, planned, planned_once, room, started_once
from tests.cast import AT

__all__ = ["cast", "planned", "planned_once", "room", "started_once"]


@pytest.fixture
def note(db: None) -> Callable[..., Record]:
    """`note("A", "test.said", who="olga", site="RHINE", word="yes")`: one entry in the chain of test/A."""

    def write(
        number: str, action: str = "test.said", *, who: str = "olga", site: str = "NANHU", at=AT, reason="", **facts
    ) -> Record:
        record = Record.objects.filter(address=f"test/{number}").first()
        actor = Actor(who, who.title(), role="OPERATOR")
        touching = [record] if record else []
        with audited(actor=actor, action=action, at=at, reason=reason, touching=touching) as change:
            record = record or change.open_record("test", number, site=site)
            change.note(record, action, **facts)
        return record

    return write
