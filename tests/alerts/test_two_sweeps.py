"""Two workers sweep at the same time: each fact is told once, and neither worker fails."""

import pytest

from apps.alerts.models import Alert
from apps.alerts.services import raise_due_alerts
from apps.audit.models import Record
from apps.audit.selectors import Verification
from tests.audit.test_two_connections import PATIENCE, threads
from tests.cast import AT, Cast, cast
from tests.testing.story import released_lot

__all__ = ["cast", "threads"]  # people of their own: what is committed here is not undone with the prologue
pytestmark = pytest.mark.django_db(transaction=True)


def test_sweeps_that_run_at_once_tell_each_fact_once(cast: Cast, threads) -> None:
    for n in range(6):
        released_lot(cast, f"DM-{n}", "dmso", expiry="2026-11-10")

    sweeps = [threads(lambda: raise_due_alerts(at=AT)) for _ in range(6)]
    told = [alert.pk for sweep in sweeps for alert in sweep.result(PATIENCE)]

    assert len(told) == Alert.objects.count() == 6
    assert Record.objects.filter(address="alerts/NANHU").count() == 1
    assert list(Verification().findings()) == []


def test_sweeps_that_run_at_once_close_each_fact_once(cast: Cast, threads) -> None:
    lot = released_lot(cast, "DM-1", "dmso", expiry="2026-11-10T08:00")
    raise_due_alerts(at=AT)

    sweeps = [threads(lambda: raise_due_alerts(at=lot.expires_at)) for _ in range(6)]

    assert sum(len(sweep.result(PATIENCE)) for sweep in sweeps) == 1
    assert list(Alert.objects.order_by("pk").values_list("kind", "closed_at")) == [
        ("LOT_EXPIRING", lot.expires_at),
        ("LOT_EXPIRED", None),
    ]
