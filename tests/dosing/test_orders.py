"""A physician orders, a second person checks; what the master record does not allow is refused before it is written."""

from dataclasses import replace
from datetime import datetime, time, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from apps.audit.models import Entry
from apps.audit.services import audited
from apps.core.actor import SYSTEM
from apps.core.errors import NotAllowed, RuleBroken
from apps.core.roles import Role
from apps.dosing.content import order_content
from apps.dosing.facts import Bedside, OrderState
from apps.dosing.lifecycle import MOVES
from apps.dosing.models import TreatmentOrder
from apps.dosing.rules.ordering import against_the_answers, weight_is_out_of_date, weight_is_too_old
from apps.dosing.selectors import against_the_start, order_now, prepare
from apps.dosing.services import cancel_order, order_treatment
from apps.identity.models import RecipientPerson
from apps.identity.selectors import patient_of
from apps.products.facts import Entered, Verdict, VersionState
from apps.products.rules.numbers import read_entry
from apps.quality.facts import Blocks
from apps.quality.services import place_hold
from apps.signatures.models import Signature
from tests.batches.refusals import codes
from tests.cast import Cast, actor, give_role, sign_as, site_of
from tests.dosing.story import MASTER, NOW, PATIENT, START, checked, checked_by, ordered, patient, said
from tests.testing.story import approved_master

pytestmark = pytest.mark.django_db
begins_with = approved_master
SHANGHAI = ZoneInfo("Asia/Shanghai")


def test_an_order_keeps_the_dose_line_by_line(cast: Cast) -> None:
    order = ordered(cast)

    assert (order.number, order.state, order.n) == ("R-0001-T01", OrderState.ORDERED, 1)
    assert (order.amount, order.amount_unit, order.units_to_thaw) == (Decimal("7.0e7"), "{cells}", 2)
    assert [(line["what"], line["how"]) for line in order.workings] == [
        ("Dose of the arm", "1.0×10⁶ cells/kg × 70 kg"),
        ("Cap", "3.0×10⁶ cells/kg × 70 kg"),
        ("Units to thaw", "7.0×10⁷ cells ÷ (5.0×10⁷ cells × 80 %)"),
    ]
    signature = Signature.objects.get(record=order.record)
    assert (signature.username, signature.verb) == ("paula", "treatment_ordered")
    assert "7.0×10⁷ cells ÷ (5.0×10⁷ cells × 80 %)" in signature.content


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ({"arm": "another"}, "unknown_arm"),
        ({"indication": "Common cold"}, "not_indicated"),
        ({"exclusions": ("pregnancy",)}, "contraindicated"),
        ({"exclusions": ("invented",)}, "contraindicated"),
        ({"planned_end": START}, "ends_too_early"),
        ({"amount": "9.9e8"}, "outside_the_arm"),
        ({"amount": "much"}, "no_number"),
        ({"answers": {"filing_number": "X-1"}}, "another_filing"),
        ({"answers": {"consent_signed": "no"}}, "answer_forbids"),
        ({"answers": {"consent_signed": ""}}, "answer_missing"),
        ({"answers": {"weighed_on": f"{START - timedelta(days=8):%Y-%m-%d}"}}, "weight_out_of_date"),
        ({"answers": {"weighed_on": f"{START + timedelta(days=2):%Y-%m-%d}"}}, "weight_out_of_date"),
        ({"answers": {"weight": ""}}, "answer_missing"),
        ({"answers": {"weight": "0.05"}}, "impossible"),
        ({"answers": {"blood_group": "A"}}, "unknown_answer"),
        (
            {"planned_start": START + timedelta(days=1000), "planned_end": START + timedelta(days=1001)},
            "authorisation_ended",
        ),
    ],
)
def test_what_the_master_record_does_not_allow_is_refused(cast: Cast, words: dict[str, Any], code: str) -> None:
    assert code in codes(lambda: ordered(cast, **words))
    assert not TreatmentOrder.objects.exists()


