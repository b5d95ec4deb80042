"""Results out of specification: opened by themselves, invalidated with cause only, retested by plan, concluded."""

from datetime import timedelta
from decimal import Decimal

import pytest
from pytest_django.plugin import DjangoDbBlocker

from apps.audit.models import Entry
from apps.batches.models import Batch
from apps.batches.selectors.batches import batch_now
from apps.core.errors import Happened, RuleBroken
from apps.core.roles import Role
from apps.quality.facts import Blocks
from apps.quality.models import Event
from apps.quality.selectors import open_holds
from apps.testing.facts import (
    Conclusion,
    InvestigationState,
    InvestigationVerb,
    LaboratoryCause,
    PlanKind,
    PlanState,
    Reply,
    Standing,
)
from apps.testing.lifecycle import MOVES, may_not_move
from apps.testing.models import Investigation, Result, Sample
from apps.testing.selectors import outcome_of, overdue_investigations, progress_of, retest_counts
from apps.testing.services import (
    begin_retests,
    correct_result,
    propose_plan,
    put_on_run,
    record_result,
    refuse_plan,
    return_to_laboratory,
)
from tests.cast import Cast, actor, give_role
from tests.testing import story
from tests.testing.oos import (
    LATER,
    TEST,
    approved,
    assessed,
    codes,
    concluded,
    decided,
    extended,
    failed,
    plan,
    replies,
    retested,
    run_of,
    with_retests,
)
from tests.testing.prologue import Prologue, undone

pytestmark = pytest.mark.django_db
V, S = InvestigationVerb, InvestigationState


