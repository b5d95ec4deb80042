"""A conditional release, whole: who must agree, what may be outstanding, for whom, until when."""

from datetime import timedelta

import pytest

from apps.alerts.facts import AlertKind
from apps.alerts.models import Alert
from apps.alerts.services import raise_due_alerts
from apps.batches.facts.words import BatchState
from apps.batches.models import Batch
from apps.core.roles import Role
from apps.documents.facts import Signatures, read_content
from apps.documents.models import Document
from apps.dosing.models import TreatmentOrder
from apps.dosing.services import cancel_order, reserve_units
from apps.quality.models import Hold
from apps.quality.services import stop_record
from apps.register.models import RegisterEntry
from apps.signatures.models import Signature
from apps.supply.facts import SupplyState
from apps.supply.models import Outstanding
from apps.supply.selectors import free_units, overdue_outstanding, units_in
from apps.supply.services import withdraw_supply
from apps.units.facts import Custody, Disposition
from apps.units.models import Unit
from tests.batches.refusals import codes
from tests.cast import Cast, actor, give_role
from tests.dosing.story import NOW, checked
from tests.supply.story import LONG, agreed, comes_in, decided, let_go, seen_in_sterility, supplied
from tests.testing.story import DAY, FILLED

pytestmark = pytest.mark.django_db


def test_three_people_let_units_go_to_one_patient_while_tests_run(
    cast: Cast, batch: Batch, order: TreatmentOrder
) -> None:
    two = free_units(batch)[:2]

    done = let_go(cast, decided(cast, agreed(cast, order, batch), two))

    assert done.state == SupplyState.SUPPLIED
    assert (done.agreed_by, done.decided_by, done.supplied_by) == ("paula", "cora", "quentin")
    assert {unit.disposition for unit in units_in(done)} == {Disposition.CONDITIONAL}
    assert {unit.disposition for unit in free_units(batch)} == {Disposition.QUARANTINED}
    due = dict(Outstanding.objects.filter(supply=done).values_list("test", "due_at"))
    assert due == {"sterility": FILLED + 15 * DAY}
    batch.refresh_from_db()
    assert batch.state == BatchState.REVIEWED
    holds = Hold.objects.filter(record=batch.record, key__in=[f"test:{one}" for one in LONG], lifted_at=None)
    assert {(one.blocks_certify, one.blocks_issue) for one in holds} == {(True, False)}


def test_its_certificate_says_tests_pending_and_is_not_a_batch_certificate(
    cast: Cast, batch: Batch, order: TreatmentOrder
) -> None:
    done = supplied(cast, order, batch)

    (document,) = Document.objects.filter(number=f"CR-{done.number}")
    assert document.kind == "CONDITIONAL_CERTIFICATE"
    assert "tests pending" in document.title_en
    assert '"pending":{"sterility":' in document.wording.text
    assert not Document.objects.filter(kind="BATCH_CERTIFICATE").exists()


def test_its_certificate_can_be_read_and_names_the_role_of_who_has_no_title(
    cast: Cast, batch: Batch, order: TreatmentOrder
) -> None:
    done = supplied(cast, order, batch)
    text = Document.objects.get(number=f"CR-{done.number}").wording.text
    (signatures,) = [one for one in read_content(text).blocks if isinstance(one, Signatures)]

    titles = [one.title.en for one in signatures.blocks]
    assert titles == ["Physician", "Authorised person", "Authorised person"]


def test_its_certificate_carries_its_own_signatures_whatever_was_signed_on_the_batch_since(
    cast: Cast, batch: Batch, order: TreatmentOrder
) -> None:
    first = decided(cast, agreed(cast, order, batch), free_units(batch)[:1])
    own = Signature.objects.get(record=batch.record, verb="decide_conditionally")
    later = NOW + timedelta(minutes=2)
    decided(cast, agreed(cast, checked(cast, "R-0002"), batch), free_units(batch)[:1], at=later)

    done = let_go(cast, first, at=later)

    assert own.content_hash in Document.objects.get(number=f"CR-{done.number}").wording.text


def test_it_is_entered_in_the_register_under_the_name_of_who_decided(
    cast: Cast, batch: Batch, order: TreatmentOrder
) -> None:
    two = free_units(batch)[:2]
    asked = decided(cast, agreed(cast, order, batch), two)
    assert not RegisterEntry.objects.exists()

    done = let_go(cast, asked)

    entry = RegisterEntry.objects.get()
    assert (entry.kind, entry.quantity, entry.units) == ("CONDITIONAL", 2, [unit.number for unit in two])
    assert (entry.username, entry.person_title_zh) == ("cora", "质量受权人")
    assert (entry.document_name, entry.entered_at) == (f"CR-{done.number} v1", done.supplied_at)
    assert entry.decided_at == done.decided_at


def test_what_was_destroyed_since_the_decision_is_not_let_go(cast: Cast, batch: Batch, order: TreatmentOrder) -> None:
    supply = decided(cast, agreed(cast, order, batch), free_units(batch)[:1])
    Unit.objects.filter(supplies__supply=supply).update(custody=Custody.DESTROYED)

    assert codes(lambda: let_go(cast, supply)) == ["unit_not_free"]


