"""The certificate of analysis: approved by the head of QC when every required test has passed."""

from datetime import timedelta

import pytest

from apps.batches.facts.words import BatchState
from apps.batches.models import Batch
from apps.batches.selectors.batches import batch_now
from apps.core.errors import NotAllowed, RuleBroken, Stale
from apps.documents.facts import Cell, DocumentContent, Statement, Table, read_content
from apps.documents.models import Document
from apps.documents.services import preview
from apps.quality.facts import Blocks
from apps.quality.selectors import open_holds
from apps.testing.content import approve_coa_content
from apps.testing.facts import Standing
from apps.testing.models import Approval
from apps.testing.selectors import approved_coa, lines_of, outcomes_of, why_not_certifiable
from apps.testing.services import approve_coa, correct_result, draw_sample, put_on_run, receive_sample
from tests.cast import Cast, actor, give_role, sign_as
from tests.testing.prologue import Prologue
from tests.testing.story import (
    DAY,
    FILLED,
    HOUR,
    INOCULATED,
    all_tested,
    answered,
    as_if,
    controlled,
    definition,
    entered,
    opened_run,
    received_sample,
    reviewed,
    running_batch,
    signed,
)

pytestmark = pytest.mark.django_db
DONE = INOCULATED + 30 * DAY


@pytest.fixture(scope="module")
def finished(prologue: Prologue) -> Batch:
    """The batch of the prologue with every required test passed and reviewed, its record finished."""
    return all_tested(prologue.cast, prologue.batch)


@pytest.fixture
def batch(finished: Batch, db: None) -> Batch:
    return batch_now(finished)


def codes(refusal: pytest.ExceptionInfo[RuleBroken]) -> list[str]:
    return [objection.code for objection in refusal.value.objections]


def approved(cast: Cast, batch: Batch, by: str = "hugo") -> Approval:
    person = getattr(cast, by)
    signing = sign_as(person, approve_coa_content(batch), at=DONE)
    return approve_coa(batch=batch, signing=signing, actor=actor(person), at=DONE)


def certificate(approval: Approval) -> DocumentContent:
    return read_content(Document.objects.get(record__address=approval.document).wording.text)


def table(content: DocumentContent, title: str) -> Table:
    return next(block for block in content.blocks if isinstance(block, Table) and block.title.en.startswith(title))


def words(entry: object) -> str:
    text = entry.text if isinstance(entry, Cell) else entry
    return text if isinstance(text, str) else text.en


def test_the_analysis_is_approved_when_every_required_test_has_passed(cast: Cast, batch: Batch) -> None:
    assert {o.standing for o in outcomes_of(batch) if o.required} == {Standing.PASSED}
    assert [o.code for o in why_not_certifiable(batch)] == ["analysis_not_approved"]

    approval = approved(cast, batch)

    assert (approval.version, approval.approved_by) == (1, "hugo")
    assert approval.signature.title_en == "Head of QC"
    assert approved_coa(batch) == approval
    assert why_not_certifiable(batch) == ()
    assert not [hold for hold in open_holds([batch.record], Blocks.CERTIFY) if hold.key.startswith("test:")]


def test_the_certificate_says_every_result_with_limit_method_date_and_analyst(cast: Cast, batch: Batch) -> None:
    content = certificate(approved(cast, batch))

    rows = {words(row[0]): [words(cell) for cell in row[1:]] for row in table(content, "Results").rows}
    assert rows["Bacterial endotoxin"] == [
        "< 0.5 EU/mL",
        "< 0.05 EU/mL",
        "",
        "QC-SOP-014 v1",
        "2026-11-05",
        "Anna Arendt",
    ]
    assert rows["CD73 positive"][:2] == ["≥ 95.0 %", "98.5 (98.45) %"]
    assert rows["Viability before freezing"][1] == "91.5 %"
    assert rows["Sterility"][:2] == ["No growth", "No growth"]
    assert len(rows) == sum(len([r for r in test.results if r.required]) for test in definition().required_tests())
    assert (content.kind, content.number, content.version) == ("CERTIFICATE_OF_ANALYSIS", "COA-CT-0042", 1)


