"""Fixtures of the trail's tests."""

import pytest
from django.db import connection

from apps.audit.models import Subtree
from apps.audit.services import audited, sequence_entries
from apps.core.actor import SYSTEM
from apps.signatures.models import Signature
from tests.cast import AT, Cast

collect_ignore = [] if connection.vendor == "sqlite" else ["test_triggers_sqlite.py"]


@pytest.fixture
def recorded(cast: Cast) -> None:
    """One row at least in every table of the trail, and in an append-only table above it."""
    with audited(actor=SYSTEM, action="test.signed", at=AT, touching=[cast.olga.record]) as change:
        signature = Signature(record=cast.olga.record, username="olga", verb="test", about="user/olga", signed_at=AT)
        change.create(signature)
    sequence_entries(at=AT)
    Subtree.objects.create(level=8, index=999, hash="00")
