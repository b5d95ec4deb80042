"""Units are set apart for a study, pulled by scan in their window, tested as every sample is; the balance closes."""

import pytest

from apps.batches.models import Batch
from apps.core.errors import Refused, RuleBroken
from apps.quality.facts import Blocks, EventKind
from apps.quality.models import Event, Hold
from apps.quality.selectors import open_holds
from apps.quality.services import stop_record
from apps.stability.facts import PointState
from apps.stability.models import Pull, Study, StudyPoint
from apps.stability.selectors import columns_of, support_of
from apps.stability.services import report_missed_pulls
from apps.supply.selectors import free_units
from apps.testing.facts import Standing
from apps.testing.models import Investigation
from apps.testing.selectors import outcomes_of, results_hash
from apps.transport.selectors import units_to_ship
from apps.units.facts import Custody, Fate, UnitKind
from apps.units.models import Unit
from apps.units.selectors import units_of, whereabouts
from tests.cast import Cast, actor
from tests.stability.story import OPENED, TESTS, closed, for_study, month, opened, pulled, received, run_of, through
from tests.storage.conftest import tank_of
from tests.storage.story import put
from tests.testing.story import DAY, HOUR, MINUTE


def codes(refusal: pytest.ExceptionInfo[Refused]) -> set[str]:
    return {objection.code for objection in refusal.value.objections}


@pytest.fixture
def study(cast: Cast, batch: Batch) -> Study:
    return opened(cast, batch)


def test_a_study_sets_its_units_apart_and_owes_its_months(study: Study, batch: Batch) -> None:
    points = list(StudyPoint.objects.filter(study=study).order_by("month"))

    assert study.number == "CT-0042-ST01"
    assert [(point.month, point.due_at) for point in points] == [(n, month(n)) for n in (3, 6, 9, 12, 18, 24)]
    assert points[0].opens_at == month(3) - 7 * DAY
    assert points[0].ends_at == month(3) + 7 * DAY
    apart = [unit for unit in units_of(batch) if unit.custody == Custody.SET_APART]
    assert {unit.kind for unit in apart} == {UnitKind.RETAINED, UnitKind.PRODUCT}
    assert len(apart) == 6


def test_no_shipment_order_or_supply_offers_a_unit_that_is_set_apart(study: Study, batch: Batch) -> None:
    apart = {unit.number for unit in units_of(batch) if unit.custody == Custody.SET_APART}

    assert not apart & {unit.number for unit in units_to_ship(batch)}
    assert not apart & {unit.number for unit in free_units(batch)}


def test_too_few_units_open_no_study(cast: Cast, batch: Batch) -> None:
    with pytest.raises(RuleBroken) as refused:
        opened(cast, batch, for_study(batch)[:5])

    assert codes(refused) == {"too_few_units"}


def test_one_study_of_a_batch_is_open_at_a_time(cast: Cast, study: Study, batch: Batch) -> None:
    with pytest.raises(RuleBroken) as refused:
        opened(cast, batch)

    assert "studied_already" in codes(refused)


def test_a_held_or_expired_unit_is_not_set_apart(cast: Cast, batch: Batch) -> None:
    units = for_study(batch)
    stop_record(record=units[0].record, reason="A drop of ice.", actor=actor(cast.olga), at=OPENED)

    with pytest.raises(RuleBroken) as held:
        opened(cast, batch)
    with pytest.raises(RuleBroken) as expired:
        opened(cast, batch, at=month(12))

    assert codes(held) == {"open_holds"}
    assert "expired" in codes(expired)


def test_the_unit_of_the_release_tests_is_not_set_apart(cast: Cast, batch: Batch) -> None:
    qc = next(unit for unit in units_of(batch) if unit.kind == UnitKind.QC)

    with pytest.raises(RuleBroken) as refused:
        opened(cast, batch, [*for_study(batch), qc])

    assert "for_release_tests" in codes(refused)


