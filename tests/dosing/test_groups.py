"""Units by blood group: one versioned table of the house, the patient's own group first, then what is compatible."""

from collections.abc import Iterator

import pytest
from django.test import TestCase, override_settings
from pytest_django.plugin import DjangoDbBlocker

from apps.core.errors import RuleBroken
from apps.donation.services import record_screening
from apps.dosing.content import order_content
from apps.dosing.facts import Bedside, OrderInput
from apps.dosing.models import TreatmentOrder
from apps.dosing.selectors import against_the_start, group_warnings, prepare, reservations_of
from apps.dosing.services import order_treatment, reserve_units
from apps.products.facts import Fit
from apps.products.loader import SEEDS, load, standard_tables
from apps.products.models import ProductVersion
from apps.units.models import Unit
from apps.units.selectors import units_of
from apps.units.services import fill_units, freeze_units, issue_containers, print_labels
from tests.batches.story import Room, start
from tests.cast import AT, Cast, actor, sign_as
from tests.dosing.story import END, NOW, START, checked_by, let_go, patient
from tests.products.making import planned
from tests.testing.story import HOUR, released_lot

PRODUCT = load(SEEDS / "products" / "convalescent_plasma" / "v1")
RULE = PRODUCT.definition.dosing.compatibility

pytestmark = pytest.mark.django_db


def test_3_the_table_lets_an_ab_patient_have_ab_only_and_an_o_patient_every_group() -> None:
    assert RULE
    table = standard_tables().compatibility_of(RULE.table, RULE.version)
    assert table

    def may_get(patient: str) -> list[str]:
        forbidden = (Fit.INCOMPATIBLE, Fit.UNKNOWN)
        return [unit for unit in ("o", "a", "b", "ab") if table.fit(unit, patient) not in forbidden]

    assert [may_get(patient) for patient in ("o", "a", "b", "ab", "")] == [
        ["o", "a", "b", "ab"],
        ["a", "ab"],
        ["b", "ab"],
        ["ab"],
        [],
    ]
    assert (table.fit("a", "a"), table.fit("a", "o"), table.fit("x", "o")) == (Fit.SAME, Fit.COMPATIBLE, Fit.UNKNOWN)


def donated(cast: Cast, n: int, group: str, hours: int) -> list[Unit]:
    """Two released bags of a donor of this group, frozen so many hours after AT."""
    batch = start(Room(cast, planned(cast, PRODUCT, n, collected=AT - 2 * HOUR))).batch
    results = [("abo", group), ("typed_twice", "yes"), ("rhd", "positive"), ("antibody_screen", "negative")]
    found = {"donor": batch.donation.donor, "test": "blood_group", "results": results, "laboratory": "Lab 1"}
    record_screening(**found, specimen_at=AT - 2 * HOUR, actor=actor(cast.paula), at=AT)
    olga, filled_at = actor(cast.olga), AT + HOUR
    issue_containers(batch=batch, lot=released_lot(cast, f"PB-{n}", "plasma_bag"), count=2, actor=olga, at=filled_at)
    print_labels(batch=batch, actor=olga, at=filled_at)
    fill_units(batch=batch, filled_at=filled_at, actor=olga, at=filled_at)
    at = AT + hours * HOUR
    freeze_units(batch=batch, units=units_of(batch), frozen_at=at, actor=olga, at=at)
    return let_go(units_of(batch))


@pytest.fixture(scope="module")
def stocked(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Cast]:
    """Two bags of group A and two of group O, the A ones of the donation that expires first."""
    undone = type("Undone", (TestCase,), {})
    with django_db_blocker.unblock(), override_settings(PASSWORD_HASHERS=["tests.cast.QuickArgon2"]):
        undone.setUpClass()
        try:
            people = Cast()
            donated(people, 1, "a", 3)
            donated(people, 2, "o", 3)
            yield people
        finally:
            undone.tearDownClass()


@pytest.fixture
def cast(stocked: Cast, db: None) -> Cast:
    people = Cast()
    people._people |= stocked._people
    return people


