"""The results, runs and machine-readable data of a certificate of analysis."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from apps.batches.models import Batch
from apps.batches.selectors.plans import definition_of_batch
from apps.documents.facts import Align, Bilingual, Cell, Change, Column, Entry, Footnote, Sign, Table
from apps.documents.rules import figures, instant, scientific
from apps.products.definition import Bilingual as Words
from apps.products.definition import ChoiceParameter, ComputedParameter, NumberParameter, Parameter, Recordable, Test
from apps.products.facts import Comparator, Entered, Verdict
from apps.products.loader import standard_tables, units
from apps.products.rules.limits import limit_text
from apps.products.rules.rounding import plain, round_half_up
from apps.testing.facts import PASSING, ResultState, RunState
from apps.testing.models import AssayRun, Result
from apps.testing.selectors import TestOutcome, control_facts, histories_of

B = Bilingual
SIGNS = {
    Verdict.PASS: Sign.PASS,
    Verdict.ALERT: Sign.ALERT,
    Verdict.ACTION: Sign.FAIL,
    Verdict.FAIL: Sign.FAIL,
    Verdict.NOT_EVALUABLE: Sign.NOT_EVALUABLE,
    Verdict.NOT_DONE: Sign.PENDING,
}
YES_NO = {"yes": B("Yes", "是"), "no": B("No", "否")}
MARKS = "abcdefghijklmnopqrstuvwxyz"
PHARMACOPOEIAS = ("USP", "ChP", "Ph. Eur.")
COLUMNS = (
    Column(B("Test", "检验项目"), width=22),
    Column(B("Limit", "限度"), width=17),
    Column(B("Result", "结果"), Align.RIGHT, width=16),
    Column(B("Verdict", "结论"), width=12),
    Column(B("Method", "方法"), width=14),
    Column(B("Tested", "检验日期"), width=10),
    Column(B("Analyst", "检验人"), width=9),
)
RUN_COLUMNS = (
    Column(B("Run", "检验次"), width=9),
    Column(B("Test", "项目"), width=23),
    Column(B("Started", "开始"), width=21),
    Column(B("Instruments and reagent lots", "仪器与试剂批号"), width=35),
    Column(B("Run is", "该次检验"), width=12),
)


def results_table(batch: Batch, outcomes: Sequence[TestOutcome]) -> Table:
    """Every reportable result with its limit, method, date and analyst."""
    notes: list[Footnote] = []
    histories = histories_of(batch)
    rows: list[tuple[Entry, ...]] = []
    for outcome in outcomes:
        for result in reportable(outcome):
            rows.append(_row(batch, outcome, result, histories.get(result.pk, ()), notes))
    title = B(
        f"Results against specification {batch.product_version.record.number}",
        f"检验结果（质量标准 {batch.product_version.record.number}）",
    )
    return Table(title, COLUMNS, tuple(rows), tuple(notes))


def reportable(outcome: TestOutcome) -> list[Result]:
    """What may be reported: reviewed, on a valid run."""
    reviewed = [result for result in outcome.results if result.state == ResultState.REVIEWED]
    return [result for result in reviewed if result.line.run.state == RunState.VALID]


def _row(
    batch: Batch, outcome: TestOutcome, result: Result, history: Sequence[Result], notes: list[Footnote]
) -> tuple[Entry, ...]:
    parameter = outcome.test.result(result.parameter)
    if parameter is None:
        raise LookupError(f"{outcome.test.key} reports no {result.parameter}")
    changes = tuple(
        Change(as_reported(parameter, old).en, new.reason, new.analyst_name, new.recorded_at)
        for old, new in zip(history, [*history[1:], result], strict=False)
    )
    shown = as_reported(parameter, result)
    return (
        Cell(_label(outcome, parameter, result.replicate), mark=_noted(_remarks(outcome, result), notes)),
        limit_of(parameter),
        Cell(shown if shown.zh else shown.en, changes=changes),
        Cell(sign=SIGNS[Verdict(result.verdict)]) if result.verdict in SIGNS else B("Reported", "仅报告"),
        _method(batch, outcome.test, notes),
        f"{result.tested_at.astimezone(ZoneInfo(batch.site.timezone)):%Y-%m-%d}",
        result.analyst_name,
    )


def _method(batch: Batch, test: Test, notes: list[Footnote]) -> Cell:
    """The number of the procedure with the version of the method; the pharmacopoeia it follows in a footnote."""
    method = standard_tables().method(test.method, test.method_version)
    number = f"{method.procedure if method else test.method} v{test.method_version}"
    return Cell(number, mark=_noted(_follows(batch, test), notes))


def _follows(batch: Batch, test: Test) -> list[Bilingual]:
    sources = {source.key: source.reference for source in definition_of_batch(batch).sources}
    cited = sources.get(test.source.cites, "")
    if not cited.startswith(PHARMACOPOEIAS):
        return []
    if test.source.site_to_confirm:
        return [B(f"Method after {cited}; site to confirm.", f"方法参照 {cited}，待现场确认。")]
    return [B(f"Method after {cited}.", f"方法参照 {cited}。")]


def _label(outcome: TestOutcome, parameter: Parameter, replicate: int) -> Bilingual:
    # A test of several results is known by what each reports: CD73 positive, CD90 positive.
    said = both(outcome.test.label if len(outcome.test.results) == 1 else parameter.label)
    if outcome.test.run is None or outcome.test.run.replicates == 1:
        return said
    return B(f"{said.en}, replicate {replicate}", f"{said.zh}，第 {replicate} 份")


def limit_of(parameter: Recordable) -> Bilingual | str:
    """The limit as a document prints it: figures with their unit, choices in words; "Reported" where there is none."""
    if parameter.limit is None:
        return B("Reported", "仅报告")
    if isinstance(parameter, ChoiceParameter):
        keys = getattr(parameter.limit, "values", None) or (getattr(parameter.limit, "value", ""),)
        options = [option for key in keys if (option := parameter.option(key))]
        return B(" / ".join(option.label.en for option in options), " / ".join(option.label.zh for option in options))
    if isinstance(parameter, NumberParameter | ComputedParameter):
        return figures(f"{limit_text(parameter.limit)} {units().display(parameter.unit)}".strip())
    return figures(limit_text(parameter.limit))


def entered_of(parameter: Recordable, entered: Entered) -> Bilingual | str:
    """A value as a document prints it: as it was entered, with its unit; choices in words."""
    if isinstance(parameter, ChoiceParameter):
        option = parameter.option(entered.text)
        return both(option.label) if option else entered.text
    if not entered.unit:
        return YES_NO.get(entered.text, entered.text)
    return figures(f"{entered.text} {units().display(entered.unit)}".strip())


def as_reported(parameter: Parameter, result: Result) -> Bilingual:
    """A result with the decimals of the specification; as found beside it, where rounding made a difference."""
    if isinstance(parameter, ChoiceParameter):
        option = parameter.option(result.text)
        return both(option.label) if option else B(result.text)
    if not isinstance(parameter, NumberParameter):
        return YES_NO.get(result.text, B(result.text))
    unit = units().display(result.unit)
    if result.number is None:
        return B("not detected", "未检出")
    if result.comparator != Comparator.EXACT:
        return B(f"{result.comparator} {plain(result.number.normalize())} {unit}".strip())
    rounded = round_half_up(result.number, parameter.decimals)
    found = "" if rounded == result.number else f" ({plain(result.number.normalize())})"
    return B(figures(f"{_figure(rounded)}{found} {unit}".strip()))


def _figure(number: Decimal) -> str:
    return scientific(number) if abs(number) >= 100_000 else plain(number)


def _remarks(outcome: TestOutcome, result: Result) -> list[Bilingual]:
    texts = []
    if not outcome.required:
        texts.append(B("Informative; no condition of release.", "参考项目，不作为放行条件。"))
    if result.late:
        texts.append(B("Added after certification.", "认证后补报。"))
    if outcome.invalid_runs:
        count = outcome.invalid_runs
        texts.append(B(f"Runs without a reportable result: {count}.", f"无有效结果的检验次数：{count}。"))
    return texts


def _noted(texts: Sequence[Bilingual], notes: list[Footnote]) -> str:
    """The letter of a footnote with these words, added where there is none yet."""
    if not texts:
        return ""
    text = B(" ".join(part.en for part in texts), "".join(part.zh for part in texts))
    known = next((note.mark for note in notes if note.text == text), "")
    if not known:
        known = MARKS[len(notes) % len(MARKS)]
        notes.append(Footnote(known, text))
    return known


def runs_table(batch: Batch, outcomes: Sequence[TestOutcome]) -> Table:
    """Every run, the invalid ones too, with what it was done with."""
    runs = {run.pk: (run, outcome) for outcome in outcomes for run in outcome.runs}
    rows = [
        (
            run.number,
            both(outcome.test.label),
            printed(run.started_at, batch),
            _needs(run, outcome.test),
            _judged(run),
        )
        for run, outcome in runs.values()
    ]
    return Table(B("Runs", "检验过程"), RUN_COLUMNS, tuple(rows))


def _judged(run: AssayRun) -> Bilingual:
    """Valid, or invalid and why: the cause that was named, or the controls that failed."""
    if run.state == RunState.VALID:
        return B("Valid", "有效")
    if run.state == RunState.OPEN:
        return B("Open", "进行中")
    failed = "; ".join(control.label for control in control_facts(run) if control.verdict not in PASSING)
    why = run.invalid_because or failed
    return B(f"Invalid: {why}" if why else "Invalid", "无效")


def _needs(run: AssayRun, test: Test) -> Bilingual:
    labels = {need.key: need.label for need in (*test.instruments, *test.reagents)}
    needs = [need for need in run.needs.select_related("instrument", "lot").order_by("pk") if need.key in labels]
    return B(
        "; ".join(f"{labels[need.key].en} {need.number}" for need in needs),
        "；".join(f"{labels[need.key].zh} {need.number}" for need in needs),
    )


def machine_data(batch: Batch, outcomes: Sequence[TestOutcome]) -> dict[str, object]:
    """The same for machines: raw values, codes, addresses."""
    return {
        "batch": batch.record.address,
        "product": batch.product_version.record.address,
        "specification_sha256": batch.definition_sha256,
        "results": [_result_data(result) for outcome in outcomes for result in reportable(outcome)],
        "runs": {
            outcome.test.key: {"runs": len(outcome.runs), "invalid": outcome.invalid_runs} for outcome in outcomes
        },
    }


def _result_data(result: Result) -> dict[str, object]:
    return {
        "address": result.address,
        "text": result.text,
        "number": None if result.number is None else plain(result.number.normalize()),
        "unit": result.unit,
        "comparator": result.comparator,
        "verdict": result.verdict,
        "tested_at": result.tested_at,
        "analyst": result.analyst,
        "run": result.line.run.number,
    }


def both(text: Words) -> Bilingual:
    """A text of the master in both languages."""
    return B(text.en, text.zh)


def printed(at: datetime, batch: Batch) -> str:
    """An instant in the zone of the site, which it names."""
    return instant(at, ZoneInfo(batch.site.timezone))