def test_the_certificate_names_batch_samples_runs_and_the_three_signers(cast: Cast, batch: Batch) -> None:
    content = certificate(approved(cast, batch))

    fields = {
        field.label.en: words(field.value)
        for block in content.blocks
        if block.block == "section"
        for field in block.fields
    }
    assert fields["Batch number"] == "CT-0042"
    assert fields["Units"] == "CT-0042-U01 … CT-0042-U12 (12)"
    assert fields["Donation number"].startswith("A999926")
    assert fields["Made on"] == "2026-11-05 15:00 UTC+8"  # in the zone of the site
    assert table(content, "Samples").rows[0][0] == "CT-0042-S01"
    assert len(table(content, "Runs").rows) == len(definition().required_tests())
    signatures = next(block for block in content.blocks if block.block == "signatures")
    meanings = [(block.printed_name, block.meaning.en, block.principal) for block in signatures.blocks]
    assert meanings == [
        ("Anna Arendt", "Tested", False),
        ("Ada Almeida", "Results reviewed", False),
        ("Hugo Hahn", "Analysis approved", True),
    ]
    assert content.data["results"][0]["address"].startswith("sample/CT-0042-S")


def test_the_certificate_says_how_old_each_sample_was_when_it_was_received(cast: Cast, batch: Batch) -> None:
    sample = draw_sample(
        batch=batch,
        kind="fill_suspension",
        source=batch.record,
        drawn_at=FILLED,
        actor=actor(cast.anna),
        at=FILLED,
        tests=["str_profile"],
    )
    received_at = FILLED + timedelta(hours=1, minutes=29)
    receive_sample(sample=sample, received_at=received_at, actor=actor(cast.anna), at=received_at)

    rows = {row[0]: row for row in table(certificate(approved(cast, batch)), "Samples").rows}

    assert rows[sample.number][-2:] == ("2026-11-05 16:29 UTC+8", "1 h 29 min")


def test_a_run_that_is_still_open_is_not_called_invalid(cast: Cast, batch: Batch) -> None:
    extra = received_sample(cast, batch, tests=["str_profile"])
    entered(cast, batch, extra, "str_profile", "AR-9001")

    runs = {row[0]: words(row[4]) for row in table(certificate(approved(cast, batch)), "Runs").rows}

    assert runs["AR-9001"] == "Open"


def test_a_method_after_a_pharmacopoeia_names_it(cast: Cast, batch: Batch) -> None:
    results = table(certificate(approved(cast, batch)), "Results")

    (sterility,) = [row for row in results.rows if words(row[0]) == "Sterility"]
    noted = {note.mark: words(note.text) for note in results.footnotes}
    assert isinstance(sterility[4], Cell)
    assert noted[sterility[4].mark] == "Method after USP <71>; ChP 1101; site to confirm."


def test_the_certificate_can_be_drawn(cast: Cast, batch: Batch) -> None:
    content = certificate(approved(cast, batch))

    assert preview(content).startswith(b"%PDF")


def test_an_invalid_run_is_counted_on_the_certificate(cast: Cast, batch: Batch) -> None:
    extra = received_sample(cast, batch, tests=["endotoxin"])
    bad, _ = entered(cast, batch, extra, "endotoxin", "AR-9001", controls={"spike": "49"})
    signed(cast, bad, at=FILLED + HOUR)
    good, _ = entered(cast, batch, extra, "endotoxin", "AR-9002")
    reviewed(cast, signed(cast, good, at=FILLED + HOUR), at=FILLED + HOUR)
    content = certificate(approved(cast, batch))

    results = table(content, "Results")
    assert any("Runs without a reportable result: 1." in words(note.text) for note in results.footnotes)
    runs = [words(row[4]) for row in table(content, "Runs").rows]
    assert [said for said in runs if said != "Valid"] == ["Invalid: Positive product control"]
    (conclusion,) = [block for block in content.blocks if isinstance(block, Statement)]
    required = len(definition().required_tests())
    assert f"Required tests reported: {required} of {required}. Runs: {required + 2}, of which 1 invalid." in [
        words(said) for said in conclusion.paragraphs
    ]
    assert content.data["runs"]["endotoxin"] == {"runs": 3, "invalid": 1}


def test_what_was_not_reviewed_is_not_reported_and_not_passed_over(cast: Cast, batch: Batch) -> None:
    extra = received_sample(cast, batch, "supernatant", tests=["in_process_endotoxin"])
    run, _ = entered(cast, batch, extra, "in_process_endotoxin", "AR-9001")
    signed(cast, run, at=FILLED + HOUR)
    content = certificate(approved(cast, batch))

    assert "Endotoxin in process" not in [words(row[0]) for row in table(content, "Results").rows]
    conclusion = next(block for block in content.blocks if block.block == "statement")
    said = [words(paragraph) for paragraph in conclusion.paragraphs]
    assert "Informative tests not yet reported: Endotoxin in process." in said
    assert "in_process_endotoxin" not in str(content.data["results"])