def checked(cast: Cast, group: str, *, weight: str = "50") -> TreatmentOrder:
    """An order for a patient of this group: 200 mL, one bag, at 50 kg; checked by Quinn."""
    recipient, version = patient(cast), units_version()
    answers = {
        "weight": weight,
        "weighed_on": START.date().isoformat(),
        "abo_group": group,
        "cross_match": "compatible",
        "onset_days": "10",
        "viral_nat": "positive",
        "consent_signed": "yes",
        "filing_number": PRODUCT.definition.authorisation.number,
        "no_exclusion": "yes",
    }
    order = OrderInput("single", PRODUCT.definition.authorisation.indications[0].en, START, END, answers)
    content = order_content(recipient, version, order, prepare(recipient, version, order))
    signing = sign_as(cast.paula, content, at=NOW)
    who = {"actor": actor(cast.paula), "at": NOW}
    written = order_treatment(recipient=recipient, product_version=version, said=order, signing=signing, **who)
    return checked_by(cast, "quinn", written)


def units_version() -> ProductVersion:
    return Unit.objects.select_related("batch__product_version__record").earliest("pk").batch.product_version


def codes(refusal: pytest.ExceptionInfo[RuleBroken]) -> list[str]:
    return [objection.code for objection in refusal.value.objections]


def kept(order: TreatmentOrder) -> list[str]:
    return [row.unit.number for row in reservations_of(order)]


def test_3_a_unit_of_group_a_is_refused_for_a_patient_of_group_ab(cast: Cast) -> None:
    order, stella = checked(cast, "ab"), actor(cast.stella)
    with pytest.raises(RuleBroken) as none_fits:
        reserve_units(order=order, actor=stella, at=NOW)
    named = list(Unit.objects.filter(number="CT-0901-U01"))
    with pytest.raises(RuleBroken) as refusal:
        reserve_units(order=order, units=named, reason="Nearest", actor=stella, at=NOW)

    assert codes(none_fits) == ["too_few_units"]
    assert "group_incompatible" in codes(refusal)
    assert kept(order) == []


def test_3_an_o_patient_gets_group_o_first_and_group_a_with_a_warning(cast: Cast, web_client, api_client) -> None:
    order, stella = checked(cast, "o"), actor(cast.stella)
    (unit,) = Unit.objects.filter(number="CT-0901-U01").select_related("record", "batch")

    reserve_units(order=order, units=[unit], reason="Group O kept for others", actor=stella, at=NOW)

    said = "Unit CT-0901-U01 is of group A, the patient of group O: compatible, not the same group."
    assert [one.text for one in group_warnings(order)] == [said]
    assert said in web_client(cast.paula).get(f"/dosing/orders/{order.number}/").content.decode()
    assert api_client(cast.paula).get(f"/api/v1/orders/{order.number}/").json()["warnings"] == [said]


def test_the_group_is_compared_once_more_at_the_bed(cast: Cast) -> None:
    order = reserve_units(order=checked(cast, "a"), actor=actor(cast.stella), at=NOW)
    assert "group_incompatible" not in [one.code for one in against_the_start(order, Bedside(), START)]

    donor = reservations_of(order)[0].unit.batch.donation.donor
    results = [("abo", "o"), ("typed_twice", "yes"), ("rhd", "positive"), ("antibody_screen", "negative")]
    found = {"donor": donor, "test": "blood_group", "results": results, "laboratory": "Lab 1"}
    record_screening(**found, specimen_at=AT - 2 * HOUR, actor=actor(cast.paula), at=NOW)

    assert "group_incompatible" in [one.code for one in against_the_start(order, Bedside(), START)]


def test_the_patients_own_group_is_taken_before_what_expires_first(cast: Cast) -> None:
    order = reserve_units(order=checked(cast, "o"), actor=actor(cast.stella), at=NOW)

    assert kept(order) == ["CT-0902-U01"]
    assert group_warnings(order) == []


def test_the_dose_is_a_volume_and_takes_whole_bags(cast: Cast) -> None:
    order = checked(cast, "o", weight="70")

    assert (order.amount, order.amount_unit, order.units_to_thaw) == (280, "mL", 2)