@pytest.fixture(scope="module")
def prologue(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> object:
    """A running batch of a master whose viability may be retested three times and is reported as a mean."""
    patch, changed = pytest.MonkeyPatch(), with_retests(story.loaded())
    patch.setattr(story, "loaded", lambda: changed)
    with undone(django_db_blocker) as people:
        for name in ("olga", "oscar", "anna", "ada", "hugo", "quinn", "quentin", "stella", "paula", "arthur"):
            getattr(people, name)
        yield Prologue(people, story.running_batch(people))
    patch.undo()


@pytest.fixture
def sample(cast: Cast, batch: Batch) -> Sample:
    return story.received_sample(cast, batch)


@pytest.fixture
def found(cast: Cast, batch: Batch, sample: Sample) -> Investigation:
    """86.0, signed and reviewed."""
    return failed(cast, batch, sample)


def standing(batch: Batch) -> Standing:
    return outcome_of(batch_now(batch), TEST).standing


def invalidated(
    cast: Cast, found: Investigation, cause: LaboratoryCause = LaboratoryCause.PREPARATION
) -> Investigation:
    return decided(cast, assessed(cast, found, cause), V.INVALIDATE)


# --- opened by itself -----------------------------------------------------------------------------------------------
def test_the_signature_on_a_failing_result_opens_its_investigation(cast: Cast, batch: Batch, sample: Sample) -> None:
    run, results = story.entered(cast, batch, sample, TEST, at=LATER, answers={"viability": "86.0"})
    assert not Investigation.objects.exists()

    story.signed(cast, run, at=LATER)

    opened = Investigation.objects.get()
    assert (opened.state, opened.opened_by, opened.number) == (S.LABORATORY, "anna", "CT-0042-O01")
    assert Result.objects.get(pk=results[0].pk).investigation == opened


def test_what_passes_and_what_an_invalid_run_gave_is_not_investigated(cast: Cast, batch: Batch, sample: Sample) -> None:
    controls = {"beads": "20.0"}
    run, _ = story.entered(cast, batch, sample, TEST, at=LATER, answers={"viability": "86.0"}, controls=controls)
    story.signed(cast, run, at=LATER)
    story.signed(cast, story.entered(cast, batch, sample, TEST, "AR-0008", at=LATER)[0], at=LATER)

    assert not Investigation.objects.exists()
    assert outcome_of(batch, TEST).invalid_runs == 1


def test_a_signed_failing_result_is_not_corrected_away(cast: Cast, found: Investigation) -> None:
    with pytest.raises(RuleBroken) as refused:
        correct_result(result=found.results.get(), text="93.0", reason="Misread", actor=actor(cast.anna), at=LATER)

    assert codes(refused) == ["failure_stands"]


def test_a_second_failure_of_the_test_is_told_as_not_the_first(cast: Cast, batch: Batch, found: Investigation) -> None:
    again = failed(cast, batch, story.received_sample(cast, batch, at=story.FILLED - story.MINUTE), number="AR-0008")

    assert (found.earlier, again.earlier) == (0, 1)
    assert retest_counts(["NANHU"], LATER).by_test[0].repeated == 1


# --- phase I --------------------------------------------------------------------------------------------------------
def test_who_tested_does_not_assess_the_laboratory(cast: Cast, found: Investigation) -> None:
    give_role(cast.anna, Role.QC_HEAD)
    with pytest.raises(RuleBroken) as refused:
        assessed(cast, found, by="anna")

    assert codes(refused) == ["own_test"]


@pytest.mark.parametrize(
    ("answers", "code"),
    [
        (replies()[:-1], "answers_differ"),
        ([*replies(), replies()[0]], "answers_differ"),
        (replies(sample_identity=" . "), "remark_missing"),
        (replies(), "cause_not_shown"),
    ],
)
def test_phase_one_answers_every_question_and_shows_its_cause(
    cast: Cast, found: Investigation, answers: list, code: str
) -> None:
    with pytest.raises(RuleBroken) as refused:
        assessed(cast, found, answers=answers)

    assert code in codes(refused)


def test_a_result_is_not_invalidated_without_a_laboratory_cause(cast: Cast, found: Investigation) -> None:
    with pytest.raises(RuleBroken) as refused:
        decided(cast, assessed(cast, found, None), V.INVALIDATE)

    assert codes(refused) == ["no_laboratory_cause"]


def test_a_result_that_nobody_reviewed_is_not_invalidated(cast: Cast, batch: Batch, sample: Sample) -> None:
    run, _ = story.entered(cast, batch, sample, TEST, at=LATER, answers={"viability": "86.0"})
    story.signed(cast, run, at=LATER)

    with pytest.raises(RuleBroken) as refused:
        invalidated(cast, Investigation.objects.select_related("record").get())

    assert codes(refused) == ["not_reviewed"]


def test_what_is_invalidated_stays_and_counts_for_nothing(cast: Cast, batch: Batch, found: Investigation) -> None:
    invalidated(cast, found)

    result = Result.objects.get(investigation=found)
    outcome = outcome_of(batch_now(batch), TEST)
    assert (result.text, result.invalidated_at, result in outcome.results) == ("86.0", LATER, True)
    assert (outcome.standing, outcome.found) == (Standing.INVESTIGATED, Standing.AWAITED)
    assert open_holds([batch.record], Blocks.CERTIFY)


@pytest.mark.parametrize(("cause", "told"), [(LaboratoryCause.INSTRUMENT, 1), (LaboratoryCause.PREPARATION, 0)])
def test_what_was_wrong_with_the_run_is_told_to_every_batch_that_was_tested_on_it(
    cast: Cast, batch: Batch, sample: Sample, cause: LaboratoryCause, told: int
) -> None:
    other = story.received_sample(cast, story.running_batch(cast, "CT-0043", 2))
    run, _ = story.entered(cast, batch, sample, TEST, at=LATER, answers={"viability": "86.0"})
    line = put_on_run(run=run, samples=[other], actor=actor(cast.anna), at=LATER)[0]
    story.answered(cast, line, at=LATER)
    story.reviewed(cast, story.signed(cast, run, at=LATER), at=LATER)
    held = {hold.key for hold in open_holds([other.batch.record])}

    invalidated(cast, Investigation.objects.select_related("record").get(), cause)

    assert Event.objects.filter(subject=other.batch.record, about=run.record.address).count() == told
    assert len({hold.key for hold in open_holds([other.batch.record])} - held) == told


def test_returned_to_the_laboratory_it_is_answered_in_a_new_round(cast: Cast, found: Investigation) -> None:
    assessed(cast, found, None)
    found = return_to_laboratory(investigation=found, reason="Ask Anna.", actor=actor(cast.quinn), at=LATER)
    assessed(cast, found)

    rounds = set(found.answers.values_list("round", flat=True))
    assert rounds == {1, 2}
    assert found.answers.filter(round=2, reply=Reply.NO).count() == 1


# --- plans ----------------------------------------------------------------------------------------------------------
def test_nothing_is_tested_again_without_a_plan_and_the_attempt_is_kept(
    cast: Cast, batch: Batch, sample: Sample, found: Investigation
) -> None:
    run = run_of(cast, batch, cast.ada, "AR-0008")
    with pytest.raises(RuleBroken) as refused:
        put_on_run(run=run, samples=[sample], actor=actor(cast.ada), at=LATER)

    assert codes(refused) == ["already_on_a_run", "no_plan"]
    assert Entry.objects.filter(record=batch.record, action="investigation.refused.no_plan").exists()


def test_what_was_tested_again_all_the_same_is_on_record_and_passes_nothing(
    cast: Cast, batch: Batch, sample: Sample, found: Investigation
) -> None:
    invalidated(cast, found)
    run = run_of(cast, batch, cast.anna, "AR-0008")
    done = Happened(LATER, "Done before anybody knew.")
    put_on_run(run=run, samples=[sample], actor=actor(cast.anna), at=LATER, happened=done)
    story.controlled(cast, run, at=LATER)
    story.answered(cast, story.lines_of(run)[0], at=LATER, answers={"viability": "95.0"})
    story.reviewed(cast, story.signed(cast, run, at=LATER), at=LATER)

    outcome = outcome_of(batch_now(batch), TEST)
    assert (outcome.found, len(outcome.results), outcome.means) == (Standing.AWAITED, 2, ())


def test_who_was_put_beside_it_is_not_tested_again(cast: Cast, batch: Batch, found: Investigation) -> None:
    other = story.received_sample(cast, story.running_batch(cast, "CT-0043", 2))
    run = run_of(cast, batch, cast.anna, "AR-0008")
    both = {"samples": [found.line.sample, other], "happened": Happened(LATER, "Done before anybody knew.")}

    again, first = put_on_run(run=run, actor=actor(cast.anna), at=LATER, **both)

    assert [mark["code"] for mark in again.overridden] == ["already_on_a_run", "no_plan"]
    assert first.overridden == []
    assert not Event.objects.filter(subject=other.batch.record, kind="ACCEPTED_FACT").exists()


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"analyst": "anna"}, "first_analyst"),
        ({"analyst": "nobody"}, "unknown_number"),
        ({"retests": 4}, "too_many_retests"),
        ({"amount_left": Decimal("0.5")}, "sample_used_up"),
        ({"amount_left": Decimal("99")}, "more_than_drawn"),
        ({"amount_left": None}, "amount_missing"),
        ({"rationale": " . "}, "text_missing"),
        ({"kind": PlanKind.RESAMPLE, "not_representative": "Clotted."}, "sample_is_representative"),
    ],
)
def test_a_plan_keeps_to_the_master_the_sample_and_another_analyst(
    cast: Cast, found: Investigation, more: dict, code: str
) -> None:
    found = invalidated(cast, found)
    with pytest.raises(RuleBroken) as refused:
        propose_plan(investigation=found, planned=plan(**more), actor=actor(cast.hugo), at=LATER)

    assert code in codes(refused)


