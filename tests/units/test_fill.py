"""One fill makes product, retained and quality-control units; each takes a container and the label of its number."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from apps.audit.selectors import entries_of
from apps.audit.services import audited
from apps.batches.facts.words import BatchState
from apps.batches.models import Batch
from apps.core.actor import SYSTEM
from apps.core.errors import BadInput, Happened, NotAllowed, RuleBroken
from apps.documents.facts import read_content
from apps.documents.selectors import documents_about
from apps.lineage.selectors import ancestor_ids
from apps.quality.facts import Blocks
from apps.quality.models import Event, Hold
from apps.quality.selectors import open_holds
from apps.units.content import scientific
from apps.units.facts import Counted, LabelFate, UnitVerb
from apps.units.models import ContainerIssue, Fill, Label, Unit
from apps.units.rules import read_code
from apps.units.selectors import expiring_units, releasable_units, unit_records, units_page, why_not_certifiable
from apps.units.services import (
    apply_labels,
    destroy_labels,
    fill_units,
    freeze_units,
    issue_containers,
    keep_specimens,
    lose_containers,
    move_units,
    print_labels,
    reconcile,
    refuse_expired,
    set_disposition,
)
from tests.cast import AT, Cast, actor
from tests.testing.story import DAY, FILLED, HOUR, MINUTE, as_if, bags, filled, released_lot

pytestmark = pytest.mark.django_db


def codes(refusal: pytest.ExceptionInfo[RuleBroken]) -> list[str]:
    return [objection.code for objection in refusal.value.objections]


# --- the fill -------------------------------------------------------------------------------------------------------
def test_one_fill_makes_product_retained_and_quality_control_units(cast: Cast, batch: Batch) -> None:
    units = filled(cast, batch)

    assert [unit.number for unit in units][::11] == ["CT-0042-U01", "CT-0042-U12"]
    assert [unit.kind for unit in units] == ["PRODUCT"] * 9 + ["RETAINED"] * 2 + ["QC"]
    assert len({unit.fill_id for unit in units}) == 1
    first = units[0]
    assert (first.disposition, first.condition, first.custody) == ("QUARANTINED", "FRESH", "IN_STORE")
    assert (first.volume, first.viable_cells, first.volume_unit) == (10, 50_000_000, "mL")
    assert first.expires_at == FILLED + HOUR  # the first storage state lasts 60 minutes


def test_a_unit_has_a_record_of_its_own_and_is_made_from_the_batch(cast: Cast, batch: Batch) -> None:
    units = filled(cast, batch)

    assert units[0].record.address == "unit/CT-0042-U01"
    assert batch.record_id in ancestor_ids([units[0].record])
    assert batch.donation.record_id in ancestor_ids([units[0].record])
    assert {record.address for record in unit_records(batch)} == {unit.record.address for unit in units}
    assert [entry.action for entry in entries_of(units[0].record)] == ["unit.filled", "lineage.linked"]


def test_the_fill_applies_the_label_printed_for_each_unit(cast: Cast, batch: Batch) -> None:
    units = filled(cast, batch)

    labels = {label.unit_number: label for label in Label.objects.filter(batch=batch)}
    assert {label.fate for label in labels.values()} == {LabelFate.APPLIED}
    assert all(labels[unit.number].unit_id == unit.pk for unit in units)


def test_a_thirteenth_unit_without_container_or_label_is_refused(cast: Cast, batch: Batch) -> None:
    filled(cast, batch)
    one_more = {"batch": batch, "counts": {"product": 1}, "actor": actor(cast.olga)}

    with pytest.raises(RuleBroken) as refusal:
        fill_units(**one_more, filled_at=FILLED, at=FILLED)

    assert codes(refusal) == ["no_container", "no_label"]
    assert refusal.value.objections[1].facts == {"units": "CT-0042-U13"}
    assert Unit.objects.count() == 12


def test_a_thirteenth_unit_that_was_filled_is_recorded_with_an_event(cast: Cast, batch: Batch) -> None:
    filled(cast, batch)
    happened = Happened(FILLED, "A spare bag was filled with the rest of the suspension.")

    units = fill_units(
        batch=batch,
        counts={"product": 1},
        filled_at=FILLED,
        actor=actor(cast.olga),
        at=FILLED + HOUR,
        happened=happened,
    )

    assert [unit.number for unit in units] == ["CT-0042-U13"]
    fill = Fill.objects.get(n=2)
    assert (fill.happened, [mark["code"] for mark in fill.overridden]) == (True, ["no_container", "no_label"])
    event = Event.objects.get(kind="RECONCILIATION")
    assert event.severity == "CRITICAL"
    assert "A spare bag" in event.text
    assert Blocks.CERTIFY in open_holds([batch.record])[-1].blocks


def test_a_fill_in_the_future_cannot_be_recorded_whatever_is_said(cast: Cast, batch: Batch) -> None:
    happened = Happened(FILLED + MINUTE, "It will have been.")

    with pytest.raises(RuleBroken) as refusal:
        fill_units(batch=batch, filled_at=FILLED, actor=actor(cast.olga), at=FILLED, happened=happened)

    assert codes(refusal) == ["in_the_future"]


@pytest.mark.parametrize("state", [BatchState.FINISHED, BatchState.REVIEWED, BatchState.TERMINATED])
def test_units_are_filled_while_the_batch_runs(cast: Cast, batch: Batch, state: BatchState) -> None:
    bags(cast, batch)
    print_labels(batch=batch, actor=actor(cast.olga), at=AT)
    as_if(batch, state)

    with pytest.raises(RuleBroken) as refusal:
        fill_units(batch=batch, filled_at=FILLED, actor=actor(cast.olga), at=FILLED)

    assert codes(refusal) == ["batch_not_running"]


def test_after_certification_not_even_what_happened_changes_the_fill(cast: Cast, batch: Batch) -> None:
    as_if(batch, BatchState.CERTIFIED)
    happened = Happened(FILLED, "Found in the freezer.")

    with pytest.raises(RuleBroken) as refusal:
        fill_units(batch=batch, filled_at=FILLED, actor=actor(cast.olga), at=FILLED, happened=happened)

    assert codes(refusal) == ["record_locked"]


def test_a_held_process_is_not_filled(cast: Cast, batch: Batch) -> None:
    bags(cast, batch)
    print_labels(batch=batch, actor=actor(cast.olga), at=AT)
    with audited(actor=SYSTEM, action="test", at=AT, touching=[batch.record]) as change:
        hold = Hold(record=batch.record, key="stop", blocks_process=True, code="stopped", template="Stopped.")
        hold.placed_at, hold.placed_by = AT, "oscar"
        change.create(hold)

    with pytest.raises(RuleBroken) as refusal:
        fill_units(batch=batch, filled_at=FILLED, actor=actor(cast.olga), at=FILLED)

    assert codes(refusal) == ["open_holds"]


def test_only_a_trained_operator_fills(cast: Cast, batch: Batch) -> None:
    for person in (cast.anna, cast.quinn, cast.adam, cast.ines):
        with pytest.raises(NotAllowed):
            fill_units(batch=batch, filled_at=FILLED, actor=actor(person), at=FILLED)


def test_volume_and_cells_outside_the_tolerance_are_recorded_with_an_event(cast: Cast, batch: Batch) -> None:
    units = filled(cast, batch, volume="9.4", viable_cells="6.1e7")

    assert str(units[0].volume) == "9.4"
    assert [event.kind for event in Event.objects.order_by("pk")] == ["YIELD", "YIELD"]
    assert "master asks for 10.0 ± 5 %" in Event.objects.order_by("pk")[0].text


@pytest.mark.parametrize(("volume", "cells"), [("9.5", "4.0e7"), ("10.5", "6.0e7")])
def test_the_ends_of_the_tolerance_are_within_it(cast: Cast, batch: Batch, volume: str, cells: str) -> None:
    filled(cast, batch, volume=volume, viable_cells=cells)

    assert not Event.objects.exists()


def test_every_bad_amount_is_named(cast: Cast, batch: Batch) -> None:
    with pytest.raises(BadInput) as refusal:
        filled(cast, batch, volume="ten", viable_cells="")

    assert [objection.place for objection in refusal.value.objections] == ["volume", "viable_cells"]


# --- containers -----------------------------------------------------------------------------------------------------
def test_containers_come_from_a_released_lot_of_the_right_material_in_date(cast: Cast, batch: Batch) -> None:
    olga = actor(cast.olga)
    unreleased = released_lot(cast, "FB-2", "freezing_bag", release=False)
    wrong = released_lot(cast, "PL-121", "platelet_lysate")
    expired = released_lot(cast, "FB-3", "freezing_bag", expiry="2026-11-04")

    for lot, code in ((unreleased, "lot_not_released"), (wrong, "wrong_material"), (expired, "lot_expired")):
        with pytest.raises(RuleBroken) as refusal:
            issue_containers(batch=batch, lot=lot, count=12, actor=olga, at=AT)
        assert codes(refusal) == [code]


def test_what_holds_a_lot_of_containers_holds_the_units_that_were_filled_into_it(cast: Cast, batch: Batch) -> None:
    units = filled(cast, batch)
    bags(cast, batch, 1)
    lot = ContainerIssue.objects.filter(batch=batch).earliest("pk").lot.record

    with audited(actor=SYSTEM, action="test", at=FILLED, touching=[lot]) as change:
        hold = Hold(record=lot, key="leaks", blocks_issue=True, code="stopped", template="Bags of this lot leak.")
        hold.placed_at, hold.placed_by = FILLED, "quinn"
        change.create(hold)

    assert all(hold in open_holds([unit.record], Blocks.ISSUE) for unit in units)


def test_an_expired_lot_that_was_used_is_recorded_with_an_event(cast: Cast, batch: Batch) -> None:
    expired = released_lot(cast, "FB-3", "freezing_bag", expiry="2026-11-04")
    happened = Happened(AT, "Noticed after the fill.")

    issue_containers(batch=batch, lot=expired, count=12, actor=actor(cast.olga), at=AT + HOUR, happened=happened)

    assert Event.objects.get().kind == "ACCEPTED_FACT"


def test_more_containers_cannot_be_lost_than_are_free(cast: Cast, batch: Batch) -> None:
    filled(cast, batch)
    bags(cast, batch, 2)

    with pytest.raises(RuleBroken) as refusal:
        lose_containers(batch=batch, count=3, returned=False, reason="Torn.", actor=actor(cast.olga), at=FILLED)

    assert codes(refusal) == ["too_many"]


def test_containers_close_when_every_one_is_accounted_for(cast: Cast, batch: Batch) -> None:
    olga = actor(cast.olga)
    filled(cast, batch)
    bags(cast, batch, 2)
    lose_containers(batch=batch, count=1, returned=False, reason="Torn.", actor=olga, at=FILLED)

    with pytest.raises(RuleBroken) as refusal:
        reconcile(batch=batch, counted=Counted.CONTAINERS, actor=olga, at=FILLED)
    assert codes(refusal) == ["balance_open"]
    assert refusal.value.objections[0].facts["difference"] == 1

    lose_containers(batch=batch, count=1, returned=True, reason="Not needed.", actor=olga, at=FILLED)
    count = reconcile(batch=batch, counted=Counted.CONTAINERS, actor=olga, at=FILLED)
    assert (count.closed, count.made, count.accounted) == (True, 14, {"FILLED": 12, "LOST": 1, "RETURNED": 1})


# --- labels ---------------------------------------------------------------------------------------------------------
def test_labels_are_printed_for_every_planned_unit_once(cast: Cast, batch: Batch) -> None:
    labels = print_labels(batch=batch, actor=actor(cast.olga), at=AT, specimens=1)

    assert [label.unit_number for label in labels][-2:] == ["CT-0042-U12", ""]
    assert [label.serial for label in labels] == list(range(1, 14))
    assert labels[0].expires_at == AT.replace(year=2027)  # twelve calendar months of the frozen state

    with pytest.raises(RuleBroken) as refusal:
        print_labels(batch=batch, actor=actor(cast.olga), at=AT)
    assert codes(refusal) == ["nothing_to_print"]


def test_a_further_copy_needs_a_reason(cast: Cast, batch: Batch) -> None:
    olga = actor(cast.olga)
    print_labels(batch=batch, actor=olga, at=AT)

    with pytest.raises(RuleBroken) as refusal:
        print_labels(batch=batch, actor=olga, at=AT, units=["CT-0042-U05"])
    assert codes(refusal) == ["reason_missing"]

    again = print_labels(batch=batch, actor=olga, at=AT, units=["CT-0042-U05"], reason="The first one is smeared.")
    assert (again[0].copy, again[0].serial, again[0].printing) == (2, 13, 2)


def test_no_label_is_printed_for_a_unit_of_another_batch(cast: Cast, batch: Batch) -> None:
    with pytest.raises(RuleBroken) as refusal:
        print_labels(batch=batch, actor=actor(cast.olga), at=AT, units=["CT-0099-U01"])

    assert codes(refusal) == ["unknown_unit"]


def test_every_printing_is_a_document_whose_symbols_can_be_read(cast: Cast, batch: Batch) -> None:
    print_labels(batch=batch, actor=actor(cast.olga), at=AT, specimens=1)

    document = documents_about(batch.record).get()
    content = read_content(document.wording.text)
    assert (document.kind, document.number, len(content.blocks)) == ("LABEL", "LB-CT-0042-1", 13)
    assert document.title_en == "Unit labels"  # what a stranger reads on the verify page: not the product
    assert [field.label.en for field in content.blocks[0].fields][:3] == [
        "Product",
        "Batch and unit number",
        "Donor code",
    ]
    assert content.blocks[12].identity == "SPECIMEN"
    code = read_code(content.data["labels"][0]["code"])
    assert (code.address, code.expires_at) == ("unit/CT-0042-U01", AT.replace(year=2027))
    assert content.data["labels"][0]["isbt_expiry"] == "&>0273091400"


def test_a_label_that_would_outlive_the_unit_is_not_applied(cast: Cast, batch: Batch) -> None:
    bags(cast, batch)
    print_labels(batch=batch, actor=actor(cast.olga), at=FILLED + HOUR)

    with pytest.raises(RuleBroken) as refusal:
        fill_units(batch=batch, filled_at=FILLED, actor=actor(cast.olga), at=FILLED + HOUR)

    assert set(codes(refusal)) == {"label_outlives_unit"}


def test_labels_close_when_each_is_applied_destroyed_or_kept(cast: Cast, batch: Batch) -> None:
    olga = actor(cast.olga)
    bags(cast, batch)
    labels = print_labels(batch=batch, actor=olga, at=AT, specimens=2)
    fill_units(batch=batch, filled_at=FILLED, actor=olga, at=FILLED)

    with pytest.raises(RuleBroken) as refusal:
        reconcile(batch=batch, counted=Counted.LABELS, actor=olga, at=FILLED)
    assert codes(refusal) == ["balance_open"]

    keep_specimens(labels=labels[12:13], actor=olga, at=FILLED)
    destroy_labels(labels=labels[13:], reason="Not needed.", actor=olga, at=FILLED)
    count = reconcile(batch=batch, counted=Counted.LABELS, actor=olga, at=FILLED)
    assert (count.closed, count.made, count.accounted) == (True, 14, {"APPLIED": 12, "DESTROYED": 1, "SPECIMEN": 1})


def test_a_label_that_cannot_be_found_is_recorded_open_and_holds_certification(cast: Cast, batch: Batch) -> None:
    olga = actor(cast.olga)
    bags(cast, batch)
    print_labels(batch=batch, actor=olga, at=AT, specimens=1)
    fill_units(batch=batch, filled_at=FILLED, actor=olga, at=FILLED)
    happened = Happened(FILLED, "One label fell behind the cabinet and can't be reached.")

    count = reconcile(batch=batch, counted=Counted.LABELS, actor=olga, at=FILLED, happened=happened)

    assert (count.closed, count.difference) == (False, 1)
    assert Event.objects.get().kind == "RECONCILIATION"
    assert open_holds([batch.record], Blocks.CERTIFY)


def test_a_relabelled_unit_carries_one_label(cast: Cast, batch: Batch) -> None:
    olga = actor(cast.olga)
    filled(cast, batch)
    copy = print_labels(batch=batch, actor=olga, at=FILLED, units=["CT-0042-U03"], reason="Torn.", dated_from=AT)
    first = Label.objects.get(unit_number="CT-0042-U03", copy=1)

    with pytest.raises(RuleBroken) as refusal:
        apply_labels(labels=copy, actor=olga, at=FILLED)
    assert codes(refusal) == ["already_labelled"]

    destroy_labels(labels=[first], reason="Torn off.", actor=olga, at=FILLED)
    applied = apply_labels(labels=copy, actor=olga, at=FILLED)
    assert (applied[0].fate, applied[0].unit.number) == ("APPLIED", "CT-0042-U03")


def test_what_became_of_a_label_is_not_said_twice(cast: Cast, batch: Batch) -> None:
    olga = actor(cast.olga)
    specimen = print_labels(batch=batch, actor=olga, at=AT, specimens=1)[-1:]
    keep_specimens(labels=specimen, actor=olga, at=AT)

    with pytest.raises(RuleBroken) as refusal:
        destroy_labels(labels=specimen, reason="By mistake.", actor=olga, at=AT)

    assert codes(refusal) == ["label_settled"]


def test_a_reconciliation_is_outdated_by_what_comes_after_it(cast: Cast, batch: Batch) -> None:
    olga = actor(cast.olga)
    filled(cast, batch)
    for counted in Counted:
        reconcile(batch=batch, counted=counted, actor=olga, at=FILLED)
    assert why_not_certifiable(batch) == ()

    print_labels(batch=batch, actor=olga, at=FILLED, specimens=1)

    assert [objection.code for objection in why_not_certifiable(batch)] == ["not_reconciled"]


def test_without_units_nothing_can_be_certified(batch: Batch) -> None:
    said = [objection.code for objection in why_not_certifiable(batch)]

    assert said == ["division_short"] * 3 + ["not_reconciled"] * 2


# --- freezing, expiry, disposition ----------------------------------------------------------------------------------
def test_freezing_starts_the_clock_of_the_frozen_state_and_the_label_is_not_exceeded(cast: Cast, batch: Batch) -> None:
    units = filled(cast, batch)
    frozen_at = FILLED + timedelta(minutes=40)

    frozen = freeze_units(batch=batch, units=units, frozen_at=frozen_at, actor=actor(cast.olga), at=frozen_at)

    assert {unit.condition for unit in frozen} == {"FROZEN"}
    assert {unit.storage_state for unit in frozen} == {"frozen"}
    assert {unit.expires_at for unit in frozen} == {AT.replace(year=2027)}  # as printed; the shelf life ends later
    assert {unit.frozen_at for unit in frozen} == {frozen_at}


@pytest.mark.parametrize(("minutes", "code"), [(59, ""), (60, "expired"), (-1, "too_early")])
def test_a_unit_is_frozen_within_the_life_of_its_first_state(cast: Cast, batch: Batch, minutes: int, code: str) -> None:
    units = filled(cast, batch)
    frozen_at = FILLED + timedelta(minutes=minutes)
    how = {"batch": batch, "units": units, "frozen_at": frozen_at, "actor": actor(cast.olga), "at": FILLED + 2 * HOUR}

    if code:
        with pytest.raises(RuleBroken) as refusal:
            freeze_units(**how)
        assert set(codes(refusal)) == {code}
    else:
        assert len(freeze_units(**how)) == 12


def test_a_unit_frozen_too_late_is_recorded_with_an_event(cast: Cast, batch: Batch) -> None:
    units = filled(cast, batch)
    happened = Happened(FILLED + timedelta(minutes=75), "The freezer had to be restarted.")

    frozen = freeze_units(
        batch=batch,
        units=units,
        frozen_at=FILLED,
        actor=actor(cast.olga),
        at=FILLED + 2 * HOUR,
        happened=happened,
    )

    assert {unit.frozen_at for unit in frozen} == {happened.at}
    assert Event.objects.count() == 1
    assert "expired" in Event.objects.get().text


def test_a_unit_is_frozen_once(cast: Cast, batch: Batch) -> None:
    units = filled(cast, batch)
    how = {"batch": batch, "units": units, "frozen_at": FILLED, "actor": actor(cast.olga), "at": FILLED}
    freeze_units(**how)

    with pytest.raises(RuleBroken) as refusal:
        freeze_units(**how, state="frozen")

    assert set(codes(refusal)) == {"wrong_unit_state"}


def test_thawed_cells_stay_thawed_though_somebody_froze_them_again(cast: Cast, batch: Batch) -> None:
    units = filled(cast, batch)
    freeze_units(batch=batch, units=units, frozen_at=FILLED, actor=actor(cast.olga), at=FILLED)
    one = units[:1]
    with audited(actor=SYSTEM, action="test", at=FILLED, touching=[batch.record, one[0].record]) as change:
        move_units(change, units=one, verb=UnitVerb.THAW)
    happened = Happened(FILLED + HOUR, "Put back into the freezer by mistake.")

    freeze_units(
        batch=batch,
        units=one,
        state="frozen",
        frozen_at=FILLED,
        actor=actor(cast.olga),
        at=FILLED + HOUR,
        happened=happened,
    )

    assert Unit.objects.get(pk=one[0].pk).condition == "THAWED"
    assert "by mistake" in Event.objects.get().text


def test_the_database_itself_freezes_nothing_that_was_thawed(cast: Cast, batch: Batch) -> None:
    unit = filled(cast, batch)[0]

    with pytest.raises(IntegrityError), transaction.atomic():
        Unit.objects.filter(pk=unit.pk).update(condition="FROZEN", frozen_at=FILLED, thawed_at=FILLED)
    with pytest.raises(IntegrityError), transaction.atomic():
        Unit.objects.filter(pk=unit.pk).update(custody="ADMINISTERED")
    with pytest.raises(IntegrityError), transaction.atomic():
        Unit.objects.filter(pk=unit.pk).update(disposition="SOMETHING")


def test_release_changes_the_disposition_of_product_units_only(cast: Cast, batch: Batch) -> None:
    filled(cast, batch)
    releasable = releasable_units(batch)
    records = [unit.record for unit in releasable]
    assert {unit.kind for unit in releasable} == {"PRODUCT"}

    with audited(actor=SYSTEM, action="test", at=FILLED, touching=[batch.record, *records]) as change:
        set_disposition(change, units=releasable, verb=UnitVerb.RELEASE)

    assert Unit.objects.filter(disposition="RELEASED").count() == 9
    assert releasable_units(batch) == []


def test_a_verb_that_is_no_decision_changes_no_disposition(cast: Cast, batch: Batch) -> None:
    units = filled(cast, batch)
    records = [unit.record for unit in units]

    with (
        pytest.raises(ValueError, match="decides nothing"),
        audited(actor=SYSTEM, action="test", at=FILLED, touching=[batch.record, *records]) as change,
    ):
        set_disposition(change, units=units, verb=UnitVerb.DESTROY)


def test_expiry_is_judged_at_the_moment_of_use(cast: Cast, batch: Batch) -> None:
    units = filled(cast, batch)

    refuse_expired(units, FILLED + timedelta(minutes=59))
    with pytest.raises(RuleBroken) as refusal:
        refuse_expired(units, FILLED + HOUR)

    assert codes(refusal) == ["expired"] * 12


def test_what_expires_soon_is_listed_once_and_retained_units_are_not(cast: Cast, batch: Batch) -> None:
    filled(cast, batch)

    assert expiring_units(FILLED - DAY, timedelta(hours=24)).count() == 0
    assert expiring_units(FILLED, HOUR).count() == 10
    assert expiring_units(FILLED, HOUR, sites=["RHINE"]).count() == 0


def test_the_page_of_the_units_shows_what_was_planned_and_what_is_there(cast: Cast, batch: Batch) -> None:
    filled(cast, batch)

    page = units_page(batch)

    assert [(d.label_en, d.planned, d.made) for d in page.divisions] == [
        ("Product", 9, 9),
        ("Retained", 2, 2),
        ("Quality control", 1, 1),
    ]
    assert page.free_containers == 0
    assert [(facts.balance.counted, facts.balance.closes, facts.reconciled) for facts in page.balances] == [
        ("LABELS", True, False),
        ("CONTAINERS", True, False),
    ]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("5.0e7", "5.0×10⁷"),
        ("5.25e7", "5.25×10⁷"),
        ("10.0", "10"),
        ("9.50", "9.5"),
        ("10000", "1.0×10⁴"),
        ("9999", "9999"),
    ],
)
def test_large_counts_are_written_with_a_power_of_ten(value: str, text: str) -> None:
    assert scientific(Decimal(value)) == text
