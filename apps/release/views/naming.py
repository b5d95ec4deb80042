"""Findings in the reader's words: labels come from the master record, everything else is translated here."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.batches.models import Batch, RecordedValue
from apps.batches.selectors.lines import value_fact
from apps.batches.selectors.plans import definition_of_batch
from apps.batches.views.naming import limit_words, shown_value, unit_of
from apps.core.prepared import Prepared
from apps.core.ui.numbers import measured_text
from apps.core.ui.status import word_of
from apps.core.ui.wording import bilingual, read_back, sentence, translated
from apps.products.definition import Definition
from apps.products.facts import BadPlace, Place
from apps.products.forms import words_read
from apps.quality.models import Event
from apps.release.facts import Answer, Check, Finding, FindingKind
from apps.signatures.facts import Line, SignedContent
from apps.testing.models import Result
from apps.testing.views.naming import found_word, limit_with_unit, shown_lines, test_word, unit_word
from apps.units.facts import Disposition
from apps.units.views.looking import KIND_WORDS

CHECK_WORDS: dict[Check, Promise] = {
    Check.VALUES: gettext_lazy("Values in limits"),
    Check.ENTRIES: gettext_lazy("Entries, on time"),
    Check.SIGNATURES: gettext_lazy("Signatures"),
    Check.MATERIALS: gettext_lazy("Materials"),
    Check.DEVICES: gettext_lazy("Rooms, devices"),
    Check.ENVIRONMENT: gettext_lazy("Environment"),
    Check.HOLD_TIMES: gettext_lazy("Hold times"),
    Check.RECOMPUTED: gettext_lazy("Recomputed"),
    Check.RESULTS: gettext_lazy("Test results"),
    Check.RUNS: gettext_lazy("Assay runs"),
    Check.INVESTIGATIONS: gettext_lazy("Investigations"),
    Check.EVENTS: gettext_lazy("Events"),
    Check.REFUSED_ATTEMPTS: gettext_lazy("Refused attempts"),
    Check.AMENDMENTS: gettext_lazy("Departures"),
    Check.CAPAS: gettext_lazy("Actions"),
}
TURNS = "→ "  # from one state to the next, as the signed line has it
FINGERPRINT = re.compile(r"[0-9a-f]{64}")
STATUS_OF: dict[FindingKind, str] = {
    FindingKind.ACTION: "action",
    FindingKind.RECORDED_AGAINST_RULE: "override",
    FindingKind.TEST_FAILED: "failed",
    FindingKind.NOT_EVALUABLE: "not_evaluable",
    FindingKind.INVESTIGATION: "investigated",
    FindingKind.INVALIDATED: "invalidated",
    FindingKind.DIFFERS: "action",
    FindingKind.MATERIAL: "action",
    FindingKind.DEVICE: "action",
    FindingKind.AWAITED: "pending",
    FindingKind.EVENT: "event",
    FindingKind.NOT_COVERED: "not_covered",
    FindingKind.RETEST: "retest",
    FindingKind.CAPA: "capa",
    FindingKind.INVALID_RUN: "invalid",
    FindingKind.REFUSED: "refused",
    FindingKind.CORRECTED: "corrected",
    FindingKind.LATE: "late",
    FindingKind.ALERT: "alert",
    FindingKind.AMENDMENT: "amended",
}
ANSWER_STATUS = {Answer.TO_JUDGE: "to_judge", Answer.HOLDS: "holds", Answer.ACCEPTED: "accepted"}
SIGNED_WORDS = {
    "performed": gettext_lazy("the performer's signature does not cover the present version"),
    "witnessed": gettext_lazy("the witness's signature does not cover the present version"),
    "checked": gettext_lazy("the check does not cover the present version"),
}
REFUSALS = {
    "access.refused": gettext_lazy("An act without the right for it was refused"),
    "batch.refused.out_of_order": gettext_lazy("An act out of order was refused"),
    "batch.refused.same_person": gettext_lazy("Somebody tried to check their own work"),
    "batch.refused.not_the_performer": gettext_lazy("Somebody tried to sign another person's work"),
    "results.review.refused": gettext_lazy("Somebody tried to review their own results"),
    "investigation.refused.beyond_the_plan": gettext_lazy("A retest that no approved plan foresaw was refused"),
    "investigation.refused.no_plan": gettext_lazy("Testing again without an approved plan was refused"),
    "investigation.refused.out_of_order": gettext_lazy("A step of an investigation out of order was refused"),
    "quality.refused.out_of_order": gettext_lazy("A decision of quality out of order was refused"),
}
WHY: dict[FindingKind, Promise] = {
    FindingKind.DIFFERS: gettext_lazy("Worked out again from what stands, it differs."),
    FindingKind.INVALIDATED: gettext_lazy("It counts for nothing and stays visible; its investigation says why."),
    FindingKind.RETEST: gettext_lazy("Tested again by an approved plan."),
    FindingKind.INVALID_RUN: gettext_lazy("It gives no reportable result and is counted."),
    FindingKind.REFUSED: gettext_lazy("Nothing was recorded by it; the attempt is kept."),
}

_VALUES = Prepared(
    lambda rows: (
        RecordedValue.objects.filter(pk__in=rows)
        .select_related("supersedes", "second", "file")
        .defer("second__content")
    )
)
_RESULTS = Prepared(
    lambda rows: Result.objects.filter(pk__in=rows).select_related("supersedes", "line__sample", "line__run")
)


@dataclass(frozen=True)
class Row:
    """One finding as the page shows it."""

    n: int
    finding: Finding
    title: str
    value: str
    before: str
    under: str
    who: str

    @property
    def status(self) -> str:
        """The word of its kind."""
        return STATUS_OF[self.finding.kind]

    @property
    def answer_status(self) -> str:
        """The word of its answer."""
        return ANSWER_STATUS[self.finding.answer]


@dataclass(frozen=True)
class Behind:
    """The rows behind the findings of one page, read at once."""

    definition: Definition
    values: Mapping[int, RecordedValue]
    results: Mapping[int, Result]
    events: Mapping[str, Event]
    names: Mapping[str, str]


def behind(
    batch: Batch,
    findings: tuple[Finding, ...],
    events: Iterable[Event],
    names: Callable[[list[str]], dict[str, str]],
) -> Behind:
    """Values and results that the findings are about, in two statements, and the events of the batch."""
    keys = [finding.key.partition(":") for finding in findings]
    of_values = (Check.VALUES, Check.ENTRIES, Check.HOLD_TIMES, Check.MATERIALS, Check.DEVICES, Check.RECOMPUTED)
    values = [int(row) for check, _c, row in keys if check in list(of_values)]
    results = [int(row) for check, _c, row in keys if check == Check.RESULTS]
    return Behind(
        definition_of_batch(batch),
        {row.pk: row for row in _VALUES(values)} if values else {},
        {row.pk: row for row in _RESULTS(results)} if results else {},
        {event.record.number: event for event in events},
        names([finding.who for finding in findings]),
    )


def rows_of(findings: tuple[Finding, ...], told: Behind) -> list[Row]:
    """The findings in order, in words."""
    return [row_of(n, finding, told) for n, finding in enumerate(findings, 1)]


def row_of(n: int, finding: Finding, told: Behind) -> Row:
    """One finding in words."""
    title, value, before, under = _words(finding, told)
    note = f"“{finding.note}”" if finding.note and finding.check is not Check.EVENTS else ""
    parts = [under, note, str(WHY.get(finding.kind, "")), _answered(finding)]
    who = told.names.get(finding.who, finding.who)
    return Row(n, finding, title, value, before, " · ".join(part for part in parts if part), who)


def _words(finding: Finding, told: Behind) -> tuple[str, str, str, str]:
    """Title, value, what stood before, and what is under it."""
    check, _colon, row = finding.key.partition(":")
    if check == Check.RESULTS:
        return _of_result(told.results[int(row)], told.definition)
    if check == Check.EVENTS:
        event = told.events.get(row)
        return (sentence(event) if event else finding.what), "", "", row
    if check == Check.INVESTIGATIONS:
        return _of_investigation(finding, told.definition)
    if check == Check.SIGNATURES:
        return _of_signature(finding, told.definition)
    if check == Check.REFUSED_ATTEMPTS:
        return str(REFUSALS.get(finding.what, finding.what)), "", "", ""
    if check == Check.RUNS:
        number, _colon, test = finding.what.partition(": ")
        return _("Run %(number)s is invalid") % {"number": number}, "", "", test_word(told.definition, test)
    if row.isdigit() and int(row) in told.values:
        return _of_value(told.values[int(row)], told.definition)
    return finding.what, "", "", ""


def _of_value(value: RecordedValue, definition: Definition) -> tuple[str, str, str, str]:
    place = Place.parse(value.place)
    try:
        step, parameter = definition.step(place), definition.parameter(place)
    except BadPlace:
        return value.field, value.text, "", ""
    fact = value_fact(value)
    unit = unit_of(parameter, fact)
    shown = measured_text(shown_value(parameter, fact))
    before = measured_text(shown_value(parameter, value_fact(value.supersedes))) if value.supersedes else ""
    row = f", {place.row}" if place.row else ""
    limit = limit_words(parameter)
    under = [bilingual(step.label) + (f" {place.stage_n}" if place.stage_n else ""), f"{limit} {unit}" if limit else ""]
    return bilingual(parameter.label) + row, f"{shown} {unit}".strip(), before, " · ".join(one for one in under if one)


def _of_result(result: Result, definition: Definition) -> tuple[str, str, str, str]:
    test = definition.test(result.test)
    parameter = test.result(result.parameter) if test else None
    if test is None or parameter is None:
        return result.test, result.text, "", result.line.run.number
    value = f"{measured_text(found_word(parameter, result))} {unit_word(parameter)}".strip()
    before = measured_text(found_word(parameter, result.supersedes)) if result.supersedes else ""
    label = bilingual(test.label)
    if len(test.results) > 1:
        label = f"{label}: {bilingual(parameter.label)}"
    return label, value, before, " · ".join((limit_with_unit(parameter), result.line.run.number))


def _of_investigation(finding: Finding, definition: Definition) -> tuple[str, str, str, str]:
    head, _colon, concluded = finding.what.partition(": ")
    number, test, *earlier = head.split(", ")
    again = _("not the first of this test") if earlier else ""
    word, _comma, why = concluded.partition(", ")
    conclusion = f"{word_of(word).word}: {why}" if word else _("not concluded")
    title = _("Investigation %(number)s: %(test)s") % {"number": number, "test": test_word(definition, test)}
    return title, "", "", " · ".join(part for part in (finding.place, again, conclusion) if part)


def _of_signature(finding: Finding, definition: Definition) -> tuple[str, str, str, str]:
    word = finding.key.rsplit(":", 2)[1]
    label = bilingual(definition.step(Place.parse(finding.place)).label)
    return f"{label}: {SIGNED_WORDS[word]}", "", "", ""


def _answered(finding: Finding) -> str:
    if finding.deviation:
        return finding.deviation
    if finding.event and finding.check is not Check.EVENTS:
        return finding.event
    return ""


def signed_lines(
    content: SignedContent, definition: Definition, rows: Sequence[Row] = (), told: Mapping[str, str] | None = None
) -> list[dict[str, object]]:
    """The lines of a decision as they are read back: kinds, standings and dispositions as states.

    `rows` are the findings that stand at the end of a review, `told` other sentences in it, in words of the reader's
    language.
    """
    lines = list(content.lines)
    said, words = lines[: len(lines) - len(rows)], words_read(definition.title) | dict(told or {})
    return [*(_signed_line(line, definition, words) for line in said), *(_signed_row(row) for row in rows)]


def _signed_line(line: Line, definition: Definition, words: Mapping[str, str]) -> dict[str, object]:
    if line.label in list(Check):
        return {"label": str(CHECK_WORDS[Check(line.label)]), "value": line.value, "limit": read_back(line.note, words)}
    if line.note in list(Disposition):
        return {"label": line.label, "value": str(KIND_WORDS.get(line.value, line.value)), "status": line.note.lower()}
    if line.note.startswith(TURNS):
        states = (line.value, line.note.removeprefix(TURNS))
        return {"label": translated(line.label), "value": f" {TURNS}".join(str(word_of(one).word) for one in states)}
    if not line.value or FINGERPRINT.fullmatch(line.value):
        parts = [line.value[i : i + 4] for i in range(0, len(line.value), 4)]
        return {"label": translated(line.label), "value": " ".join(parts), "limit": translated(line.note)}
    return shown_lines([line], definition.testing.tests, words)[0]


def _signed_row(row: Row) -> dict[str, object]:
    judged = row.finding.judged
    answer = f" · {judged.by}: {judged.note}" if judged else ""
    return {
        "label": f"{row.title} {row.value}".strip(),
        "limit": f"{row.finding.place}{answer}",
        "value": "",
        "status": row.status if judged else row.answer_status,
    }