def test_a_sample_that_is_too_old_is_not_retested(cast: Cast, found: Investigation) -> None:
    found = invalidated(cast, found)
    with pytest.raises(RuleBroken) as refused:
        propose_plan(
            investigation=found, planned=plan(), actor=actor(cast.hugo), at=story.FILLED + timedelta(hours=4, minutes=1)
        )

    assert codes(refused) == ["sample_too_old"]


def test_no_result_beyond_the_plan_is_accepted_and_the_near_miss_is_kept(
    cast: Cast, batch: Batch, found: Investigation
) -> None:
    planned = approved(cast, invalidated(cast, found))
    retested(cast, planned, cast.ada, ["93.1", "92.4", "92.9"])
    run = run_of(cast, batch, cast.ada, "AR-0020")
    with pytest.raises(RuleBroken) as refused:
        begin_retests(plan=planned, run=run, count=1, actor=actor(cast.ada), at=LATER)

    assert codes(refused) == ["beyond_the_plan"]
    assert Event.objects.filter(kind="NEAR_MISS", about=f"{found.record.address}/plan").count() == 1


def test_only_the_analyst_of_the_plan_retests(cast: Cast, batch: Batch, found: Investigation) -> None:
    planned = approved(cast, invalidated(cast, found))
    run = run_of(cast, batch, cast.anna, "AR-0008")
    with pytest.raises(RuleBroken) as refused:
        begin_retests(plan=planned, run=run, count=3, actor=actor(cast.anna), at=LATER)
    assert "other_analyst" in codes(refused)

    lines = begin_retests(
        plan=planned, run=run_of(cast, batch, cast.ada, "AR-0009"), count=3, actor=actor(cast.ada), at=LATER
    )
    with pytest.raises(RuleBroken) as refused:
        record_result(
            line=lines[0], parameter="viability", text="95", tested_at=LATER, actor=actor(cast.anna), at=LATER
        )
    assert codes(refused) == ["other_analyst"]