def test_a_unit_let_go_by_name_is_kept_for_that_patient_only(cast: Cast, batch: Batch, order: TreatmentOrder) -> None:
    done = supplied(cast, order, batch)
    another = checked(cast, "R-0002")

    against = codes(lambda: reserve_units(order=another, units=units_in(done), actor=actor(cast.stella), at=NOW))

    assert "let_go_to_another" in against
    assert codes(lambda: reserve_units(order=another, actor=actor(cast.stella), at=NOW)) == ["too_few_units"]
    kept = reserve_units(order=order, actor=actor(cast.stella), at=NOW)
    assert {row.unit.number for row in kept.reservations.all()} == {unit.number for unit in units_in(done)}


@pytest.mark.parametrize("act", ["the physician again", "who operated", "who decided"])
def test_nobody_takes_two_parts_and_nobody_decides_on_their_own_work(
    cast: Cast, batch: Batch, order: TreatmentOrder, act: str
) -> None:
    supply = agreed(cast, order, batch)
    for name in ("paula", "olga"):
        give_role(getattr(cast, name), Role.CERTIFIER)

    if act == "the physician again":
        assert "same_person" in codes(lambda: decided(cast, supply, by="paula"))
    elif act == "who operated":
        assert codes(lambda: decided(cast, supply, by="olga")) == ["took_part"]
    else:
        decided(cast, supply)
        assert codes(lambda: let_go(cast, supply, by="cora")) == ["same_person"]


def test_a_physician_who_made_the_batch_does_not_agree_to_its_supply(
    cast: Cast, batch: Batch, order: TreatmentOrder
) -> None:
    give_role(cast.olga, Role.PHYSICIAN)

    assert codes(lambda: agreed(cast, order, batch, by="olga")) == ["took_part"]


def test_a_failing_test_a_hold_and_an_unfit_order_each_stand_against_it(
    cast: Cast, batch: Batch, order: TreatmentOrder
) -> None:
    supply = agreed(cast, order, batch)
    assert codes(lambda: agreed(cast, order, batch)) == ["agreed_already"]
    stop_record(record=batch.record, reason="Cloudy", actor=actor(cast.olga), at=NOW)

    assert codes(lambda: decided(cast, supply)) == ["open_holds"]
    comes_in(cast, batch, "sterility", growth="growth")
    assert "test_failed" in codes(lambda: decided(cast, supply))


def test_growth_that_nobody_has_reviewed_yet_is_not_outstanding(
    cast: Cast, batch: Batch, order: TreatmentOrder
) -> None:
    seen_in_sterility(cast, batch, "growth")

    assert codes(lambda: agreed(cast, order, batch)) == ["test_unreviewed", "nothing_outstanding"]


def test_an_order_that_is_cancelled_takes_what_was_agreed_with_it(
    cast: Cast, batch: Batch, order: TreatmentOrder
) -> None:
    supply = decided(cast, agreed(cast, order, batch))

    cancel_order(order=order, reason="Patient improved", actor=actor(cast.paula), at=NOW)

    supply.refresh_from_db()
    assert (supply.state, supply.end_reason) == (SupplyState.WITHDRAWN, "Patient improved")
    assert codes(lambda: let_go(cast, supply)) == ["wrong_state"]


def test_what_is_due_and_not_in_is_an_alert_for_three_roles_every_day_until_it_is_certified(
    cast: Cast, batch: Batch, order: TreatmentOrder
) -> None:
    supply = supplied(cast, order, batch)
    late = FILLED + 15 * DAY

    assert not [one for one in overdue_outstanding(late - timedelta(minutes=1))]
    assert [(one.supply.number, one.test) for one in overdue_outstanding(late)] == [(supply.number, "sterility")]
    raise_due_alerts(at=late)
    raise_due_alerts(at=late + DAY)
    raised = Alert.objects.filter(kind=AlertKind.OUTSTANDING_OVERDUE)
    assert set(raised.filter(closed_at=None).values_list("role", flat=True)) == {"QC_HEAD", "QA", "CERTIFIER"}
    assert raised.count() == 6
    comes_in(cast, batch, "sterility")
    assert [one.test for one in overdue_outstanding(late)] == [""]  # all in: the final certification itself


def test_it_is_taken_back_before_anything_is_let_go_and_never_after(
    cast: Cast, batch: Batch, order: TreatmentOrder
) -> None:
    supply = decided(cast, agreed(cast, order, batch))

    gone = withdraw_supply(supply=supply, reason="Patient improved", actor=actor(cast.paula), at=NOW)

    assert (gone.state, gone.end_reason) == (SupplyState.WITHDRAWN, "Patient improved")
    done = supplied(cast, order, batch)
    late = {"supply": done, "reason": "Too late", "actor": actor(cast.paula), "at": NOW}
    assert codes(lambda: withdraw_supply(**late)) == ["wrong_state"]


def test_when_all_is_in_no_test_holds_it_and_nothing_more_goes_this_way(
    cast: Cast, batch: Batch, order: TreatmentOrder
) -> None:
    supplied(cast, order, batch)
    for test in LONG:
        comes_in(cast, batch, test)

    assert not Hold.objects.filter(record=batch.record, key__startswith="test:", lifted_at=None).exists()
    assert codes(lambda: supplied(cast, checked(cast, "R-0002"), batch)) == ["nothing_outstanding"]
