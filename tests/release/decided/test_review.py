"""QA reviews the record and its trail: nothing is left out, everything has its answer, and that is what is signed."""

import json
from collections import Counter

import pytest

from apps.audit.models import Entry, Head
from apps.batches.models import RecordedValue, Step
from apps.core.errors import Stale
from apps.core.roles import Role
from apps.documents.models import Document
from apps.facility.models import Plate
from apps.products.definition.limits import TimeLimit
from apps.products.facts import Place
from apps.products.selectors import definition_of
from apps.quality.facts import Severity
from apps.quality.models import Event, Hold
from apps.release.content.signed import review_content
from apps.release.facts import Answer, Check, FindingKind
from apps.release.models import Judgement
from apps.release.selectors import all_records_of
from apps.release.services import review_batch
from apps.signatures.models import Signature
from apps.testing.models import AssayRun, Result
from tests.release.deciding import Release, codes, refusal

pytestmark = pytest.mark.django_db
COUNT = "expansion[3].count[1].replicate[A].viable"


def counted_by_hand(release: Release) -> dict[Check, int]:
    """What there is to look at, counted in the tables: by plain rows, without any of the selectors of the review."""
    batch = release.batch
    definition = definition_of(batch.product_version)
    values = list(RecordedValue.objects.filter(batch=batch, superseded_by=None))
    typed = [value for value in values if value.kind != "COMPUTED"]
    limits = [definition.parameter(Place.parse(value.place)).limit for value in typed]
    steps = list(Step.objects.filter(batch=batch).exclude(state="SKIPPED"))
    results = Result.objects.filter(batch=batch, superseded_by=None).exclude(line__run__state="INVALID")
    records = [record.pk for record in all_records_of(batch)]
    kept = Entry.objects.filter(record__in=records, table="")
    found = {finding.url_address for finding in release.page.findings if finding.check is not Check.EVENTS}
    return {
        Check.VALUES: sum(limit is not None and not isinstance(limit, TimeLimit) for limit in limits),
        Check.ENTRIES: len(typed),
        Check.SIGNATURES: sum((step.performed_id is not None) + (step.second_id is not None) for step in steps),
        Check.MATERIALS: sum(value.lot_id is not None for value in typed),
        Check.DEVICES: sum(value.instrument_id is not None for value in typed),
        Check.ENVIRONMENT: Plate.objects.filter(session__cleared_for=batch.record).count(),
        Check.HOLD_TIMES: sum(isinstance(limit, TimeLimit) for limit in limits),
        Check.RECOMPUTED: sum(value.kind == "COMPUTED" and value.text != "" for value in values),
        Check.RESULTS: results.count(),
        Check.RUNS: AssayRun.objects.filter(lines__sample__batch=batch).distinct().count(),
        Check.INVESTIGATIONS: 0,
        Check.EVENTS: Event.objects.filter(subject=batch.record).exclude(about__in=found - {""}).count(),
        Check.REFUSED_ATTEMPTS: sum("refused" in entry.action or "failed" in entry.action for entry in kept),
        Check.AMENDMENTS: batch.amendments.count(),
        Check.CAPAS: 0,
    }


def test_the_counts_are_what_there_is(release: Release) -> None:
    page, by_hand = release.page, counted_by_hand(release)

    assert {count.kind: count.checked for count in page.counts} == by_hand
    assert page.checked == sum(by_hand.values()) > 600
    assert page.good + page.to_look_at == page.checked
    assert page.to_look_at == len(page.findings)
    assert page.accepted + page.left == len(page.findings)


def test_the_findings_are_those_of_the_story(release: Release) -> None:
    kinds = Counter(finding.kind for finding in release.page.findings)

    assert kinds == {
        FindingKind.EVENT: 1,
        FindingKind.INVALID_RUN: 1,
        FindingKind.REFUSED: 2,
        FindingKind.CORRECTED: 1,
        FindingKind.LATE: 1,
        FindingKind.ALERT: 4,
    }
    assert release.page.empty_places == 0


def test_findings_stand_in_the_order_of_their_risk(release: Release) -> None:
    order = list(FindingKind)
    kinds = [order.index(finding.kind) for finding in release.page.findings]

    assert kinds == sorted(kinds)


