"""Vital signs and outcomes that are due are told to those at the bed, once each, until they have their answer."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from apps.alerts.selectors import alerts_for
from apps.alerts.services import raise_due_alerts
from apps.batches.models import Batch
from apps.core.errors import Objection
from apps.core.http import sentence
from apps.dosing.models import TreatmentOrder
from apps.dosing.services import record_outcome, record_vitals
from apps.organisation.models import User
from tests.cast import Cast, actor
from tests.dosing.story import MASTER, START, ended, ready, started
from tests.transport.story import released

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)
SIGNS = {"systolic": "120", "diastolic": "74", "pulse": "80"}


@pytest.fixture
def order(cast: Cast, batch: Batch) -> TreatmentOrder:
    """An infusion that Nils started at START."""
    released(cast, batch)
    found = ready(cast)
    started(cast, found)
    return found


def told(user: User, kind: str, at: datetime) -> list[str]:
    raise_due_alerts(at=at)
    mine = [alert for alert in alerts_for(user, at) if alert.kind == kind]
    return [sentence(Objection(one.kind, one.template, one.facts)) for one in mine]


def test_vital_signs_that_wait_are_told_to_the_nurse_until_they_are_taken(cast: Cast, order: TreatmentOrder) -> None:
    def taken(at: datetime) -> None:
        record_vitals(order=order, signs=SIGNS, actor=actor(cast.nils), at=at)

    taken(START)
    assert told(cast.nils, "VITALS_DUE", START + 16 * MINUTE) == []
    waits = f"{order}: vital signs are due since {START + 15 * MINUTE:%Y-%m-%d %H:%M} UTC."
    assert told(cast.nils, "VITALS_DUE", START + 21 * MINUTE) == [waits]
    assert told(cast.nils, "VITALS_DUE", START + 22 * MINUTE) == [waits]
    assert told(cast.olga, "VITALS_DUE", START + 22 * MINUTE) == []
    taken(START + 23 * MINUTE)
    assert told(cast.nils, "VITALS_DUE", START + 23 * MINUTE) == []
    assert len(told(cast.nils, "VITALS_DUE", START + 51 * MINUTE)) == 1


def test_the_watch_after_the_end_is_told_too(cast: Cast, order: TreatmentOrder) -> None:
    ended(cast, order)
    watch = MASTER.dosing.vitals.after_end.timedelta
    over = START + timedelta(hours=1) + watch

    assert len(told(cast.nils, "VITALS_DUE", over + 6 * MINUTE)) == 1
    record_vitals(order=order, signs=SIGNS, actor=actor(cast.nils), at=over + 7 * MINUTE)
    assert told(cast.nils, "VITALS_DUE", over + 8 * MINUTE) == []


def test_outcomes_whose_day_has_passed_are_told_to_the_physician_until_all_are_found(
    cast: Cast, order: TreatmentOrder
) -> None:
    asked: list[Any] = [one for one in MASTER.dosing.outcomes if 1 in one.days]
    later = START + timedelta(days=2)

    def of_day_one(at: datetime) -> list[str]:
        return [text for text in told(cast.paula, "OUTCOME_DUE", at) if " day 1 " in text]

    assert of_day_one(START + timedelta(hours=1)) == []
    names = ", ".join(one.result.label.en for one in asked)
    assert of_day_one(later) == [f"{order}: outcomes of day 1 are due: {names}"]
    for one in asked:
        text = one.result.options[0].key if hasattr(one.result, "options") else "0.42"
        record_outcome(order=order, key=one.result.key, day=1, text=text, actor=actor(cast.nils), at=later)
    assert of_day_one(later) == []