def test_only_an_approved_master_is_ordered_and_only_at_its_sites(cast: Cast) -> None:
    version, recipient = approved_master(cast), patient(cast)
    assert cast.rolf
    version.state, recipient.site = VersionState.AUTHOR_SIGNED, site_of("RHINE")

    found = {one.code for one in prepare(recipient, version, said()).objections}

    assert {"version_not_approved", "site_not_authorised"} <= found


@pytest.mark.parametrize("verdict", list(Verdict))
def test_an_answer_that_does_not_pass_or_cannot_be_judged_forbids(verdict: Verdict) -> None:
    field = MASTER.dosing.order[0]
    read = read_entry(field, "70.0")
    assert isinstance(read, Entered)
    judged = replace(read, judgement=replace(read.judgement, verdict=verdict))

    allowed = verdict in {Verdict.PASS, Verdict.ALERT, Verdict.RECORDED}
    assert (against_the_answers([field], {field.key: judged}) == ()) is allowed


def test_every_reason_is_said_at_once(cast: Cast) -> None:
    found = codes(lambda: ordered(cast, exclusions=("hiv",), answers={"consent_signed": "no", "filing_number": "X"}))

    assert {"contraindicated", "answer_forbids", "another_filing"} <= set(found)


def test_days_0_3_and_6_are_kept(cast: Cast) -> None:
    def on_day(day: int) -> dict[str, Any]:
        start = START + timedelta(days=day)
        return {"arm": "fixed_three_doses", "planned_start": start, "planned_end": start + timedelta(hours=1)}

    ordered(cast, **on_day(0))
    assert codes(lambda: ordered(cast, **on_day(2))) == ["too_early", "interval_too_short"]
    assert codes(lambda: ordered(cast, **on_day(5))) == ["too_late"]
    second = ordered(cast, **on_day(3))
    third = ordered(cast, **on_day(6))

    assert [second.n, third.n, third.number] == [2, 3, "R-0001-T03"]
    assert "plan_complete" in codes(lambda: ordered(cast, **on_day(9)))
    assert codes(lambda: ordered(cast, **{**on_day(6), "arm": "per_kg_single"})) == ["plan_complete"]


def test_the_doses_of_all_arms_keep_the_interval_and_the_most_of_one_patient(cast: Cast) -> None:
    def at(hours: int) -> dict[str, Any]:
        start = START + timedelta(hours=hours)
        return {"arm": "fixed_three_doses", "planned_start": start, "planned_end": start + timedelta(hours=1)}

    ordered(cast)

    assert codes(lambda: ordered(cast, **at(71))) == ["interval_too_short"]
    assert ordered(cast, **at(72)).n == 1


def test_a_cancelled_order_counts_for_no_dose(cast: Cast) -> None:
    cancel_order(order=ordered(cast), reason="Patient refused", actor=actor(cast.paula), at=NOW)

    assert (ordered(cast).n, TreatmentOrder.objects.count()) == (1, 2)


@pytest.mark.parametrize("name", ["nils", "quinn", "olga"])
def test_only_a_physician_orders(cast: Cast, name: str) -> None:
    recipient, version, person = patient(cast), approved_master(cast), getattr(cast, name)
    content = order_content(recipient, version, said(), prepare(recipient, version, said()))
    signing = sign_as(person, content, at=NOW)

    with pytest.raises(NotAllowed):
        order_treatment(
            recipient=recipient, product_version=version, said=said(), signing=signing, actor=actor(person), at=NOW
        )


@pytest.mark.parametrize("name", ["quinn", "vera"])
def test_a_second_person_checks(cast: Cast, name: str) -> None:
    order = checked_by(cast, name, ordered(cast))

    assert (order.state, order.checked_by) == (OrderState.CHECKED, name)
    assert Signature.objects.filter(record=order.record, verb="dose_checked", username=name).exists()


def test_nobody_checks_their_own_order(cast: Cast) -> None:
    from_paula = ordered(cast)
    with pytest.raises(NotAllowed):
        checked_by(cast, "paula", from_paula)
    give_role(cast.paula, Role.QA)
    assert codes(lambda: checked_by(cast, "paula", from_paula)) == ["same_person"]


