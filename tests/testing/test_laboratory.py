"""Samples, runs, results, second persons: what the laboratory does, and what it is refused."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from apps.audit.models import Entry
from apps.audit.selectors import entries_of
from apps.audit.services import audited
from apps.batches.facts.words import BatchState
from apps.batches.models import Batch
from apps.core.actor import SYSTEM
from apps.core.errors import BadInput, Happened, NotAllowed, RuleBroken, Stale
from apps.lineage.selectors import ancestor_ids
from apps.materials.services import open_lot
from apps.quality.facts import Blocks
from apps.quality.models import Event, Hold
from apps.quality.selectors import open_holds
from apps.testing import selectors
from apps.testing.content import late_result_content, review_results_content, sign_results_content
from apps.testing.facts import Standing
from apps.testing.models import AssayRun, ControlValue, Result, Sample
from apps.testing.selectors import (
    analysts_of,
    history_of_result,
    invalid_runs,
    lines_of,
    outcome_of,
    overdue_results,
    runs_to_review,
    samples_awaiting,
    worksheet,
)
from apps.testing.services import (
    add_late_result,
    correct_result,
    draw_sample,
    open_run,
    put_on_run,
    receive_sample,
    record_control,
    record_result,
    refuse_sample,
    review_results,
    sign_results,
)
from apps.units.models import Unit
from tests.cast import AT, Cast, actor, give_role, sign_as
from tests.testing.story import (
    DAY,
    FILLED,
    HOUR,
    INOCULATED,
    MINUTE,
    answered,
    as_if,
    controlled,
    definition,
    entered,
    filled,
    instrument,
    needs_of,
    opened_run,
    received_sample,
    released_lot,
    reviewed,
    running_batch,
    signed,
    specified,
)

pytestmark = pytest.mark.django_db
LATER = FILLED + 2 * HOUR


@pytest.fixture
def sample(cast: Cast, batch: Batch) -> Sample:
    return received_sample(cast, batch)


def codes(refusal: pytest.ExceptionInfo[RuleBroken]) -> list[str]:
    return [objection.code for objection in refusal.value.objections]


def held(batch: Batch, test: str) -> bool:
    return Hold.objects.filter(record=batch.record, key=f"test:{test}", lifted_at=None).exists()


# --- samples --------------------------------------------------------------------------------------------------------
def test_a_sample_is_numbered_from_its_batch_and_made_from_it(cast: Cast, batch: Batch) -> None:
    olga = actor(cast.olga)
    first = draw_sample(
        batch=batch, kind="fill_suspension", source=batch.record, drawn_at=FILLED, actor=olga, at=FILLED
    )
    second = draw_sample(batch=batch, kind="supernatant", source=batch.record, drawn_at=FILLED, actor=olga, at=FILLED)

    assert [first.record.address, second.record.address] == ["sample/CT-0042-S01", "sample/CT-0042-S02"]
    assert batch.record_id in ancestor_ids([first.record])
    assert set(first.tests) == {test for test in first.tests if specified(test).sample == "fill_suspension"}
    assert (first.amount, first.amount_unit) == ("8", "mL")


def test_a_sample_drawn_in_a_step_is_for_the_tests_of_that_step(cast: Cast, batch: Batch) -> None:
    place = next(at.place for at in definition().walk() if any(s.sample == "fill_suspension" for s in at.step.samples))
    how = {"batch": batch, "kind": "fill_suspension", "source": batch.record, "drawn_at": FILLED, "at": FILLED}

    drawn = draw_sample(**how, place=str(place), actor=actor(cast.olga))

    step = definition().step(place)
    assert drawn.tests == [test for sampling in step.samples for test in sampling.tests]
    with pytest.raises(BadInput) as refusal:
        draw_sample(**how, place="nowhere.at_all", actor=actor(cast.olga))
    assert refusal.value.objections[0].place == "place"


@pytest.mark.parametrize(
    ("kind", "tests", "code"),
    [
        ("blood", [], "unknown_sample_kind"),
        ("fill_suspension", ["karma"], "unknown_test"),
        ("qc_unit", [], "wrong_source"),
    ],
)
def test_what_the_master_does_not_know_is_not_sampled(
    cast: Cast, batch: Batch, kind: str, tests: list[str], code: str
) -> None:
    with pytest.raises(RuleBroken) as refusal:
        draw_sample(
            batch=batch,
            kind=kind,
            source=batch.record,
            drawn_at=FILLED,
            actor=actor(cast.olga),
            at=FILLED,
            tests=tests,
        )

    assert codes(refusal) == [code]


def test_a_sample_of_another_batch_is_refused(cast: Cast, batch: Batch) -> None:
    other = running_batch(cast, "CT-0043", 2)

    with pytest.raises(RuleBroken) as refusal:
        draw_sample(
            batch=batch,
            kind="fill_suspension",
            source=other.record,
            drawn_at=FILLED,
            actor=actor(cast.olga),
            at=FILLED,
        )

    assert codes(refusal) == ["foreign_source"]


def test_a_quality_control_unit_is_used_up_by_its_sample(cast: Cast, batch: Batch) -> None:
    unit = filled(cast, batch)[-1]

    drawn = received_sample(cast, batch, "qc_unit", unit=unit)
    again = received_sample(cast, batch, "qc_unit", unit=unit, tests=["sterility"])

    used = Unit.objects.get(pk=unit.pk)
    assert (used.condition, used.custody, used.spent_at) == ("SPENT", "IN_STORE", FILLED)
    assert {drawn.source_id, again.source_id} == {unit.record_id}
    assert unit.record_id in ancestor_ids([drawn.record])


def test_a_product_unit_is_no_quality_control_unit_unless_it_was_taken(cast: Cast, batch: Batch) -> None:
    bag = filled(cast, batch)[0]

    with pytest.raises(RuleBroken) as refusal:
        received_sample(cast, batch, "qc_unit", unit=bag)
    assert codes(refusal) == ["wrong_source"]

    happened = Happened(FILLED, "The bag was taken by mistake.")
    draw_sample(
        batch=batch,
        kind="qc_unit",
        source=bag.record,
        drawn_at=FILLED,
        actor=actor(cast.olga),
        at=FILLED,
        happened=happened,
    )
    assert Unit.objects.get(pk=bag.pk).condition == "SPENT"
    assert Event.objects.get().severity == "CRITICAL"


@pytest.mark.parametrize(
    ("age", "code"), [(4 * HOUR, ""), (4 * HOUR + timedelta(seconds=1), "sample_too_old"), (-MINUTE, "too_early")]
)
def test_a_sample_is_received_within_the_age_of_its_tests(cast: Cast, batch: Batch, age: timedelta, code: str) -> None:
    drawn = draw_sample(
        batch=batch, kind="fill_suspension", source=batch.record, drawn_at=FILLED, actor=actor(cast.olga), at=FILLED
    )
    how = {"sample": drawn, "received_at": FILLED + age, "actor": actor(cast.anna), "at": FILLED + 5 * HOUR}

    if not code:
        assert receive_sample(**how).state == "RECEIVED"
        return
    with pytest.raises(RuleBroken) as refusal:
        receive_sample(**how)
    assert codes(refusal) == [code]
    assert list(samples_awaiting(["NANHU"])) == [drawn]


def test_a_sample_that_came_too_late_is_kept_with_an_event(cast: Cast, batch: Batch) -> None:
    drawn = draw_sample(
        batch=batch, kind="fill_suspension", source=batch.record, drawn_at=FILLED, actor=actor(cast.olga), at=FILLED
    )
    happened = Happened(FILLED + 6 * HOUR, "The lift was out of order.")

    kept = receive_sample(
        sample=drawn, received_at=FILLED, actor=actor(cast.anna), at=FILLED + 7 * HOUR, happened=happened
    )

    assert (kept.received_at, kept.overridden[0]["code"]) == (happened.at, "sample_too_old")
    assert "Viability before freezing" in Event.objects.get().text


def test_a_refused_sample_is_not_tested_and_its_test_is_missing_again(cast: Cast, batch: Batch) -> None:
    drawn = draw_sample(
        batch=batch, kind="fill_suspension", source=batch.record, drawn_at=FILLED, actor=actor(cast.olga), at=FILLED
    )
    refuse_sample(sample=drawn, reason="The tube is cracked.", actor=actor(cast.anna), at=FILLED)
    run = opened_run(cast, batch, "endotoxin")

    with pytest.raises(RuleBroken) as refusal:
        put_on_run(run=run, samples=[drawn], actor=actor(cast.anna), at=LATER)

    assert codes(refusal) == ["sample_not_received"]
    assert outcome_of(batch, "endotoxin").standing is Standing.MISSING


def test_only_analysts_receive_and_test(cast: Cast, batch: Batch, sample: Sample) -> None:
    for person in (cast.olga, cast.quinn, cast.hugo, cast.adam):
        with pytest.raises(NotAllowed):
            refuse_sample(sample=sample, reason="No.", actor=actor(person), at=LATER)


# --- runs -----------------------------------------------------------------------------------------------------------
def test_a_run_keeps_method_version_instruments_and_reagent_lots(cast: Cast, batch: Batch) -> None:
    run = opened_run(cast, batch, "endotoxin")

    assert (run.record.address, run.method, run.method_version) == ("run/AR-0007", "endotoxin_kinetic", "1")
    assert {(need.kind, need.key): need.number for need in run.needs.all()} == {
        ("INSTRUMENT", "plate_reader"): "E-PLATE-READER",
        ("REAGENT", "lal_reagent"): "R-LAL-REAGENT",
    }


def test_a_run_needs_every_instrument_and_reagent_of_its_method(cast: Cast, batch: Batch) -> None:
    with pytest.raises(RuleBroken) as refusal:
        open_run(number="AR-0007", batch=batch, test="endotoxin", started_at=AT, actor=actor(cast.anna), at=AT)

    assert codes(refusal) == ["needs_differ", "needs_differ"]


def test_an_instrument_out_of_calibration_and_a_lot_not_released_are_refused(cast: Cast, batch: Batch) -> None:
    needs = needs_of(cast, specified("endotoxin"))
    needs["instruments"] = {"plate_reader": instrument(cast, "E-OLD", "plate_reader", due=AT - DAY)}
    needs["reagents"] = {"lal_reagent": released_lot(cast, "R-NEW", "lal_reagent", release=False)}
    how = {"number": "AR-0007", "batch": batch, "test": "endotoxin", "actor": actor(cast.anna), "at": AT, **needs}

    with pytest.raises(RuleBroken) as refusal:
        open_run(**how, started_at=AT)

    assert codes(refusal) == ["not_calibrated", "lot_not_released"]


def test_a_run_done_on_an_uncalibrated_instrument_is_recorded_and_every_batch_on_it_hears_of_it(
    cast: Cast, batch: Batch, sample: Sample
) -> None:
    needs = needs_of(cast, specified("endotoxin"))
    needs["instruments"] = {"plate_reader": instrument(cast, "E-OLD", "plate_reader", due=AT - DAY)}
    happened = Happened(LATER, "Noticed when the run was entered.")
    how = {"number": "AR-0007", "batch": batch, "test": "endotoxin", "actor": actor(cast.anna), "at": LATER, **needs}
    run = open_run(**how, started_at=LATER, happened=happened)
    assert not Event.objects.exists()

    put_on_run(run=run, samples=[sample], actor=actor(cast.anna), at=LATER)

    event = Event.objects.get()
    assert event.subject_id == batch.record_id
    assert "E-OLD was due for calibration" in event.text


def test_an_open_reagent_is_used_as_long_as_its_own_clock_lets_it(cast: Cast, batch: Batch) -> None:
    """Its label says nothing of it; the master record that opened it does."""
    reagent = next(iter(needs_of(cast, specified("endotoxin"))["reagents"].values()))
    with audited(actor=SYSTEM, action="test.arranged", at=FILLED, touching=[reagent.record]) as change:
        open_lot(change, lot=reagent, opened_at=FILLED, life=HOUR)

    with pytest.raises(RuleBroken) as refusal:
        opened_run(cast, batch, "endotoxin", at=FILLED + HOUR)
    assert codes(refusal) == ["container_expired"]
    assert opened_run(cast, batch, "endotoxin", at=FILLED + HOUR - MINUTE)


@pytest.mark.parametrize("number", ["AR/7", "AR.7", "AR 7", "AR#7", "", "AR[7]"])
def test_a_run_number_fits_into_an_address(cast: Cast, batch: Batch, number: str) -> None:
    with pytest.raises(RuleBroken) as refusal:
        opened_run(cast, batch, "appearance", number)

    assert codes(refusal) == ["bad_number"]


def test_a_run_number_is_given_once(cast: Cast, batch: Batch) -> None:
    opened_run(cast, batch, "appearance")

    with pytest.raises(RuleBroken) as refusal:
        opened_run(cast, batch, "endotoxin")

    assert codes(refusal) == ["number_taken"]


def test_samples_of_several_batches_share_a_run_of_one_method(cast: Cast, batch: Batch, sample: Sample) -> None:
    other = received_sample(cast, running_batch(cast, "CT-0043", 2))
    run = opened_run(cast, batch, "endotoxin")

    lines = put_on_run(run=run, samples=[sample, other], actor=actor(cast.anna), at=LATER)

    assert [(line.position, line.sample.number) for line in lines] == [(1, "CT-0042-S01"), (2, "CT-0043-S01")]
    assert len(worksheet(run).rows) == 2


def test_a_sample_is_tested_for_what_it_was_drawn_for(cast: Cast, batch: Batch) -> None:
    only_gram = received_sample(cast, batch, tests=["gram_stain"])
    run = opened_run(cast, batch, "endotoxin")

    with pytest.raises(RuleBroken) as refusal:
        put_on_run(run=run, samples=[only_gram], actor=actor(cast.anna), at=LATER)

    assert codes(refusal) == ["not_for_this_test"]


def test_a_sample_too_old_for_a_test_is_refused_on_the_worksheet(cast: Cast, batch: Batch, sample: Sample) -> None:
    on_the_edge, too_late = FILLED + 4 * HOUR, FILLED + 4 * HOUR + MINUTE
    late = opened_run(cast, batch, "viability_prefreeze", "AR-0008", at=too_late)
    with pytest.raises(RuleBroken) as refusal:
        put_on_run(run=late, samples=[sample], actor=actor(cast.anna), at=too_late)
    assert codes(refusal) == ["sample_too_old"]

    timely = opened_run(cast, batch, "viability_prefreeze", "AR-0009", at=on_the_edge)
    assert put_on_run(run=timely, samples=[sample], actor=actor(cast.anna), at=on_the_edge)


def test_a_control_is_corrected_with_a_reason_and_both_values_stay(cast: Cast, batch: Batch) -> None:
    run = opened_run(cast, batch, "endotoxin")
    how = {"run": run, "control": "spike", "actor": actor(cast.anna), "at": LATER}
    record_control(**how, text="49")

    with pytest.raises(RuleBroken) as refusal:
        record_control(**how, text="149")
    assert codes(refusal) == ["reason_missing"]

    corrected = record_control(**how, text="149", reason="Read from the wrong row.")
    assert (corrected.verdict, corrected.supersedes.verdict) == ("PASS", "ACTION")
    assert ControlValue.objects.filter(control="spike").count() == 2


def test_a_run_is_not_signed_before_its_controls_are_in(cast: Cast, batch: Batch, sample: Sample) -> None:
    run = opened_run(cast, batch, "endotoxin")
    put_on_run(run=run, samples=[sample], actor=actor(cast.anna), at=LATER)
    answered(cast, lines_of(run)[0], at=LATER)

    with pytest.raises(RuleBroken) as refusal:
        signed(cast, run, at=LATER)

    assert codes(refusal) == ["controls_missing"]


def test_an_invalid_run_gives_no_reportable_result_and_is_counted(cast: Cast, batch: Batch, sample: Sample) -> None:
    run, _ = entered(cast, batch, sample, "endotoxin", controls={"spike": "49"})

    run = signed(cast, run, at=LATER)
    reviewed(cast, run, at=LATER)

    outcome = outcome_of(batch, "endotoxin")
    assert run.state == "INVALID"
    assert (outcome.standing, outcome.invalid_runs, invalid_runs(batch)) == (Standing.AWAITED, 1, 1)
    assert held(batch, "endotoxin")
    assert not Event.objects.exists()
    with pytest.raises(RuleBroken) as refusal:
        record_control(run=run, control="spike", text="100", actor=actor(cast.anna), at=LATER, reason="Again.")
    assert codes(refusal) == ["run_judged"]


def test_after_an_invalid_run_the_sample_is_tested_again(cast: Cast, batch: Batch, sample: Sample) -> None:
    first, _ = entered(cast, batch, sample, "endotoxin", controls={"spike": "49"})
    signed(cast, first, at=LATER)

    second, _ = entered(cast, batch, sample, "endotoxin", "AR-0008")
    reviewed(cast, signed(cast, second, at=LATER), at=LATER)

    outcome = outcome_of(batch, "endotoxin")
    assert (outcome.standing, len(outcome.runs), outcome.invalid_runs) == (Standing.PASSED, 2, 1)


def test_nothing_is_tested_into_compliance(cast: Cast, batch: Batch, sample: Sample) -> None:
    entered(cast, batch, sample, "endotoxin", answers={"endotoxin": "0.8"})
    run = opened_run(cast, batch, "endotoxin", "AR-0008")

    with pytest.raises(RuleBroken) as refusal:
        put_on_run(run=run, samples=[sample], actor=actor(cast.anna), at=LATER)

    assert codes(refusal) == ["already_on_a_run"]


def test_a_second_run_that_was_done_is_recorded_and_the_failing_result_still_counts(
    cast: Cast, batch: Batch, sample: Sample
) -> None:
    first, _ = entered(cast, batch, sample, "endotoxin", answers={"endotoxin": "0.8"})
    reviewed(cast, signed(cast, first, at=LATER), at=LATER)
    second = opened_run(cast, batch, "endotoxin", "AR-0008")
    happened = Happened(LATER, "The analyst repeated the test on her own account.")
    put_on_run(run=second, samples=[sample], actor=actor(cast.anna), at=LATER, happened=happened)
    controlled(cast, second, at=LATER)
    answered(cast, lines_of(second)[0], at=LATER)
    reviewed(cast, signed(cast, second, at=LATER), at=LATER)

    assert outcome_of(batch, "endotoxin").standing is Standing.FAILED
    assert held(batch, "endotoxin")
    assert {event.kind for event in Event.objects.all()} == {"TEST_FAILED", "ACCEPTED_FACT"}


def test_a_cause_beside_the_controls_makes_a_run_invalid(cast: Cast, batch: Batch, sample: Sample) -> None:
    run, _ = entered(cast, batch, sample, "endotoxin")

    run = signed(cast, run, at=LATER, because="The plate was dropped.")

    assert (run.state, run.invalid_because) == ("INVALID", "The plate was dropped.")


def test_a_failing_result_does_not_vanish_with_its_run(cast: Cast, batch: Batch, sample: Sample) -> None:
    run, _ = entered(cast, batch, sample, "endotoxin", answers={"endotoxin": "0.8"})

    with pytest.raises(RuleBroken) as refusal:
        signed(cast, run, at=LATER, because="The plate was dropped.")

    assert codes(refusal) == ["failure_stands"]


# --- results --------------------------------------------------------------------------------------------------------
def test_a_result_keeps_what_was_entered_and_by_whom(cast: Cast, batch: Batch, sample: Sample) -> None:
    _, results = entered(cast, batch, sample, "endotoxin", answers={"endotoxin": "<0.05"})

    result = results[0]
    assert (result.text, str(result.number), result.comparator, result.unit) == ("<0.05", "0.05", "<", "[IU]/mL")
    assert (result.verdict, result.state, result.analyst) == ("PASS", "DRAFT", "anna")
    assert result.address == "sample/CT-0042-S01/endotoxin[AR-0007].endotoxin"
    assert [entry.action for entry in entries_of(sample.record)][-1] == "result.recorded"


def test_a_value_in_another_unit_is_converted_and_the_unit_given_is_kept(cast: Cast, batch: Batch) -> None:
    unit = filled(cast, batch)[-1]
    qc = received_sample(cast, batch, "qc_unit", unit=unit)
    run = opened_run(cast, batch, "viable_count")
    put_on_run(run=run, samples=[qc], actor=actor(cast.anna), at=LATER)

    result = record_result(
        line=lines_of(run)[0],
        parameter="viable_cells",
        text="5.1e7",
        unit="{cells}",
        tested_at=LATER,
        actor=actor(cast.anna),
        at=LATER,
    )

    assert (result.number, result.unit, result.verdict) == (51, "10*6{cells}", "PASS")
    assert result.judgement["given_unit"] == "{cells}"


@pytest.mark.parametrize("text", ["", "   ", "NaN", "0,04", "about 0.1", "1e400", "٣"])
def test_what_cannot_be_read_is_refused_and_nothing_stored(cast: Cast, batch: Batch, sample: Sample, text: str) -> None:
    with pytest.raises(BadInput) as refusal:
        entered(cast, batch, sample, "endotoxin", answers={"endotoxin": text})

    assert refusal.value.objections[0].place == "text"
    assert not Result.objects.exists()


def test_a_parameter_the_test_does_not_report_is_refused(cast: Cast, batch: Batch, sample: Sample) -> None:
    run, _ = entered(cast, batch, sample, "endotoxin")

    with pytest.raises(BadInput) as refusal:
        record_result(
            line=lines_of(run)[0],
            parameter="colour",
            text="red",
            tested_at=LATER,
            actor=actor(cast.anna),
            at=LATER,
        )

    assert refusal.value.objections[0].code == "unknown_parameter"


def test_a_result_is_entered_once_and_the_second_person_sees_the_first(
    cast: Cast, batch: Batch, sample: Sample
) -> None:
    run, _ = entered(cast, batch, sample, "endotoxin", answers={"endotoxin": "0.1"})
    how = {"line": lines_of(run)[0], "parameter": "endotoxin", "text": "0.2", "tested_at": LATER, "at": LATER}

    with pytest.raises(RuleBroken) as refusal:
        record_result(**how, actor=actor(cast.ada))

    assert codes(refusal) == ["already_recorded"]
    assert refusal.value.objections[0].facts["theirs"] == "0.1"
    assert refusal.value.objections[0].facts["by"] == "Anna Arendt"


def test_a_result_is_not_found_before_its_run_nor_in_the_future(cast: Cast, batch: Batch, sample: Sample) -> None:
    run = opened_run(cast, batch, "endotoxin", at=LATER)
    line = put_on_run(run=run, samples=[sample], actor=actor(cast.anna), at=LATER)[0]
    how = {"line": line, "parameter": "endotoxin", "text": "0.1", "actor": actor(cast.anna), "at": LATER}

    for instant, code in ((LATER - MINUTE, "too_early"), (LATER + MINUTE, "in_the_future")):
        with pytest.raises(RuleBroken) as refusal:
            record_result(**how, tested_at=instant)
        assert codes(refusal) == [code]


def test_a_correction_supersedes_and_is_signed_and_reviewed_again(cast: Cast, batch: Batch, sample: Sample) -> None:
    run, results = entered(cast, batch, sample, "endotoxin", answers={"endotoxin": "0.45"})
    reviewed(cast, signed(cast, run, at=LATER), at=LATER)
    assert not held(batch, "endotoxin")
    what = {"text": "0.04", "reason": "Decimal point misread.", "at": LATER + HOUR}

    corrected = correct_result(result=results[0], actor=actor(cast.anna), **what)

    assert (corrected.state, corrected.supersedes_id) == ("DRAFT", results[0].pk)
    assert outcome_of(batch, "endotoxin").standing is Standing.UNREVIEWED
    assert held(batch, "endotoxin")
    assert [row.text for row in history_of_result(corrected)] == ["0.45", "0.04"]

    reviewed(cast, signed(cast, run, at=LATER + HOUR), at=LATER + HOUR)
    assert outcome_of(batch, "endotoxin").standing is Standing.PASSED
    assert not held(batch, "endotoxin")


def test_a_corrected_result_is_not_corrected_again(cast: Cast, batch: Batch, sample: Sample) -> None:
    _, results = entered(cast, batch, sample, "endotoxin")
    how = {"result": results[0], "text": "0.1", "actor": actor(cast.anna), "at": LATER}
    correct_result(**how, reason="Misread.")

    with pytest.raises(RuleBroken) as refusal:
        correct_result(**how, reason="Again.")

    assert codes(refusal) == ["superseded"]


def test_a_correction_says_why(cast: Cast, batch: Batch, sample: Sample) -> None:
    _, results = entered(cast, batch, sample, "endotoxin")

    with pytest.raises(RuleBroken) as refusal:
        correct_result(result=results[0], text="0.1", reason=" ", actor=actor(cast.anna), at=LATER)

    assert codes(refusal) == ["reason_missing"]


@pytest.mark.parametrize("state", [BatchState.CERTIFIED, BatchState.RELEASED, BatchState.REJECTED])
def test_a_later_change_of_a_result_is_refused(cast: Cast, batch: Batch, sample: Sample, state: BatchState) -> None:
    run, results = entered(cast, batch, sample, "endotoxin")
    as_if(batch, state)

    with pytest.raises(RuleBroken) as refusal:
        correct_result(result=results[0], text="0.1", reason="Misread.", actor=actor(cast.anna), at=LATER)
    assert codes(refusal) == ["result_locked"]
    with pytest.raises(RuleBroken) as refusal:
        record_result(
            line=lines_of(run)[0],
            parameter="endotoxin",
            text="0.1",
            tested_at=LATER,
            actor=actor(cast.anna),
            at=LATER,
        )
    assert codes(refusal) == ["result_locked"]


# --- sterility ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("after", "code"),
    [
        (12 * DAY, "period_not_over"),
        (13 * DAY + timedelta(hours=23, minutes=59), "period_not_over"),
        (14 * DAY, ""),
    ],
)
def test_no_growth_is_accepted_after_fourteen_times_twenty_four_hours(
    cast: Cast, batch: Batch, sample: Sample, after: timedelta, code: str
) -> None:
    read_at = INOCULATED + after
    if code:
        with pytest.raises(RuleBroken) as refusal:
            entered(cast, batch, sample, "sterility", at=read_at, inoculated_at=INOCULATED)
        assert codes(refusal) == [code]
        assert not Result.objects.exists()
        return
    run, results = entered(cast, batch, sample, "sterility", at=read_at, inoculated_at=INOCULATED)
    reviewed(cast, signed(cast, run, at=read_at), at=read_at)
    assert (results[0].text, results[0].verdict) == ("no_growth", "PASS")
    assert not held(batch, "sterility")


@pytest.mark.parametrize(("minutes", "code"), [(-1, "period_not_over"), (0, "")])
def test_fourteen_days_are_elapsed_where_the_clocks_changed_meanwhile(
    cast: Cast, batch: Batch, minutes: int, code: str
) -> None:
    new_york = ZoneInfo("America/New_York")  # summer time ends on 1 November: noon there is an hour later by then
    inoculated = datetime(2026, 10, 30, 12, 0, tzinfo=new_york)
    early = received_sample(cast, batch, at=inoculated - HOUR)
    run = opened_run(cast, batch, "sterility", at=inoculated)
    put_on_run(run=run, samples=[early], actor=actor(cast.anna), at=inoculated, inoculated_at=inoculated)
    read_at = datetime(2026, 11, 13, 11, 0, tzinfo=new_york) + minutes * MINUTE

    if code:
        with pytest.raises(RuleBroken) as refusal:
            answered(cast, lines_of(run)[0], at=read_at)
        assert codes(refusal) == [code]
        assert not Result.objects.exists()
    else:
        assert answered(cast, lines_of(run)[0], at=read_at)[0].verdict == "PASS"


def test_growth_is_final_at_once_and_stops_the_batch(cast: Cast, batch: Batch, sample: Sample) -> None:
    read_at = INOCULATED + 30 * HOUR
    run, results = entered(
        cast, batch, sample, "sterility", at=read_at, inoculated_at=INOCULATED, answers={"growth": "growth"}
    )

    reviewed(cast, signed(cast, run, at=read_at), at=read_at)

    event = Event.objects.get()
    assert (event.kind, event.severity, event.about) == ("TEST_FAILED", "CRITICAL", results[0].address)
    assert held(batch, "sterility")
    assert outcome_of(batch, "sterility").standing is Standing.FAILED


def test_a_culture_says_when_it_was_inoculated(cast: Cast, batch: Batch, sample: Sample) -> None:
    run = opened_run(cast, batch, "sterility")

    with pytest.raises(RuleBroken) as refusal:
        put_on_run(run=run, samples=[sample], actor=actor(cast.anna), at=LATER)

    assert codes(refusal) == ["no_inoculation"]


def test_an_interim_reading_is_recorded_but_is_no_result(cast: Cast, batch: Batch, sample: Sample) -> None:
    run = opened_run(cast, batch, "sterility", at=INOCULATED)
    put_on_run(run=run, samples=[sample], actor=actor(cast.anna), at=INOCULATED, inoculated_at=INOCULATED)
    happened = Happened(INOCULATED + 7 * DAY, "No growth to date, asked for by the physician.")

    reading = record_result(
        line=lines_of(run)[0],
        parameter="growth",
        text="no_growth",
        tested_at=happened.at,
        actor=actor(cast.anna),
        at=happened.at,
        happened=happened,
    )

    assert (reading.verdict, reading.overridden[0]["code"]) == ("NOT_EVALUABLE", "period_not_over")
    assert Event.objects.get().about == reading.address


# --- signatures -----------------------------------------------------------------------------------------------------
def test_results_are_signed_by_the_analyst_who_entered_them(cast: Cast, batch: Batch, sample: Sample) -> None:
    run, results = entered(cast, batch, sample, "endotoxin")
    signing = sign_as(cast.ada, sign_results_content(run), at=LATER)

    with pytest.raises(RuleBroken) as refusal:
        sign_results(run=run, signing=signing, actor=actor(cast.ada), at=LATER)
    assert codes(refusal) == ["not_your_test"]

    run = signed(cast, run, at=LATER)
    result = Result.objects.get(pk=results[0].pk)
    assert (run.state, result.state, result.tested_signature.username) == ("VALID", "TESTED", "anna")
    assert "CT-0042-S01 · Endotoxin" in result.tested_signature.content


def test_what_is_signed_is_what_was_shown(cast: Cast, batch: Batch, sample: Sample) -> None:
    run, results = entered(cast, batch, sample, "endotoxin")
    signing = sign_as(cast.anna, sign_results_content(run), at=LATER)
    correct_result(result=results[0], text="0.11", reason="Misread.", actor=actor(cast.anna), at=LATER)

    with pytest.raises(Stale):
        sign_results(run=run, signing=signing, actor=actor(cast.anna), at=LATER)

    assert AssayRun.objects.get(pk=run.pk).state == "OPEN"


def test_nobody_reviews_their_own_test_and_the_attempt_is_kept(cast: Cast, batch: Batch, sample: Sample) -> None:
    run, _ = entered(cast, batch, sample, "endotoxin")
    signed(cast, run, at=LATER)

    with pytest.raises(RuleBroken) as refusal:
        reviewed(cast, run, at=LATER, by="anna")

    assert codes(refusal) == ["own_review"]
    assert Entry.objects.filter(record=run.record, action="results.review.refused").count() == 1


def test_one_who_only_entered_a_control_does_not_review_either(cast: Cast, batch: Batch, sample: Sample) -> None:
    run = opened_run(cast, batch, "endotoxin")
    put_on_run(run=run, samples=[sample], actor=actor(cast.anna), at=LATER)
    record_control(run=run, control="spike", text="100", actor=actor(cast.ada), at=LATER)
    for control, text in (("curve", "0.99"), ("negative", "yes")):
        record_control(run=run, control=control, text=text, actor=actor(cast.anna), at=LATER)
    answered(cast, lines_of(run)[0], at=LATER)
    signed(cast, run, at=LATER)

    with pytest.raises(RuleBroken):
        reviewed(cast, run, at=LATER, by="ada")

    reviewed(cast, run, at=LATER, by="hugo")
    assert Result.objects.get().state == "REVIEWED"


def test_two_roles_do_not_make_two_persons(cast: Cast, batch: Batch, sample: Sample) -> None:
    give_role(cast.hugo, role=cast.anna.roles.get().role)
    run = opened_run(cast, batch, "appearance")
    bag = received_sample(cast, batch, "qc_unit", unit=filled(cast, batch)[-1])
    line = put_on_run(run=run, samples=[bag], actor=actor(cast.hugo), at=LATER)[0]
    record_result(line=line, parameter="appearance", text="conforms", tested_at=LATER, actor=actor(cast.hugo), at=LATER)
    signing = sign_as(cast.hugo, sign_results_content(run), at=LATER)
    run = sign_results(run=run, signing=signing, actor=actor(cast.hugo), at=LATER)

    with pytest.raises(RuleBroken) as refusal:
        reviewed(cast, run, at=LATER, by="hugo")

    assert codes(refusal) == ["own_review"]


def test_an_operator_reviews_nothing(cast: Cast, batch: Batch, sample: Sample) -> None:
    run, _ = entered(cast, batch, sample, "endotoxin")
    signed(cast, run, at=LATER)
    signing = sign_as(cast.olga, review_results_content(run), at=LATER)

    with pytest.raises(NotAllowed):
        review_results(run=run, signing=signing, actor=actor(cast.olga), at=LATER)


def test_an_unsigned_run_is_not_reviewed_and_a_reviewed_one_not_twice(cast: Cast, batch: Batch, sample: Sample) -> None:
    run, _ = entered(cast, batch, sample, "endotoxin")
    with pytest.raises(RuleBroken) as refusal:
        reviewed(cast, run, at=LATER)
    assert codes(refusal) == ["run_open", "nothing_to_review"]

    signed(cast, run, at=LATER)
    assert list(runs_to_review(["NANHU"])) == [run]
    reviewed(cast, run, at=LATER)
    assert list(runs_to_review(["NANHU"])) == []
    with pytest.raises(RuleBroken) as refusal:
        reviewed(cast, run, at=LATER)
    assert codes(refusal) == ["nothing_to_review"]


# --- holds and events -----------------------------------------------------------------------------------------------
def test_a_passing_reviewed_test_loses_its_hold_and_no_other(cast: Cast, batch: Batch, sample: Sample) -> None:
    before = {hold.key for hold in open_holds([batch.record], Blocks.CERTIFY)}
    run, _ = entered(cast, batch, sample, "endotoxin")
    signed(cast, run, at=LATER)
    assert held(batch, "endotoxin")

    reviewed(cast, run, at=LATER)

    after = {hold.key for hold in open_holds([batch.record], Blocks.CERTIFY)}
    assert before - after == {"test:endotoxin"}
    assert "AR-0007" in Hold.objects.get(key="test:endotoxin").lift_reason


@pytest.mark.parametrize(
    ("text", "standing", "severity"),
    [("0.5", Standing.FAILED, "CRITICAL"), ("<0.51", Standing.NOT_EVALUABLE, "MAJOR")],
)
def test_a_failing_or_not_evaluable_result_keeps_the_hold_and_opens_an_event(
    cast: Cast, batch: Batch, sample: Sample, text: str, standing: Standing, severity: str
) -> None:
    run, _ = entered(cast, batch, sample, "endotoxin", answers={"endotoxin": text})
    reviewed(cast, signed(cast, run, at=LATER), at=LATER)

    assert outcome_of(batch, "endotoxin").standing is standing
    assert held(batch, "endotoxin")
    event = Event.objects.get()
    assert (event.kind, event.severity, event.subject_id) == ("TEST_FAILED", severity, batch.record_id)


def test_an_informative_test_that_fails_is_looked_at_but_has_no_hold_of_its_own(cast: Cast, batch: Batch) -> None:
    supernatant = received_sample(cast, batch, "supernatant", tests=["in_process_endotoxin"])
    run, _ = entered(cast, batch, supernatant, "in_process_endotoxin", answers={"endotoxin": "0.7"})

    reviewed(cast, signed(cast, run, at=LATER), at=LATER)

    assert Event.objects.get().severity == "MAJOR"
    assert not held(batch, "in_process_endotoxin")


def test_every_sample_of_a_test_must_pass(cast: Cast, batch: Batch, sample: Sample) -> None:
    run, _ = entered(cast, batch, sample, "endotoxin")
    reviewed(cast, signed(cast, run, at=LATER), at=LATER)
    received_sample(cast, batch, tests=["endotoxin"], at=FILLED + MINUTE)

    assert outcome_of(batch, "endotoxin").standing is Standing.AWAITED


def test_everybody_who_tested_is_known_with_the_records_they_touched(cast: Cast, batch: Batch, sample: Sample) -> None:
    run, _ = entered(cast, batch, sample, "endotoxin")
    reviewed(cast, signed(cast, run, at=LATER), at=LATER)

    assert analysts_of(batch) == {"anna"}
    assert {record.address for record in selectors.testing_records(batch)} == {"sample/CT-0042-S01", "run/AR-0007"}


def test_a_required_result_is_overdue_after_its_turn_round(cast: Cast, batch: Batch, sample: Sample) -> None:
    before = {duty.test.key for duty in overdue_results(FILLED + HOUR - MINUTE)}
    after = {duty.test.key for duty in overdue_results(FILLED + HOUR, sites=["NANHU"])}

    assert "viability_prefreeze" not in before  # its turn-round is one hour
    assert "viability_prefreeze" in after
    assert "sterility" not in after
    assert overdue_results(FILLED + 100 * DAY, sites=["RHINE"]) == []


# --- late results ---------------------------------------------------------------------------------------------------
def test_a_late_result_joins_as_a_signed_addendum(cast: Cast, batch: Batch, sample: Sample) -> None:
    run = opened_run(cast, batch, "endotoxin")
    line = put_on_run(run=run, samples=[sample], actor=actor(cast.anna), at=LATER)[0]
    controlled(cast, run, at=LATER)
    signed(cast, run, at=LATER)
    what = {"line": line, "parameter": "endotoxin", "text": "0.1", "tested_at": LATER}
    signing = sign_as(cast.anna, late_result_content(**what), at=LATER)
    with pytest.raises(RuleBroken) as refusal:
        add_late_result(**what, signing=signing, actor=actor(cast.anna), at=LATER)
    assert codes(refusal) == ["not_certified"]

    as_if(batch, BatchState.CERTIFIED)
    signing = sign_as(cast.anna, late_result_content(**what), at=LATER)
    result = add_late_result(**what, signing=signing, actor=actor(cast.anna), at=LATER)

    assert (result.late, result.state, result.tested_signature.verb) == (True, "TESTED", "add_late_result")
    assert Event.objects.get().kind == "LATE_RESULT"
    reviewed(cast, run, at=LATER)
    assert outcome_of(batch, "endotoxin").standing is Standing.PASSED
    assert not held(batch, "endotoxin")


def test_a_late_failure_stops_every_unit(cast: Cast, batch: Batch, sample: Sample) -> None:
    run = opened_run(cast, batch, "sterility", at=INOCULATED)
    line = put_on_run(run=run, samples=[sample], actor=actor(cast.anna), at=INOCULATED, inoculated_at=INOCULATED)[0]
    controlled(cast, run, at=INOCULATED)
    signed(cast, run, at=INOCULATED)
    unit = filled(cast, batch)[0]
    as_if(batch, BatchState.RELEASED)
    read_at = INOCULATED + 9 * DAY
    what = {"line": line, "parameter": "growth", "text": "growth", "tested_at": read_at}
    signing = sign_as(cast.anna, late_result_content(**what), at=read_at)
    add_late_result(**what, signing=signing, actor=actor(cast.anna), at=read_at)

    reviewed(cast, run, at=read_at)

    assert any("failed after certification" in hold.text for hold in open_holds([unit.record], Blocks.USE))


@pytest.mark.parametrize("state", [BatchState.CERTIFIED, BatchState.RELEASED])
@pytest.mark.parametrize("is_judged", [True, False])
def test_a_late_failure_stops_every_unit_before_a_second_person_has_looked_at_it(
    cast: Cast, batch: Batch, sample: Sample, state: BatchState, is_judged: bool
) -> None:
    run = opened_run(cast, batch, "sterility", at=INOCULATED)
    line = put_on_run(run=run, samples=[sample], actor=actor(cast.anna), at=INOCULATED, inoculated_at=INOCULATED)[0]
    controlled(cast, run, at=INOCULATED)
    if is_judged:
        signed(cast, run, at=INOCULATED)
    unit = filled(cast, batch)[0]
    as_if(batch, state)
    read_at = INOCULATED + 9 * DAY
    what = {"line": line, "parameter": "growth", "text": "growth", "tested_at": read_at}
    signing = sign_as(cast.anna, late_result_content(**what), at=read_at)

    add_late_result(**what, signing=signing, actor=actor(cast.anna), at=read_at)

    (hold,) = open_holds([unit.record], Blocks.USE)
    assert (hold.key, hold.blocks) == ("test:sterility:unreviewed", {Blocks.ISSUE, Blocks.USE})


def test_a_late_result_that_passes_stops_nothing(cast: Cast, batch: Batch, sample: Sample) -> None:
    run = opened_run(cast, batch, "endotoxin")
    line = put_on_run(run=run, samples=[sample], actor=actor(cast.anna), at=LATER)[0]
    as_if(batch, BatchState.RELEASED)
    what = {"line": line, "parameter": "endotoxin", "text": "0.1", "tested_at": LATER}
    signing = sign_as(cast.anna, late_result_content(**what), at=LATER)

    add_late_result(**what, signing=signing, actor=actor(cast.anna), at=LATER)

    assert open_holds([batch.record], Blocks.USE) == []


def test_a_late_result_changes_nothing_that_stands(cast: Cast, batch: Batch, sample: Sample) -> None:
    run, _ = entered(cast, batch, sample, "endotoxin", answers={"endotoxin": "0.1"})
    signed(cast, run, at=LATER)
    as_if(batch, BatchState.CERTIFIED)
    what = {"line": lines_of(run)[0], "parameter": "endotoxin", "text": "0.2", "tested_at": LATER}
    signing = sign_as(cast.anna, late_result_content(**what), at=LATER)

    with pytest.raises(RuleBroken) as refusal:
        add_late_result(**what, signing=signing, actor=actor(cast.anna), at=LATER)

    assert codes(refusal) == ["already_recorded"]