def test_a_refused_plan_makes_room_for_another(cast: Cast, found: Investigation) -> None:
    found = invalidated(cast, found)
    first = propose_plan(investigation=found, planned=plan(), actor=actor(cast.hugo), at=LATER)
    refuse_plan(plan=first, reason="Two are enough.", actor=actor(cast.quinn), at=LATER)

    assert approved(cast, found, plan(retests=2)).state == PlanState.APPROVED


def test_a_retest_on_an_invalid_run_is_done_again_within_the_plan(
    cast: Cast, batch: Batch, found: Investigation
) -> None:
    planned = approved(cast, invalidated(cast, found))
    run = run_of(cast, batch, cast.ada, "AR-0008")
    begin_retests(plan=planned, run=run, count=3, actor=actor(cast.ada), at=LATER)
    story.record_control(run=run, control="beads", text="20.0", actor=actor(cast.ada), at=LATER)
    signing = story.sign_as(cast.ada, story.sign_results_content(run, ""), at=LATER)
    story.sign_results(run=run, signing=signing, actor=actor(cast.ada), at=LATER)

    assert progress_of(planned).left == 3
    retested(cast, planned, cast.ada, ["93.1", "92.4", "92.9"])
    assert [line.retest for line in planned.lines.order_by("retest")] == [1, 2, 3, 4, 5, 6]
    assert outcome_of(batch_now(batch), TEST).invalid_runs == 1


# --- conclusions ----------------------------------------------------------------------------------------------------
def test_the_mean_is_reported_rounded_half_up_when_qa_has_concluded(
    cast: Cast, batch: Batch, found: Investigation
) -> None:
    retested(cast, approved(cast, invalidated(cast, found)), cast.ada, ["93.10", "92.4", "92.65"])
    assert standing(batch) is Standing.INVESTIGATED

    concluded(cast, found, Conclusion.INVALIDATED)

    outcome = outcome_of(batch_now(batch), TEST)
    assert (outcome.standing, str(outcome.means[0].rounded), outcome.retests) == (Standing.PASSED, "92.7", 3)
    assert not [hold for hold in open_holds([batch.record]) if hold.key == f"test:{TEST}"]


def test_a_plan_is_carried_out_whole_before_anything_is_concluded(cast: Cast, found: Investigation) -> None:
    retested(cast, approved(cast, invalidated(cast, found)), cast.ada, ["93.1", "92.4"])
    with pytest.raises(RuleBroken) as refused:
        concluded(cast, found, Conclusion.INVALIDATED)

    assert codes(refused) == ["plan_not_done"]


def test_a_failing_retest_is_investigated_itself_and_no_mean_hides_it(
    cast: Cast, batch: Batch, found: Investigation
) -> None:
    retested(cast, approved(cast, invalidated(cast, found)), cast.ada, ["95.0", "95.0", "89.0"])
    concluded(cast, found, Conclusion.INVALIDATED)

    again = Investigation.objects.order_by("-pk")[0]
    assert (again.number, again.earlier) == ("CT-0042-O02", 1)
    assert standing(batch) is Standing.FAILED


def test_nothing_is_invalidated_by_its_conclusion_alone(cast: Cast, batch: Batch, found: Investigation) -> None:
    found = extended(cast, found)
    with pytest.raises(RuleBroken) as refused:
        concluded(cast, found, Conclusion.INVALIDATED)
    assert "other_conclusion" in codes(refused)

    retested(cast, approved(cast, found), cast.ada, ["93.1", "92.4", "92.9"])
    concluded(cast, found, Conclusion.CONFIRMED)
    assert standing(batch) is Standing.FAILED


def test_an_inconclusive_investigation_leaves_the_result_standing(
    cast: Cast, batch: Batch, found: Investigation
) -> None:
    concluded(cast, extended(cast, found), Conclusion.INCONCLUSIVE)

    assert standing(batch) is Standing.FAILED


def test_what_was_assessed_by_one_person_is_concluded_by_another(cast: Cast, found: Investigation) -> None:
    give_role(cast.hugo, Role.QA)
    found = invalidated(cast, found)
    retested(cast, approved(cast, found), cast.ada, ["93.1", "92.4", "92.9"])
    with pytest.raises(RuleBroken) as refused:
        concluded(cast, found, Conclusion.INVALIDATED, by="hugo")

    assert codes(refused) == ["own_assessment"]


def test_a_new_sample_takes_the_place_of_one_that_did_not_stand_for_its_batch(
    cast: Cast, batch: Batch, found: Investigation
) -> None:
    found = invalidated(cast, found, LaboratoryCause.SAMPLE)
    planned = plan(kind=PlanKind.RESAMPLE, retests=1, not_representative="Clotted in the tube, photograph 3.")
    resampling = approved(cast, found, planned)
    new = story.received_sample(cast, batch, at=LATER)

    retested(cast, resampling, cast.ada, ["93.1"], number="AR-0021", sample=new)
    concluded(cast, found, Conclusion.INVALIDATED)

    assert standing(batch) is Standing.PASSED


