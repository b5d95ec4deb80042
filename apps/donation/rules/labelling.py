"""What stands on a label because of the donor: 21 CFR 1271.60(d)(2), 1271.65(b)(2), 1271.90. Pure.

Of an autologous donor the risk is the patient's own: no advice is printed. One table decides; `as_markdown` prints it.
"""

from apps.donation.facts import DonorMark, DonorStatus, DonorWords, Eligibility, ForWhom

AUTOLOGOUS_ONLY = DonorWords("FOR AUTOLOGOUS USE ONLY", "仅供自体使用")
NOT_EVALUATED = DonorWords("NOT EVALUATED FOR INFECTIOUS SUBSTANCES", "未评估传染性物质")
ADVISE = DonorWords("WARNING: Advise patient of communicable disease risks", "警示：须告知患者传染性疾病风险")
BIOHAZARD = DonorWords("BIOHAZARD", "生物危险", is_biohazard=True)
REACTIVE = DonorWords("WARNING: Reactive test results for {name}", "警示：{name}检测结果呈反应性")

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
WORDS = {
    Mark.AUTOLOGOUS_ONLY: AUTOLOGOUS_ONLY,
    Mark.NOT_EVALUATED: NOT_EVALUATED,
    Mark.ADVISE: ADVISE,
    Mark.BIOHAZARD: BIOHAZARD,
}


def marks_of(donor: DonorStatus) -> tuple[DonorMark, ...]:
    """Which of them: by the table, less what a complete evaluation answers, and with the hazard of a reactive result."""
    marks = list(TABLE[donor.for_whom, donor.eligibility])
    if donor.is_evaluated and donor.for_whom is ForWhom.AUTOLOGOUS and Mark.NOT_EVALUATED in marks:
        marks.remove(Mark.NOT_EVALUATED)
    if donor.reactive and Mark.BIOHAZARD not in marks:
        marks.insert(0, Mark.BIOHAZARD)
    return tuple(marks)


def words_on_label(donor: DonorStatus) -> tuple[DonorWords, ...]:
    """The statements as they are printed, the biohazard legend first, each reactive test by its name."""
    named = [
        DonorWords(REACTIVE.en.format(name=one.en), REACTIVE.zh.format(name=one.zh)) for one in donor.reactive
    ]
    marks = sorted(marks_of(donor), key=lambda mark: mark is not Mark.BIOHAZARD)
    return (*(WORDS[mark] for mark in marks), *named)


def as_markdown() -> str:
    """The table as it is printed for whoever validates it."""
    head = ["| use | donor | statements |", "|---|---|---|"]
    rows = [
        f"| {for_whom} | {eligibility} | {'; '.join(WORDS[mark].en for mark in marks) or '–'} |"
        for (for_whom, eligibility), marks in TABLE.items()
    ]
    return "\n".join([*head, *rows, ""])
