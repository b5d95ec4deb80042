"""What is known of a donor who is not found eligible, and what is missing: 21 CFR 1271.60(d)(3), without a name."""

from collections.abc import Mapping

from apps.batches.models import Batch
from apps.batches.selectors.plans import definition_of_batch
from apps.core.text import N_
from apps.documents.facts import Bilingual, Cell, Column, Entry, Sign, Statement, Table
from apps.donation.facts import Eligibility, ScreenedTest
from apps.donation.rules.labelling import is_answered, is_reactive, words_on_label
from apps.donation.selectors import donor_status, screened_tests
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


def donor_lines(batch: Batch) -> tuple[Line, ...]:
    """The donor by code, the decision, every screening test with what it says or that it is missing, the label."""
    donation = batch.donation
    if donation is None:
        return ()
    status, tests = donor_status(donation, definition_of_batch(batch)), _tests(batch)
    return (
        Line(N_("Donor"), batch.donor_code, donation.din),
        Line(N_("Donor eligibility"), status.eligibility),
        *(Line(test.label.en, _standing(test, screened), _texts(screened)) for test, screened in tests),
        *(Line(N_("On the label"), words.en) for words in words_on_label(status)),
    )


def donor_table(batch: Batch) -> Table:
    """The same on paper."""
    columns = (
        Column(B("Screening test of the donor", "供者筛查项目"), width=46),
        Column(B("Result", "结果"), width=34),
        Column(B("Standing", "状态"), width=20),
    )
    return Table(B("What is known of the donor", "供者已知结果"), columns, tuple(_row(*one) for one in _tests(batch)))


def donor_statements(batch: Batch) -> Statement:
    """The decision, and what stands on the label because of it."""
    if batch.donation is None:
        return Statement()
    status = donor_status(batch.donation, definition_of_batch(batch))
    words = (B(one.en, one.zh) for one in words_on_label(status))
    return Statement((DECISIONS[status.eligibility], *words), B("Donor eligibility", "供者适合性"))


def _tests(batch: Batch) -> list[tuple[ScreeningTest, ScreenedTest | None]]:
    definition = definition_of_batch(batch)
    known: Mapping[str, ScreenedTest] = screened_tests(batch.donation.donor, definition) if batch.donation else {}
    return [(test, known.get(test.key)) for test in definition.donation.screening]


def _standing(test: ScreeningTest, screened: ScreenedTest | None) -> str:
    if is_reactive(screened):
        return REACTIVE
    return KNOWN if is_answered(test, screened) else NO_RESULT


def _texts(screened: ScreenedTest | None) -> str:
    return ", ".join(screened.texts.values()) if screened else ""


def _row(test: ScreeningTest, screened: ScreenedTest | None) -> tuple[Entry, ...]:
    standing = _standing(test, screened)
    cell = Cell(WORDS[standing], sign=SIGNS.get(standing))
    return (B(test.label.en, test.label.zh), _texts(screened), cell)