def test_what_comes_to_the_record_is_counted_and_found(release: Release) -> None:
    before = {count.kind: (count.checked, count.findings) for count in release.page.counts}

    release.happen()
    release.correct(COUNT, "3.18")

    after = {count.kind: (count.checked, count.findings) for count in release.page.counts}
    assert after[Check.EVENTS] == (before[Check.EVENTS][0] + 1, before[Check.EVENTS][1] + 1)
    assert after[Check.ENTRIES] == (before[Check.ENTRIES][0], before[Check.ENTRIES][1] + 1)
    assert after[Check.SIGNATURES][0] == before[Check.SIGNATURES][0]
    assert (
        after[Check.SIGNATURES][1] >= before[Check.SIGNATURES][1] + 2
    )  # performed and checked, on each step it touches
    assert {count.kind: count.checked for count in release.page.counts} == counted_by_hand(release)


def test_the_trail_that_is_reviewed_is_the_whole_trail(release: Release) -> None:
    trail = release.page.trail
    records = all_records_of(release.batch)

    assert trail.entries == Entry.objects.filter(record__in=[record.pk for record in records]).count()
    assert trail.chains == len(records) > 50
    assert trail.place == f"batch/CT-0042#{Head.objects.get(record=release.batch.record).n}"


def test_qa_signs_counts_findings_and_trail_under_a_statement_of_its_own(judged: Release) -> None:
    page = judged.page
    judged.sign_review()

    signature = Signature.objects.get(record=judged.batch.record, verb="review")
    lines = {label: (value, note) for label, value, note in json.loads(signature.content)["lines"]}
    assert signature.meaning == "I have reviewed the whole record of this batch and its audit trail."
    assert (signature.username, signature.role) == ("qa", "QA")
    assert lines["Audit trail"] == (page.trail.place, f"{page.trail.entries} entries in {page.trail.chains} chains")
    assert lines["entries"] == ("354", "2 findings")
    assert "no effect on the product" in lines["LATE"][1]
    assert sum(1 for one in json.loads(signature.content)["lines"] if one[0] in list(FindingKind)) == len(page.findings)
    assert (judged.batch.state, judged.batch.reviewed_at) == ("REVIEWED", judged.now)
    assert not Hold.objects.filter(record=judged.batch.record, key="review", lifted_at=None).exists()


def test_one_finding_that_nobody_judged_stops_the_review(release: Release) -> None:
    keys = [finding.key for finding in release.page.findings if finding.answer is Answer.TO_JUDGE]
    assert len(keys) == 9
    for key in keys[1:]:
        release.accept(key)

    found = refusal(release.sign_review)

    assert [(one.code, one.facts) for one in found.objections] == [("findings_left", {"left": 1})]
    assert release.batch.state == "FINISHED"
    release.accept(keys[0])
    assert release.sign_review().state == "REVIEWED"


def test_a_finding_is_accepted_once_with_a_note_by_name(release: Release) -> None:
    key = next(finding.key for finding in release.page.findings if finding.kind is FindingKind.LATE)

    assert codes(lambda: release.accept(key, note="  ")) == ["reason_missing"]
    release.accept(key, note="Gloves were changed; nothing stood open.")
    finding = release.page.finding(key)

    assert finding
    assert finding.judged
    assert (finding.answer, finding.judged.by, finding.judged.note) == (
        Answer.ACCEPTED,
        "Chen Hao",
        "Gloves were changed; nothing stood open.",
    )
    assert codes(lambda: release.accept(key)) == ["answered_elsewhere"]
    assert codes(lambda: release.accept("values:0")) == ["unknown_finding"]
    assert Judgement.objects.count() == 1


def test_a_value_that_is_corrected_once_more_is_judged_once_more(judged: Release) -> None:
    judged.correct(COUNT, "3.18")
    corrected = [finding for finding in judged.page.findings if finding.place == COUNT]
    assert [(finding.kind, finding.answer) for finding in corrected] == [(FindingKind.CORRECTED, Answer.TO_JUDGE)]
    judged.accept(corrected[0].key)

    judged.correct(COUNT, "3.19", reason="Read from the printout this time")

    again = next(finding for finding in judged.page.findings if finding.place == COUNT)
    assert again.key != corrected[0].key
    assert again.answer is Answer.TO_JUDGE