def test_everything_that_is_missing_is_named_at_once(cast: Cast, batch: Batch) -> None:
    other = as_if(running_batch(cast, "CT-0043", 2), BatchState.FINISHED)

    with pytest.raises(RuleBroken) as refusal:
        approved(cast, other)

    assert codes(refusal) == ["test_missing"] * len(definition().required_tests())
    assert not Approval.objects.exists()


@pytest.mark.parametrize(
    ("answer", "is_reviewed", "code"),
    [(None, False, "test_unreviewed"), ("0.5", True, "test_failed"), ("<0.51", True, "test_not_evaluable")],
)
def test_a_missing_review_a_failure_and_what_cannot_be_judged_stop_the_certificate(
    cast: Cast, batch: Batch, answer: str | None, is_reviewed: bool, code: str
) -> None:
    sample = received_sample(cast, batch, tests=["endotoxin"])
    answers = {"endotoxin": answer} if answer else None
    run, _ = entered(cast, batch, sample, "endotoxin", "AR-9001", answers=answers)
    run = signed(cast, run, at=FILLED + HOUR)
    if is_reviewed:
        reviewed(cast, run, at=FILLED + HOUR)

    with pytest.raises(RuleBroken) as refusal:
        approved(cast, batch)

    assert codes(refusal) == [code]


def test_nobody_approves_an_analysis_they_tested_in(cast: Cast, batch: Batch) -> None:
    give_role(cast.anna, cast.hugo.roles.get().role)

    with pytest.raises(RuleBroken) as refusal:
        approved(cast, batch, by="anna")

    assert codes(refusal) == ["approver_tested"]


def test_only_the_head_of_qc_approves(cast: Cast, batch: Batch) -> None:

    for person in ("ada", "quinn", "cora", "olga"):
        with pytest.raises(NotAllowed):
            approved(cast, batch, by=person)


@pytest.mark.parametrize("state", [BatchState.RUNNING, BatchState.REJECTED, BatchState.TERMINATED])
def test_the_analysis_waits_for_the_finished_record(cast: Cast, batch: Batch, state: BatchState) -> None:
    batch = as_if(batch, state)

    with pytest.raises(RuleBroken) as refusal:
        approved(cast, batch)

    assert codes(refusal) == ["batch_not_finished"]


def test_a_certificate_is_approved_once_as_it_stands(cast: Cast, batch: Batch) -> None:
    approved(cast, batch)

    with pytest.raises(RuleBroken) as refusal:
        approved(cast, batch)

    assert codes(refusal) == ["already_approved"]


def test_a_correction_takes_the_approval_away_and_a_new_version_supersedes(cast: Cast, batch: Batch) -> None:
    approved(cast, batch)
    outcome = next(o for o in outcomes_of(batch) if o.test.key == "endotoxin")
    result = outcome.results[0]
    at = DONE - HOUR

    correct_result(result=result, text="0.06", reason="Dilution left out.", actor=actor(cast.anna), at=at)
    assert approved_coa(batch) is None
    assert "analysis_not_approved" in [o.code for o in why_not_certifiable(batch)]
    run = result.line.run
    reviewed(cast, signed(cast, run, at=at), at=at)
    again = approved(cast, batch)

    content = certificate(again)
    assert (again.version, content.version, content.supersedes) == (2, 2, "COA-CT-0042 v1")
    row = next(row for row in table(content, "Results").rows if words(row[0]) == "Bacterial endotoxin")
    assert words(row[2]) == "0.06 EU/mL"
    assert [(change.old, change.reason, change.by) for change in row[2].changes] == [
        ("< 0.05 EU/mL", "Dilution left out.", "Anna Arendt")
    ]


def test_an_approval_is_of_what_was_shown(cast: Cast, batch: Batch) -> None:
    signing = sign_as(cast.hugo, approve_coa_content(batch), at=DONE)
    late = received_sample(cast, batch, tests=["endotoxin"])
    run = opened_run(cast, batch, "endotoxin", "AR-9003")
    put_on_run(run=run, samples=[late], actor=actor(cast.anna), at=FILLED + HOUR)
    controlled(cast, run, at=FILLED + HOUR)
    answered(cast, lines_of(run)[0], at=FILLED + HOUR)
    reviewed(cast, signed(cast, run, at=FILLED + HOUR), at=FILLED + HOUR)

    with pytest.raises(Stale):
        approve_coa(batch=batch, signing=signing, actor=actor(cast.hugo), at=DONE)
