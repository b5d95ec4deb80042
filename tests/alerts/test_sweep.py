"""The sweep tells each fact once, to the role it concerns, at the site where it is; a fact that is gone is closed."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
import time_machine

from apps.alerts.models import Alert
from apps.alerts.selectors import alerts_for, due_things
from apps.alerts.services import acknowledge_alert, raise_due_alerts
from apps.alerts.tasks import sweep_alerts
from apps.audit.models import Entry
from apps.audit.services import audited
from apps.batches.models import Batch
from apps.core.actor import SYSTEM
from apps.core.errors import NotAllowed, Refused
from apps.core.roles import Role
from apps.materials.content import lot_content
from apps.materials.facts import LotVerb
from apps.materials.models import MaterialLot
from apps.materials.services import prepare_reagent, receive_lot, reject_lot, release_lot
from apps.organisation.models import User
from apps.quality.content import close_event_content
from apps.quality.facts import EventKind, Severity
from apps.quality.models import Hold
from apps.quality.services import close_event, report_event, stop_record
from apps.units.facts import UnitVerb
from apps.units.models import Unit
from apps.units.services import freeze_units, refuse_expired, set_disposition
from tests.cast import AT, PARTS, Cast, actor, give_role, sign_as, site_of
from tests.testing.story import (
    DAY,
    FILLED,
    HOUR,
    MINUTE,
    entered,
    filled,
    received_sample,
    released_lot,
    reviewed,
    signed,
)

pytestmark = pytest.mark.django_db


def told(user: User, at: datetime) -> list[tuple[str, str]]:
    """What a person is told: of which record, which kind of fact."""
    return [(alert.subject.address, alert.kind) for alert in alerts_for(user, at)]


def open_kinds(address: str) -> list[str]:
    return list(Alert.objects.filter(subject__address=address, closed_at=None).values_list("kind", flat=True))


def rhine_lot(cast: Cast, number: str = "RL-1", expiry: str = "2026-11-10") -> MaterialLot:
    """A lot in the store of the other site, which Rolf released."""
    give_role(cast.rita, Role.STOREKEEPER, "RHINE")
    lot = receive_lot(
        number=number, material="dmso", site=site_of("RHINE"), expiry=expiry, actor=actor(cast.rita), at=AT - DAY
    )
    signing = sign_as(cast.rolf, lot_content(lot, LotVerb.RELEASE), at=AT - DAY)
    return release_lot(lot=lot, signing=signing, actor=actor(cast.rolf), at=AT - DAY)


# --- lots -----------------------------------------------------------------------------------------------------------
def test_a_lot_is_told_a_fortnight_before_its_end_and_again_at_it(cast: Cast, batch: Batch) -> None:
    lot = released_lot(cast, "DM-1", "dmso", expiry="2026-12-20T10:00")
    ends = lot.expires_at

    raise_due_alerts(at=ends - 14 * DAY - MINUTE)
    assert open_kinds("lot/DM-1") == []
    raise_due_alerts(at=ends - 14 * DAY)
    assert open_kinds("lot/DM-1") == ["LOT_EXPIRING"]
    raise_due_alerts(at=ends - MINUTE)
    assert open_kinds("lot/DM-1") == ["LOT_EXPIRING"]
    raise_due_alerts(at=ends)
    assert open_kinds("lot/DM-1") == ["LOT_EXPIRED"]

    first = Alert.objects.get(kind="LOT_EXPIRING", subject=lot.record)
    assert (first.raised_at, first.closed_at, first.due_at) == (ends - 14 * DAY, ends, ends)


def test_a_lot_that_is_rejected_is_told_no_more(cast: Cast, batch: Batch) -> None:
    lot = released_lot(cast, "DM-1", "dmso", expiry="2026-11-10")
    raise_due_alerts(at=AT)
    assert open_kinds("lot/DM-1") == ["LOT_EXPIRING"]

    signing = sign_as(cast.quinn, lot_content(lot, LotVerb.REJECT, "Torn bag"), at=AT + MINUTE)
    reject_lot(lot=lot, reason="Torn bag", signing=signing, actor=actor(cast.quinn), at=AT + MINUTE)
    raise_due_alerts(at=AT + 2 * MINUTE)

    assert open_kinds("lot/DM-1") == []
    assert Alert.objects.get(subject=lot.record).closed_at == AT + 2 * MINUTE


def test_a_reagent_prepared_for_a_day_is_told_at_its_end_only(cast: Cast, batch: Batch) -> None:
    bought = released_lot(cast, "BM-1", "basal_medium")
    mixed = prepare_reagent(
        number="CM-1", material="complete_medium", components=[bought], own_life=DAY, site=site_of("NANHU"),
        prepared_at=AT, actor=actor(cast.olga), at=AT,
    )  # fmt: skip

    raise_due_alerts(at=AT + HOUR)
    assert open_kinds("lot/CM-1") == []
    raise_due_alerts(at=mixed.expires_at)
    assert open_kinds("lot/CM-1") == ["LOT_EXPIRED"]


# --- units ----------------------------------------------------------------------------------------------------------
def test_units_are_told_before_and_at_their_expiry_but_not_those_that_are_kept_or_used_up(
    cast: Cast, batch: Batch
) -> None:
    units = filled(cast, batch)
    ends = max(unit.expires_at for unit in units)
    received_sample(cast, batch, "qc_unit", unit=units[-1])

    raise_due_alerts(at=ends - MINUTE)
    expiring = set(Alert.objects.filter(kind="UNIT_EXPIRING").values_list("subject", flat=True))
    raise_due_alerts(at=ends)

    product = set(Unit.objects.filter(kind="PRODUCT").values_list("record", flat=True))
    assert len(product) == 9
    assert expiring == product
    assert set(Alert.objects.filter(kind="UNIT_EXPIRED").values_list("subject", flat=True)) == product
    assert not Alert.objects.filter(kind="UNIT_EXPIRING", closed_at=None).exists()


def test_a_unit_that_gets_a_longer_life_is_told_no_more(cast: Cast, batch: Batch) -> None:
    units = filled(cast, batch)
    raise_due_alerts(at=FILLED)
    assert "UNIT_EXPIRING" in open_kinds(units[0].record.address)

    freeze_units(batch=batch, units=units, frozen_at=FILLED + MINUTE, actor=actor(cast.olga), at=FILLED + MINUTE)
    raise_due_alerts(at=FILLED + 2 * MINUTE)

    expires = Unit.objects.get(pk=units[0].pk).expires_at
    expected = [] if expires > FILLED + 30 * DAY else ["UNIT_EXPIRING"]
    assert open_kinds(units[0].record.address) == expected


def test_a_rejected_unit_is_told_no_more(cast: Cast, batch: Batch) -> None:
    units = filled(cast, batch)
    raise_due_alerts(at=FILLED)
    records = [batch.record, *(unit.record for unit in units)]
    with audited(actor=SYSTEM, action="test.rejected", at=FILLED, touching=records) as change:
        set_disposition(change, units=units, verb=UnitVerb.REJECT)

    raise_due_alerts(at=FILLED + MINUTE)

    assert not Alert.objects.filter(kind__startswith="UNIT", closed_at=None).exists()


def test_expiry_is_judged_at_the_moment_of_use_whether_or_not_a_sweep_ran(cast: Cast, batch: Batch) -> None:
    unit = filled(cast, batch)[0]
    lot = released_lot(cast, "BM-1", "basal_medium", expiry="2026-11-06T12:00")

    refuse_expired([unit], unit.expires_at - MINUTE)
    assert codes(lambda: refuse_expired([unit], unit.expires_at)) == ["expired"]
    mix(cast, lot, "CM-1", lot.expires_at - MINUTE)
    assert codes(lambda: mix(cast, lot, "CM-2", lot.expires_at)) == ["lot_expired"]
    assert codes(lambda: mix(cast, lot, "CM-3", lot.expires_at + MINUTE)) == ["lot_expired"]
    assert not Alert.objects.exists()


def mix(cast: Cast, lot: MaterialLot, number: str, at: datetime) -> MaterialLot:
    return prepare_reagent(
        number=number, material="complete_medium", components=[lot], own_life=DAY, site=site_of("NANHU"),
        prepared_at=at, actor=actor(cast.olga), at=at,
    )  # fmt: skip


def codes(act: Callable[[], Any]) -> list[str]:
    with pytest.raises(Refused) as caught:
        act()
    return [objection.code for objection in caught.value.objections]


# --- tests and holds ------------------------------------------------------------------------------------------------
def test_a_test_is_overdue_after_its_turn_round_until_its_result_is_reviewed(cast: Cast, batch: Batch) -> None:
    sample = received_sample(cast, batch, tests=["viability_prefreeze"])
    due = FILLED + HOUR

    raise_due_alerts(at=due - MINUTE)
    assert "TEST_OVERDUE" not in open_kinds("batch/CT-0042")
    raise_due_alerts(at=due)
    assert open_kinds("batch/CT-0042") == ["TEST_OVERDUE"]
    alert = Alert.objects.get(kind="TEST_OVERDUE")
    assert (alert.role, alert.facts["batch"]) == ("QC_HEAD", "CT-0042")
    assert alert.key == f"test:viability_prefreeze:{due.isoformat()}"
    assert alert.facts["test"].startswith("Viability")

    run, _ = entered(cast, batch, sample, "viability_prefreeze", at=due + MINUTE)
    reviewed(cast, signed(cast, run, at=due + MINUTE), at=due + MINUTE)
    raise_due_alerts(at=due + 2 * MINUTE)
    assert open_kinds("batch/CT-0042") == []


def test_a_hold_without_its_answer_is_told_after_one_working_day(cast: Cast, batch: Batch) -> None:
    """A Thursday: a stop by Olga and a major event wait for quality until Friday, at the same time of day."""
    assert AT.strftime("%A") == "Thursday"
    stop_record(record=batch.record, reason="Cloudy", actor=actor(cast.olga), at=AT)
    said: dict[str, Any] = {"kind": EventKind.EXCURSION, "severity": Severity.MAJOR, "template": "Too warm."}
    with audited(actor=SYSTEM, action="test.happened", at=AT, touching=[batch.record]) as change:
        event = report_event(change, subject=batch.record, **said)

    raise_due_alerts(at=AT + DAY - MINUTE)
    assert open_kinds("batch/CT-0042") == []
    raise_due_alerts(at=AT + DAY)
    assert open_kinds("batch/CT-0042") == ["HOLD_OVERDUE", "HOLD_OVERDUE"]
    assert {alert.role for alert in Alert.objects.all()} == {"QA"}

    at = AT + DAY + MINUTE
    signing = sign_as(cast.quinn, close_event_content(event=event, reason="Door open"), at=at)
    close_event(event=event, reason="Door open", signing=signing, actor=actor(cast.quinn), at=at)
    raise_due_alerts(at=at + MINUTE)

    stop = Hold.objects.get(key="stop:1")
    assert [alert.key for alert in Alert.objects.filter(closed_at=None)] == [f"hold:{stop.pk}"]


def test_a_hold_placed_on_a_friday_is_due_on_monday(cast: Cast, batch: Batch) -> None:
    friday = AT + DAY
    hold = stop_record(record=batch.record, reason="Cloudy", actor=actor(cast.olga), at=friday)

    assert hold.due_at == friday + 3 * DAY
    assert raise_due_alerts(at=friday + 3 * DAY - MINUTE) == []
    assert [alert.kind for alert in raise_due_alerts(at=friday + 3 * DAY)] == ["HOLD_OVERDUE"]


# --- once -----------------------------------------------------------------------------------------------------------
def test_a_second_sweep_tells_nothing_and_writes_nothing(cast: Cast, batch: Batch) -> None:
    released_lot(cast, "DM-1", "dmso", expiry="2026-11-10")
    filled(cast, batch)
    first = raise_due_alerts(at=FILLED)
    written = Entry.objects.count()

    assert len(first) == 11  # the lot, nine product units and the one for tests
    assert raise_due_alerts(at=FILLED) == []
    assert raise_due_alerts(at=FILLED + MINUTE) == []
    assert Entry.objects.count() == written
    assert Alert.objects.count() == 11


def test_telling_leaves_the_version_of_the_thing_alone(cast: Cast, batch: Batch) -> None:
    lot = released_lot(cast, "DM-1", "dmso", expiry="2026-11-10")
    before = Entry.objects.filter(record=lot.record).count()
    raise_due_alerts(at=AT)

    assert Entry.objects.filter(record=lot.record).count() == before
    assert Alert.objects.get(subject=lot.record).record.address == "alerts/NANHU"
    assert Entry.objects.get(record__address="alerts/NANHU", action="alert.raised").username == "system"


def test_the_task_of_the_schedule_is_this_sweep(cast: Cast, batch: Batch) -> None:
    released_lot(cast, "DM-1", "dmso", expiry="2026-11-10")
    with time_machine.travel(AT, tick=False):
        sweep_alerts()
        sweep_alerts(called_by="a newer beat")

    assert Alert.objects.filter(kind="LOT_EXPIRING").count() == 1


def test_a_sweep_asks_a_constant_number_of_questions(
    cast: Cast, batch: Batch, django_assert_max_num_queries: Any
) -> None:
    for n in range(1, 4):
        released_lot(cast, f"DM-{n}", "dmso", expiry="2026-11-10")
    with django_assert_max_num_queries(100) as few:
        due_things(AT)
    filled(cast, batch)
    for n in range(4, 12):
        released_lot(cast, f"DM-{n}", "dmso", expiry="2026-11-10")

    with django_assert_max_num_queries(len(few)):
        assert len(due_things(AT)) > 15


# --- who ------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("name", sorted(PARTS))
def test_each_alert_is_on_the_screen_of_its_role_at_its_site_alone(cast: Cast, batch: Batch, name: str) -> None:
    released_lot(cast, "DM-1", "dmso", expiry="2026-11-10")
    stop_record(record=batch.record, reason="Cloudy", actor=actor(cast.olga), at=AT - 3 * DAY)
    received_sample(cast, batch, tests=["viability_prefreeze"])
    rhine_lot(cast)
    at = FILLED + HOUR
    raise_due_alerts(at=at)
    expected = {
        "stella": [("lot/DM-1", "LOT_EXPIRING")],
        "hugo": [("batch/CT-0042", "TEST_OVERDUE")],
        "quinn": [("batch/CT-0042", "HOLD_OVERDUE")],
        "quentin": [("batch/CT-0042", "HOLD_OVERDUE")],
        "rita": [("lot/RL-1", "LOT_EXPIRING")],
    }

    assert told(getattr(cast, name), at) == expected.get(name, [])


def test_an_alert_is_taken_once_by_name_with_a_note_and_stays_until_its_fact_is_gone(cast: Cast, batch: Batch) -> None:
    lot = released_lot(cast, "DM-1", "dmso", expiry="2026-11-10")
    raise_due_alerts(at=AT)
    alert = Alert.objects.get(subject=lot.record)

    assert codes(lambda: take(cast.stella, alert, "  ")) == ["reason_missing"]
    taken = take(cast.stella, alert, "Ordered a new one")
    assert (taken.acknowledged_by, taken.acknowledged_at, taken.acknowledge_note) == (
        "stella",
        AT + MINUTE,
        "Ordered a new one",
    )
    assert codes(lambda: take(cast.quinn, alert, "Me too")) == ["already_acknowledged"]
    assert told(cast.stella, AT) == [("lot/DM-1", "LOT_EXPIRING")]
    assert Entry.objects.filter(record__address="alerts/NANHU", action="alert.acknowledged", username="stella").exists()


def test_an_alert_is_not_taken_by_other_roles_or_from_the_other_site(cast: Cast, batch: Batch) -> None:
    lot = released_lot(cast, "DM-1", "dmso", expiry="2026-11-10")
    raise_due_alerts(at=AT)
    alert = Alert.objects.get(subject=lot.record)

    for person in (cast.olga, cast.ines, cast.rolf, cast.nora):
        with pytest.raises(NotAllowed):
            take(person, alert, "Mine")
    assert Alert.objects.get(pk=alert.pk).acknowledged_at is None


def test_what_is_answered_meanwhile_is_not_taken_any_more(cast: Cast, batch: Batch) -> None:
    lot = released_lot(cast, "DM-1", "dmso", expiry="2026-11-10T10:00")
    raise_due_alerts(at=AT)
    alert = Alert.objects.get(subject=lot.record)
    raise_due_alerts(at=lot.expires_at)

    assert codes(lambda: take(cast.stella, alert, "Ordered")) == ["alert_closed"]


def take(person: User, alert: Alert, note: str) -> Alert:
    return acknowledge_alert(alert=alert, note=note, actor=actor(person), at=AT + MINUTE)