def test_what_changed_since_the_order_was_written_is_found_by_the_second_person(cast: Cast) -> None:
    order = ordered(cast)
    patient_of_it = order.recipient.record
    touching = [order.record, patient_of_it]
    with audited(actor=SYSTEM, action="test.changed", at=NOW, touching=touching) as change:
        change.update(order_now(order), answers={**order.answers, "weight": "80.0"})
        place_hold(change, record=patient_of_it, key="k", blocks=[Blocks.USE], code="c", template="Wait.")

    assert codes(lambda: checked_by(cast, "vera", order)) == ["computed_otherwise", "open_holds"]
    assert order_now(order).state == OrderState.ORDERED


@pytest.mark.parametrize(("days", "holds"), [(-1, False), (0, True), (7, True), (8, False)])
def test_a_weight_holds_for_the_days_of_the_master_from_its_own_day_on(days: int, holds: bool) -> None:
    planned, valid = START.date(), MASTER.dosing.weight_valid_for

    assert (weight_is_out_of_date(planned - timedelta(days=days), planned, valid) is None) is holds


@pytest.mark.parametrize(("hours", "holds"), [(-1, False), (0, True), (72, True), (73, False)])
def test_in_intensive_care_a_weight_holds_for_hours_from_the_first_minute_of_its_day(hours: int, holds: bool) -> None:
    day, strict = START.astimezone(SHANGHAI).date(), MASTER.dosing.weight_valid_for_intensive
    planned = datetime.combine(day, time.min, SHANGHAI) + timedelta(hours=hours)

    assert strict is not None
    assert (weight_is_too_old(day, planned, strict) is None) is holds


def test_a_weight_of_three_days_ago_is_too_old_in_intensive_care_and_good_elsewhere(cast: Cast) -> None:
    weighed = {"weighed_on": f"{START - timedelta(days=3):%Y-%m-%d}"}
    version, recipient = approved_master(cast), patient(cast)

    def against(**words: Any) -> set[str]:
        return {one.code for one in prepare(recipient, version, said(answers=weighed, **words)).objections}

    assert [against(), against(intensive=True)] == [set(), {"weight_too_old"}]


def test_the_weight_is_judged_again_at_the_bed(cast: Cast) -> None:
    order = ordered(cast, intensive=True, ward="4 West")
    late = START + timedelta(days=2)
    found = {one.code for one in against_the_start(order, Bedside(), late)}

    assert order.ward == "4 West"
    assert "weight_too_old" in found
    assert "weight_out_of_date" not in found


def test_an_order_is_checked_once(cast: Cast) -> None:
    order = checked(cast)

    assert codes(lambda: checked_by(cast, "vera", order)) == ["wrong_state"]


def test_an_order_is_cancelled_with_a_reason(cast: Cast) -> None:
    order = checked(cast)

    assert codes(lambda: cancel_order(order=order, reason=" ", actor=actor(cast.paula), at=NOW)) == ["reason_missing"]
    cancel_order(order=order, reason="Patient refused", actor=actor(cast.paula), at=NOW)
    assert order_now(order).state == OrderState.CANCELLED
    with pytest.raises(RuleBroken):
        cancel_order(order=order, reason="Again", actor=actor(cast.paula), at=NOW)


def test_who_the_patient_is_never_stands_in_the_trail_and_is_shown_to_few(cast: Cast) -> None:
    recipient = patient(cast)
    trail = "".join(Entry.objects.values_list("text", flat=True))

    for text in (PATIENT.name, PATIENT.born, PATIENT.identifier, RecipientPerson.objects.get().salt):
        assert text not in trail
    seen = {name: patient_of(recipient, getattr(cast, name), NOW) is not None for name in ("paula", "nils", "quinn")}
    assert seen == {"paula": True, "nils": True, "quinn": False}


def test_every_state_is_reached_and_left_by_the_table() -> None:
    reached = {move.target for move in MOVES.values()} | {OrderState.ORDERED}

    assert reached == set(OrderState)
    assert all(move.roles for move in MOVES.values())