def test_an_invalidated_result_stands_again_when_quality_concludes_that_nothing_is_certain(
    cast: Cast, batch: Batch, found: Investigation
) -> None:
    retested(cast, approved(cast, invalidated(cast, found)), cast.ada, ["93.1", "92.4", "92.9"])
    concluded(cast, found, Conclusion.INCONCLUSIVE)

    assert found.results.get().invalidated_at is None
    assert standing(batch) is Standing.FAILED
    assert [hold.key for hold in open_holds([batch.record]) if hold.key == f"test:{TEST}"]


def test_a_new_sample_takes_the_place_of_nothing_that_was_not_invalidated(
    cast: Cast, batch: Batch, found: Investigation
) -> None:
    planned = plan(kind=PlanKind.RESAMPLE, retests=1, not_representative="Clotted in the tube, photograph 3.")
    invalid = invalidated(cast, found, LaboratoryCause.SAMPLE)
    retested(
        cast,
        approved(cast, invalid, planned),
        cast.ada,
        ["93.1"],
        number="AR-0021",
        sample=story.received_sample(cast, batch, at=LATER),
    )
    concluded(cast, invalid, Conclusion.INCONCLUSIVE)

    assert standing(batch) is Standing.FAILED


def test_a_cause_that_quality_did_not_approve_is_no_ground_for_a_new_sample(cast: Cast, found: Investigation) -> None:
    extended_all_the_same = decided(cast, assessed(cast, found, LaboratoryCause.SAMPLE), V.EXTEND)
    Investigation.objects.filter(pk=found.pk).update(state=S.EXTENDED)  # as if production had been reviewed
    planned = plan(kind=PlanKind.RESAMPLE, retests=1, not_representative="Clotted in the tube, photograph 3.")
    with pytest.raises(RuleBroken) as refused:
        propose_plan(investigation=extended_all_the_same, planned=planned, actor=actor(cast.hugo), at=LATER)

    assert codes(refused) == ["sample_is_representative"]


def test_who_tested_again_does_not_conclude(cast: Cast, found: Investigation) -> None:
    give_role(cast.ada, Role.QA)
    retested(cast, approved(cast, invalidated(cast, found)), cast.ada, ["93.1", "92.4", "92.9"])
    with pytest.raises(RuleBroken) as refused:
        concluded(cast, found, Conclusion.INVALIDATED, by="ada")

    assert codes(refused) == ["own_test"]


@pytest.mark.parametrize(("person", "code"), [("anna", "own_test"), ("hugo", "own_assessment")])
def test_who_tested_or_assessed_the_laboratory_does_not_review_production(
    cast: Cast, found: Investigation, person: str, code: str
) -> None:
    give_role(getattr(cast, person), Role.QA)
    with pytest.raises(RuleBroken) as refused:
        extended(cast, found, reviewer=person)

    assert codes(refused) == [code]


def test_thirty_working_days_make_an_investigation_old(cast: Cast, found: Investigation) -> None:
    assert list(overdue_investigations(found.due_at - timedelta(minutes=1), ["NANHU"])) == []
    assert list(overdue_investigations(found.due_at, ["NANHU"])) == [found]
    assert found.due_at.date().isoformat() == "2026-12-17"  # Thursday, 5 November: thirty working days later


@pytest.mark.parametrize("state", S)
@pytest.mark.parametrize("verb", V)
def test_every_verb_leads_on_from_its_own_states_only(verb: InvestigationVerb, state: InvestigationState) -> None:
    allowed = {
        V.ASSESS: {S.LABORATORY},
        V.INVALIDATE: {S.PHASE_I_DONE},
        V.EXTEND: {S.PHASE_I_DONE},
        V.REVIEW_PRODUCTION: {S.PRODUCTION},
        V.PROPOSE_PLAN: {S.INVALIDATED, S.EXTENDED},
        V.APPROVE_PLAN: {S.INVALIDATED, S.EXTENDED},
        V.REFUSE_PLAN: {S.INVALIDATED, S.EXTENDED},
        V.CONCLUDE: {S.INVALIDATED, S.EXTENDED},
        V.RETURN: {S.PHASE_I_DONE, S.EXTENDED},
    }
    assert (may_not_move(verb, state) is None) == (state in allowed[verb])
    assert MOVES[verb].roles