@pytest.mark.parametrize("by", ["olga", "stella", "ines"])
def test_who_is_neither_quality_nor_the_head_of_the_laboratory_opens_none(cast: Cast, batch: Batch, by: str) -> None:
    with pytest.raises(Refused) as refused:
        opened(cast, batch, by=by)

    assert refused.value.status == 403


# --- pulls ----------------------------------------------------------------------------------------------------------
def test_a_pull_empties_the_place_and_makes_a_sample_of_its_month(cast: Cast, study: Study, batch: Batch) -> None:
    tank_of(cast)
    unit = for_study(batch)[0]
    put(cast, unit, "LN-03/4/2/B7", at=OPENED + HOUR)

    pull = pulled(cast, study, 3, unit)

    now = Unit.objects.get(pk=unit.pk)
    assert (now.condition, now.position) == ("SPENT", "")
    assert now.stays.get().out_at == month(3)
    assert (pull.sample.point, pull.sample.source, pull.sample.drawn_at) == ("ST01-M03", unit.record, month(3))
    assert tuple(pull.sample.tests) == TESTS
    assert StudyPoint.objects.get(study=study, month=3).state == PointState.PULLED


def test_the_balance_closes_before_and_after_a_pull(cast: Cast, study: Study, batch: Batch) -> None:
    before = whereabouts(batch)
    pulled(cast, study, 3)
    after = whereabouts(batch)

    assert before.closes
    assert after.closes
    assert after.accounted[Fate.TESTED] == before.accounted[Fate.TESTED] + 1
    assert after.made == before.made


def test_another_unit_is_a_hard_stop_and_a_near_miss(cast: Cast, study: Study, batch: Batch) -> None:
    other = next(unit for unit in units_of(batch) if unit.custody == Custody.IN_STORE and unit.kind == UnitKind.PRODUCT)

    with pytest.raises(RuleBroken) as refused:
        pulled(cast, study, 3, other)

    assert codes(refused) == {"wrong_unit"}
    assert Event.objects.get(subject=study.record).kind == EventKind.NEAR_MISS
    assert not Pull.objects.exists()


def test_the_window_is_kept_to_the_minute_at_its_beginning(cast: Cast, study: Study) -> None:
    opens = month(3) - 7 * DAY

    with pytest.raises(RuleBroken) as refused:
        pulled(cast, study, 3, pulled_at=opens - MINUTE)

    assert codes(refused) == {"before_the_window"}
    assert not pulled(cast, study, 3, pulled_at=opens).late


def test_the_last_minute_of_the_window_is_in_time(cast: Cast, study: Study) -> None:
    assert not pulled(cast, study, 3, pulled_at=month(3) + 7 * DAY).late
    assert not Event.objects.filter(subject=study.record).exists()


def test_a_late_pull_says_why_and_is_an_event(cast: Cast, study: Study) -> None:
    late = month(3) + 7 * DAY + MINUTE

    with pytest.raises(RuleBroken) as refused:
        pulled(cast, study, 3, pulled_at=late)
    pull = pulled(cast, study, 3, pulled_at=late, reason="The analyst was ill.")

    assert codes(refused) == {"late_without_reason"}
    assert pull.late
    assert Event.objects.get(subject=study.record).kind == EventKind.HOLD_TIME


def test_a_pull_that_never_came_is_an_event_once_and_may_still_be_made_up_for(cast: Cast, study: Study) -> None:
    ends = month(3) + 7 * DAY

    assert report_missed_pulls(at=ends) == []
    told = report_missed_pulls(at=ends + MINUTE)
    again = report_missed_pulls(at=ends + DAY)

    assert [point.month for point in told] == [3]
    assert again == []
    assert Event.objects.filter(subject=study.record).count() == 1
    assert pulled(cast, study, 3, pulled_at=ends + DAY, reason="Found at the review.").late


def test_a_month_takes_as_many_units_as_the_protocol_says(cast: Cast, study: Study) -> None:
    pulled(cast, study, 3)

    with pytest.raises(RuleBroken) as refused:
        pulled(cast, study, 3)

    assert codes(refused) == {"pulled_already"}