def test_what_has_an_answer_of_its_own_is_not_accepted_with_a_note(release: Release) -> None:
    event = release.happen()
    release.correct(COUNT, "3.18")
    answers = {finding.kind: finding for finding in release.page.findings if finding.answer is Answer.HOLDS}

    assert set(answers) == {FindingKind.EVENT, FindingKind.NOT_COVERED}
    for finding in answers.values():
        assert codes(lambda key=finding.key: release.accept(key)) == ["answered_elsewhere"]
    assert event.record.number in answers[FindingKind.EVENT].key


@pytest.mark.parametrize("severity", list(Severity))
def test_an_event_that_quality_has_not_judged_stops_the_review_whatever_its_severity(
    judged: Release, severity: Severity
) -> None:
    judged.happen(severity)

    assert codes(judged.sign_review) == ["findings_left"]


def test_nobody_signs_a_review_of_something_else_than_was_shown(judged: Release) -> None:
    """A remark between reading and signing: no finding, but the trail that was read is not the one that stands."""
    signing = judged.stage.signing(review_content(judged.batch), judged.now, "qa")
    judged.comment("Who cleaned the hood?")

    with pytest.raises(Stale) as caught:
        review_batch(batch=judged.batch, signing=signing, actor=judged.stage.actor("qa"), at=judged.now)

    assert caught.value.code == "content_changed"
    assert judged.batch.state == "FINISHED"
    assert Hold.objects.filter(record=judged.batch.record, key="review", lifted_at=None).exists()


@pytest.mark.parametrize("who", ["operator", "operator2", "checker", "analyst", "analyst2", "qc_head"])
def test_whoever_took_part_neither_judges_nor_reviews(release: Release, who: str) -> None:
    key = next(finding.key for finding in release.page.findings if finding.answer is Answer.TO_JUDGE)
    release.also(who, [Role.QA])

    assert codes(lambda: release.accept(key, who)) == ["took_part"]
    release.accept_all()
    assert codes(lambda: release.sign_review(who)) == ["took_part"]


def test_whoever_signed_the_impact_of_a_deviation_may_review(release: Release) -> None:
    """Quality judged the excursion of this batch; that is its office, and no hand in the making."""
    assert release.reviewed().batch.state == "REVIEWED"


def test_after_the_review_the_record_is_locked_and_nothing_more_is_judged(release: Release) -> None:
    key = next(finding.key for finding in release.page.findings if finding.answer is Answer.ACCEPTED)
    release.reviewed()

    assert codes(lambda: release.correct(COUNT, "3.18")) == ["record_locked"]
    assert "not_in_review" in codes(lambda: release.accept(key))
    assert codes(release.sign_review) == ["wrong_state"]


def test_a_review_is_taken_back_with_a_reason_and_given_again_by_the_same_person(reviewed: Release) -> None:
    assert codes(lambda: reviewed.decide("withdraw", reason=" ")) == ["reason_missing"]
    reviewed.decide("withdraw", reason="A value was overlooked")

    held = Hold.objects.get(record=reviewed.batch.record, key="review", lifted_at=None)
    assert reviewed.batch.state == "FINISHED"
    assert {"CERTIFY", "ISSUE"} <= held.blocks
    signed = Signature.objects.get(record=reviewed.batch.record, verb="withdraw_review")
    assert "A value was overlooked" in signed.content
    assert reviewed.sign_review("qa").state == "REVIEWED"
    assert Signature.objects.filter(record=reviewed.batch.record, verb="review").count() == 2


def test_what_was_corrected_is_signed_again_before_the_second_review(reviewed: Release) -> None:
    reviewed.decide("withdraw")
    reviewed.correct(COUNT, "3.18")
    reviewed.accept_all()
    assert codes(reviewed.sign_review) == ["findings_left"]

    reviewed.sign_again("expansion[3]")
    reviewed.check_again("expansion[3]")

    assert reviewed.accept_all().sign_review().state == "REVIEWED"


def test_quality_control_approved_the_analysis_before(release: Release) -> None:
    signature = Signature.objects.get(record=release.batch.record, verb="approve_coa")

    assert (signature.username, signature.role, signature.title_en) == ("qc_head", "QC_HEAD", "Head of quality control")
    assert Document.objects.get(number="COA-CT-0042").state == "ISSUED"
