"""What stands on a label because of the donor: 21 CFR 1271.60(d)(2), 1271.65(b)(2), 1271.90. Pure.

Of an autologous donor the risk is the patient's own: no advice is printed. One table decides; `as_markdown` prints it.
"""

from apps.donation.facts import DonorMark, DonorStatus, DonorWords, Eligibility, ForWhom, ScreenedTest
from apps.products.definition.donation import ScreeningTest
from apps.products.facts import Verdict

AUTOLOGOUS_ONLY = DonorWords("FOR AUTOLOGOUS USE ONLY", "仅供自体使用")
NOT_EVALUATED = DonorWords("NOT EVALUATED FOR INFECTIOUS SUBSTANCES", "未评估传染性物质")
ADVISE = DonorWords("WARNING: Advise patient of communicable disease risks", "警示：须告知患者传染性疾病风险")
BIOHAZARD = DonorWords("BIOHAZARD", "生物危险", is_biohazard=True)
REACTIVE = DonorWords("WARNING: Reactive test results for {name}", "警示：{name}检测结果呈反应性")

POSITIVE = frozenset({"positive", "reactive"})  # the keys by which a master record names what a reactive test says
Mark = DonorMark
TABLE: dict[tuple[ForWhom, Eligibility], tuple[DonorMark, ...]] = {
    (ForWhom.AUTOLOGOUS, Eligibility.PENDING): (Mark.AUTOLOGOUS_ONLY, Mark.NOT_EVALUATED),
    (ForWhom.AUTOLOGOUS, Eligibility.DEFERRED): (Mark.AUTOLOGOUS_ONLY, Mark.NOT_EVALUATED),
    (ForWhom.AUTOLOGOUS, Eligibility.INELIGIBLE): (Mark.AUTOLOGOUS_ONLY, Mark.NOT_EVALUATED),
    (ForWhom.AUTOLOGOUS, Eligibility.ELIGIBLE): (Mark.AUTOLOGOUS_ONLY,),
    (ForWhom.ANOTHER, Eligibility.PENDING): (Mark.NOT_EVALUATED, Mark.ADVISE),
    (ForWhom.ANOTHER, Eligibility.DEFERRED): (Mark.NOT_EVALUATED, Mark.ADVISE),
    (ForWhom.ANOTHER, Eligibility.INELIGIBLE): (Mark.BIOHAZARD, Mark.ADVISE),
    (ForWhom.ANOTHER, Eligibility.ELIGIBLE): (),
}
PAGE = """# What a label says because of the donor

Made from `apps/donation/rules/labelling.py` by `make docs`; do not edit. 21 CFR 1271.60(d)(2), 1271.65(b)(2), 1271.90.

For the donor's own use NOT EVALUATED is left out once every mandatory test has its result. A reactive result adds the
biohazard legend, and "WARNING: Reactive test results for" with the name of the agent, to whatever the table says.

| use | donor | statements |
|---|---|---|"""
WORDS = {
    Mark.AUTOLOGOUS_ONLY: AUTOLOGOUS_ONLY,
    Mark.NOT_EVALUATED: NOT_EVALUATED,
    Mark.ADVISE: ADVISE,
    Mark.BIOHAZARD: BIOHAZARD,
}


def marks_of(donor: DonorStatus) -> tuple[DonorMark, ...]:
    """By the table, less what a complete evaluation answers, and with the hazard of a reactive result."""
    marks = list(TABLE[donor.for_whom, donor.eligibility])
    if donor.is_evaluated and donor.for_whom is ForWhom.AUTOLOGOUS and Mark.NOT_EVALUATED in marks:
        marks.remove(Mark.NOT_EVALUATED)
    if donor.reactive and Mark.BIOHAZARD not in marks:
        marks.insert(0, Mark.BIOHAZARD)
    return tuple(marks)


def words_on_label(donor: DonorStatus) -> tuple[DonorWords, ...]:
    """The statements as they are printed, the biohazard legend first, reactive tests by their names last."""
    marks = sorted(marks_of(donor), key=lambda mark: mark is not Mark.BIOHAZARD)
    words = tuple(WORDS[mark] for mark in marks)
    if not donor.reactive:
        return words
    en, zh = ", ".join(one.en for one in donor.reactive), "、".join(one.zh for one in donor.reactive)
    return (*words, DonorWords(REACTIVE.en.format(name=en), REACTIVE.zh.format(name=zh)))


def is_answered(test: ScreeningTest, screened: ScreenedTest | None) -> bool:
    """Whether each result that the test must have is in, whatever it says."""
    known = screened.verdicts if screened else {}
    return all(known.get(one.key, Verdict.NOT_DONE) is not Verdict.NOT_DONE for one in test.results if one.required)


def is_reactive(screened: ScreenedTest | None) -> bool:
    """A result that its limit refuses, and that says positive or reactive: no mismatch, and nothing that is missing."""
    if screened is None:
        return False
    failing = {key for key, verdict in screened.verdicts.items() if verdict is not Verdict.PASS}
    return any(screened.texts.get(key) in POSITIVE for key in failing)


def as_markdown() -> str:
    """The table as it is printed for whoever validates it."""
    rows = [
        f"| {for_whom} | {eligibility} | {'; '.join(WORDS[mark].en for mark in marks) or '–'} |"
        for (for_whom, eligibility), marks in TABLE.items()
    ]
    return "\n".join([PAGE, *rows, ""])
