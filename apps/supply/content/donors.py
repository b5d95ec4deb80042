"""What is known of a donor who is not found eligible, and what is missing: 21 CFR 1271.60(d)(3), without a name."""

from collections.abc import Mapping
from dataclasses import dataclass

from apps.batches.models import Batch
from apps.batches.selectors.plans import definition_of_batch
from apps.core.text import N_
from apps.documents.facts import Bilingual, Cell, Column, Entry, Sign, Statement, Table
from apps.donation.content import on_label
from apps.donation.facts import Eligibility, ScreenedTest
from apps.donation.rules.labelling import is_answered, is_reactive
from apps.donation.selectors import screened_tests
from apps.products.definition import ChoiceParameter, Parameter
from apps.products.definition.donation import ScreeningTest
from apps.signatures.facts import Line

B = Bilingual
NO_RESULT, REACTIVE, KNOWN = N_("no result"), N_("reactive"), N_("known")
WORDS = {NO_RESULT: B("no result", "无结果"), REACTIVE: B("reactive", "呈反应性"), KNOWN: B("known", "已知")}
SIGNS = {NO_RESULT: Sign.PENDING, REACTIVE: Sign.FAIL}
DECISIONS = {
    Eligibility.PENDING: B("Determination not completed", "判定未完成"),
    Eligibility.ELIGIBLE: B("Eligible", "合格"),
    Eligibility.INELIGIBLE: B("Ineligible", "不合格"),
    Eligibility.DEFERRED: B("Deferred", "暂缓"),
}


@dataclass(frozen=True)
class KnownTest:
    """One screening test of the donor: where it stands, and what was found."""

    label: Bilingual
    standing: str
    found: Bilingual


def known_tests(batch: Batch) -> list[KnownTest]:
    """Every screening test that the master record asks for, whether it has a result or not."""
    definition = definition_of_batch(batch)
    known: Mapping[str, ScreenedTest] = screened_tests(batch.donation.donor, definition) if batch.donation else {}
    return [_known(test, known.get(test.key)) for test in definition.donation.screening]


def label_words(batch: Batch) -> list[Bilingual]:
    """What stands on the label because of the donor."""
    return list(on_label(batch.donation, definition_of_batch(batch)).statements)


def donor_lines(batch: Batch) -> tuple[Line, ...]:
    """The donor by code, the decision, every screening test with what it says or that it is missing, the label."""
    donation = batch.donation
    if donation is None:
        return ()
    return (
        Line(N_("Donor"), batch.donor_code, donation.din),
        Line(N_("Donor eligibility"), donation.eligibility),
        *(Line(one.label.en, one.standing, one.found.en) for one in known_tests(batch)),
        *(Line(N_("On the label"), words.en) for words in label_words(batch)),
    )


def donor_blocks(batch: Batch) -> tuple[Statement, Table]:
    """The same on paper: the decision with what stands on the label because of it, and the tests."""
    decision = DECISIONS[Eligibility(batch.donation.eligibility)] if batch.donation else B("")
    columns = (
        Column(B("Screening test of the donor", "供者筛查项目"), width=46),
        Column(B("Result", "结果"), width=34),
        Column(B("Standing", "状态"), width=20),
    )
    rows = tuple(_row(one) for one in known_tests(batch))
    return (
        Statement((decision, *label_words(batch)), B("Donor eligibility", "供者适合性")),
        Table(B("What is known of the donor", "供者已知结果"), columns, rows),
    )


def _known(test: ScreeningTest, screened: ScreenedTest | None) -> KnownTest:
    standing = REACTIVE if is_reactive(screened) else KNOWN if is_answered(test, screened) else NO_RESULT
    texts = screened.texts if screened else {}
    found = [_found(result, texts[result.key]) for result in test.results if result.key in texts]
    words = B(", ".join(one.en for one in found), "、".join(one.zh for one in found))
    return KnownTest(B(test.label.en, test.label.zh), standing, words)


def _found(result: Parameter, text: str) -> Bilingual:
    """A choice in its words, anything else as it was entered."""
    option = result.option(text) if isinstance(result, ChoiceParameter) else None
    return B(option.label.en, option.label.zh) if option else B(text, text)


def _row(one: KnownTest) -> tuple[Entry, ...]:
    return (one.label, one.found, Cell(WORDS[one.standing], sign=SIGNS.get(one.standing)))