def test_a_unit_is_pulled_once(cast: Cast, study: Study) -> None:
    first = pulled(cast, study, 3)

    with pytest.raises(RuleBroken) as refused:
        pulled(cast, study, 6, first.unit)

    assert "unit_gone" in codes(refused)


def test_a_month_that_the_protocol_does_not_have_is_refused(cast: Cast, study: Study) -> None:
    with pytest.raises(RuleBroken) as refused:
        pulled(cast, study, 5)

    assert codes(refused) == {"no_such_point"}


def test_a_unit_that_was_too_warm_is_not_pulled(cast: Cast, study: Study, batch: Batch) -> None:
    unit = for_study(batch)[0]
    stop_record(record=unit.record, reason="It was too warm.", actor=actor(cast.olga), at=OPENED)

    with pytest.raises(RuleBroken) as refused:
        pulled(cast, study, 3, unit)

    assert codes(refused) == {"open_holds"}


def test_what_is_left_goes_back_when_the_study_is_closed(cast: Cast, study: Study, batch: Batch) -> None:
    first = pulled(cast, study, 3)

    done = closed(cast, study, at=month(3) + DAY)

    assert (done.state, done.closed_by) == ("CLOSED", "quinn")
    assert not [unit for unit in units_of(batch) if unit.custody == Custody.SET_APART and unit.pk != first.unit_id]
    assert whereabouts(batch).closes
    with pytest.raises(RuleBroken) as refused:
        pulled(cast, study, 6)
    assert "study_closed" in codes(refused)


# --- results --------------------------------------------------------------------------------------------------------
def test_a_month_that_passed_is_supported_and_leaves_the_analysis_as_it_was_approved(
    cast: Cast, study: Study, batch: Batch
) -> None:
    before = results_hash(outcomes_of(batch))

    assert support_of(study).months == 0
    through(cast, pulled(cast, study, 3))

    assert support_of(study).months == 3
    assert results_hash(outcomes_of(batch)) == before
    assert not open_holds([batch.record])


def test_a_pull_that_waits_for_its_tests_holds_nothing_and_supports_nothing(
    cast: Cast, study: Study, batch: Batch
) -> None:
    sample = received(cast, pulled(cast, study, 3).sample)
    run_of(cast, sample, "potency")

    assert support_of(study).months == 0
    assert not open_holds([batch.record])


def test_a_failing_month_is_investigated_holds_the_batch_and_ends_the_support(
    cast: Cast, study: Study, batch: Batch
) -> None:
    through(cast, pulled(cast, study, 3))
    through(cast, pulled(cast, study, 6), ("potency",), potency={"inhibition": "12.0"})

    support = support_of(study)

    assert (support.months, support.failed_at) == (3, 6)
    assert Investigation.objects.get(batch=batch).line.sample.point == "ST01-M06"
    units = [unit.record for unit in units_of(batch) if unit.custody == Custody.IN_STORE]
    assert open_holds(units[:1], Blocks.USE)
    assert open_holds(units[:1], Blocks.ISSUE)
    assert {hold.key for hold in Hold.objects.filter(record=batch.record, lifted_at=None)} >= {
        "failed:potency:ST01-M06",
        "test:potency:ST01-M06",
    }
    release = {one.test.key: one.standing for one in outcomes_of(batch)}
    assert release["potency"] is Standing.PASSED


def test_the_study_goes_on_after_a_failure(cast: Cast, study: Study) -> None:
    through(cast, pulled(cast, study, 3), ("potency",), potency={"inhibition": "12.0"})

    assert pulled(cast, study, 6).point.month == 6


def test_the_table_has_month_0_from_the_release(study: Study) -> None:
    columns = columns_of(study)

    assert [column.month for column in columns] == [0, 3, 6, 9, 12, 18, 24]
    assert set(columns[0].facts.standings.values()) == {Standing.PASSED}
    assert set(columns[1].facts.standings.values()) == {Standing.MISSING}
