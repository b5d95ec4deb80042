"""My work at the bed: each order asks for its next act, of those who may do it, by the time that binds."""

from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.batches.models import Batch
from apps.core.roles import Role
from apps.desk.facts import Risk, Task
from apps.desk.selectors import desk_of
from apps.dosing.models import Infusion
from apps.dosing.services import record_vitals, reserve_units
from apps.organisation.models import User
from tests.cast import Cast, actor, give_role
from tests.desk.test_my_work import NANHU
from tests.dosing.story import (
    COUNT,
    END,
    NOW,
    START,
    THAW,
    checked_by,
    confirmed,
    ended,
    ordered,
    prepared,
    released_units,
    started,
    thawed,
)

pytestmark = pytest.mark.django_db


def tasks(person: User, at: datetime) -> list[Task]:
    desk = desk_of(person, at, NANHU)
    return [task for task in (*desk.overdue, *desk.today, *desk.later) if task.record.startswith("R-")]


def asked(person: User, at: datetime) -> list[str]:
    return sorted(task.ask for task in tasks(person, at))


def test_an_order_asks_for_its_next_act_until_the_patient_is_followed(cast: Cast, batch: Batch) -> None:
    released_units(cast, "CT-0043", 2)
    order = ordered(cast)
    assert asked(cast.vera, NOW) == asked(cast.quinn, NOW) == ["Check the dose"]
    assert asked(cast.olga, NOW) == asked(cast.paula, NOW) == []

    checked_by(cast, "quinn", order)
    assert asked(cast.stella, NOW) == ["Reserve units"]
    order = reserve_units(order=order, actor=actor(cast.stella), at=NOW)
    assert asked(cast.olga, NOW) == ["Thaw a unit"]
    order = thawed(cast, order)
    assert asked(cast.olga, THAW) == ["Work out the volume"]
    prepared(cast, order)
    assert (asked(cast.vera, COUNT), asked(cast.olga, COUNT)) == (["Check the volume"], [])  # nobody checks their own
    confirmed(cast, order)
    assert [(task.ask, task.risk) for task in tasks(cast.nils, COUNT)] == [("Start at the bedside", Risk.HIGH)]

    started(cast, order)
    until = Infusion.objects.get(order=order).expires_at
    assert [(task.ask, task.due_at) for task in tasks(cast.nils, START)] == [
        ("Take the vital signs", START), ("End the infusion", until),
    ]  # fmt: skip
    record_vitals(order=order, signs={"pulse": "80"}, taken_at=START, actor=actor(cast.nils), at=START)
    assert tasks(cast.nils, START)[0].due_at > START

    ended(cast, order)
    left = ["Record an outcome", "Say what was seen", "Take the vital signs"]
    assert asked(cast.nils, END) == asked(cast.paula, END) == left
    assert asked(cast.nils, END + timedelta(days=2)) == left[:2]


def test_many_orders_ask_no_more_questions_than_one(cast: Cast, batch: Batch) -> None:
    for role in (Role.QA, Role.STOREKEEPER, Role.OPERATOR):
        give_role(cast.nils, role)
    ordered(cast)
    with CaptureQueriesContext(connection) as few:
        tasks(cast.nils, NOW)
    for n in range(2, 5):
        ordered(cast, f"R-000{n}")
    with CaptureQueriesContext(connection) as many:
        assert len(tasks(cast.nils, NOW)) == 4

    assert len(many) == len(few)
