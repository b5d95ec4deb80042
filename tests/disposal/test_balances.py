"""The nightly look at the balances: what opens is told once, what closes again is told no more."""

from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings

from apps.alerts.models import Alert
from apps.alerts.selectors import alerts_for
from apps.alerts.services import raise_due_alerts
from apps.audit.selectors import Verification, version_of
from apps.audit.services import audited
from apps.batches.models import Batch
from apps.core.actor import SYSTEM
from apps.disposal.models import BalanceCheck
from apps.disposal.services import check_balances
from apps.disposal.tasks import sweep_balances
from apps.units.facts import UnitVerb
from apps.units.models import Unit
from apps.units.services import move_units
from tests.cast import Cast
from tests.disposal.story import destroyed
from tests.testing.story import DAY, FILLED

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("filled_units")]
U9 = "CT-0042-U09"
TONIGHT = FILLED + DAY


def used_up_for_nothing(batch: Batch) -> Unit:
    unit = Unit.objects.select_related("record").get(number=U9)
    with audited(actor=SYSTEM, action="test", at=FILLED, touching=[batch.record, unit.record]) as change:
        return move_units(change, units=[unit], verb=UnitVerb.USE_UP, moved_at=FILLED)[0]


def kinds(cast: Cast) -> list[str]:
    return [alert.kind for alert in alerts_for(cast.quinn, TONIGHT)]


def test_a_balance_that_closes_leaves_nothing_behind(cast: Cast, batch: Batch) -> None:
    assert check_balances(at=TONIGHT) == []
    assert BalanceCheck.objects.count() == 0


def test_a_balance_that_opens_is_told_to_quality_once_and_closes_when_the_unit_is_destroyed(
    cast: Cast, batch: Batch
) -> None:
    used_up_for_nothing(batch)
    before = version_of(batch.record)

    found = check_balances(at=TONIGHT)
    raise_due_alerts(at=TONIGHT)
    assert [(row.closes, row.unexplained, row.made) for row in found] == [(False, [U9], 12)]
    assert "BALANCE_OPEN" in kinds(cast)
    assert version_of(batch.record) == before  # looking is no change of the batch

    assert check_balances(at=TONIGHT) == []
    raise_due_alerts(at=TONIGHT)
    assert Alert.objects.filter(kind="BALANCE_OPEN").count() == 1

    destroyed(cast, batch, U9)
    assert [row.closes for row in check_balances(at=TONIGHT)] == [True]
    raise_due_alerts(at=TONIGHT)
    assert "BALANCE_OPEN" not in kinds(cast)
    assert list(Verification().findings()) == []


def test_beat_looks_every_night(cast: Cast, batch: Batch, time_machine: Any) -> None:
    used_up_for_nothing(batch)
    time_machine.move_to(TONIGHT, tick=False)

    sweep_balances()

    assert BalanceCheck.objects.get().checked_at == TONIGHT
    schedule = settings.CELERY_BEAT_SCHEDULE["balances"]["schedule"]
    assert (schedule.hour, schedule.minute) == ({18}, {30})


def test_the_look_costs_the_same_for_any_number_of_units(
    cast: Cast, batch: Batch, django_assert_max_num_queries: Callable[..., Any]
) -> None:
    with django_assert_max_num_queries(6):
        check_balances(at=TONIGHT)
