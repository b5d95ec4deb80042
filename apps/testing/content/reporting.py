"""The results, runs and machine-readable data of a certificate of analysis."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from apps.batches.models import Batch
from apps.batches.selectors.plans import definition_of_batch
from apps.documents.facts import Align, Bilingual, Cell, Change, Column, Entry, Footnote, Sign, Table
from apps.documents.rules import figures
from apps.products.definition import Parameter, Test
from apps.products.facts import Verdict, gravest
from apps.products.loader import standard_tables, units
from apps.products.rules.rounding import plain
from apps.testing.content.wording import as_reported, both, figure, limit_of, printed
from apps.testing.facts import PASSING, LaboratoryCause, ResultState, RunState
from apps.testing.models import AssayRun, Result
from apps.testing.selectors import Mean, TestOutcome, control_facts, counts, histories_of

B = Bilingual
SIGNS = {
    Verdict.PASS: Sign.PASS,
    Verdict.ALERT: Sign.ALERT,
    Verdict.ACTION: Sign.FAIL,
    Verdict.FAIL: Sign.FAIL,
    Verdict.NOT_EVALUABLE: Sign.NOT_EVALUABLE,
    Verdict.NOT_DONE: Sign.PENDING,
}
MARKS = "abcdefghijklmnopqrstuvwxyz"
CAUSES = {
    LaboratoryCause.SAMPLE: B("invalid, the sample was not representative", "无效，样品不具代表性"),
    LaboratoryCause.PREPARATION: B("invalid, an error of preparation", "无效，样品制备差错"),
    LaboratoryCause.METHOD: B("invalid, the method was not followed", "无效，未按方法操作"),
    LaboratoryCause.INSTRUMENT: B("invalid, an instrument failed", "无效，仪器故障"),
    LaboratoryCause.REAGENT: B("invalid, a reagent or standard was wrong", "无效，试剂或标准品有误"),
    LaboratoryCause.CALCULATION: B("invalid, an error of calculation", "无效，计算差错"),
    LaboratoryCause.ANALYST: B("invalid, an error of the analyst", "无效，检验人差错"),
}
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
        gone = invalidated_of(outcome)
        for told in reported_of(outcome):
            rows.append(_row(batch, outcome, told, (histories, gone.pop(told.results[0].parameter, [])), notes))
        rows += [_gone(batch, outcome, result, notes) for left in gone.values() for result in left]
    title = B(
        f"Results against specification {batch.product_version.record.number}",
        f"检验结果（质量标准 {batch.product_version.record.number}）",
    )
    return Table(title, COLUMNS, tuple(rows), tuple(notes))


def reportable(outcome: TestOutcome) -> list[Result]:
    """What may be reported: reviewed, on a valid run, not invalidated, not tested again without a plan."""
    reviewed = [result for result in outcome.results if result.state == ResultState.REVIEWED and counts(result)]
    return [result for result in reviewed if result.line.run.state == RunState.VALID]


@dataclass(frozen=True)
class Told:
    """One row of the certificate: a result, or the mean of several where the method reports it."""

    results: tuple[Result, ...]
    mean: Mean | None = None

    @property
    def verdict(self) -> Verdict:
        """The verdict of what is reported; no value beyond its limit hides behind a mean."""
        verdicts = [Verdict(result.verdict) for result in self.results]
        return gravest([*verdicts, self.mean.verdict]) if self.mean else verdicts[0]


def reported_of(outcome: TestOutcome) -> Iterator[Told]:
    """What a test reports, in the order it was found: each mean once, where its first value stands."""
    means = {result.pk: mean for mean in outcome.means for result in mean.of}
    for result in reportable(outcome):
        mean = means.get(result.pk)
        if mean is None:
            yield Told((result,))
        elif mean.of[0].pk == result.pk:
            yield Told(mean.of, mean)


def invalidated_of(outcome: TestOutcome) -> dict[str, list[Result]]:
    """What was invalidated with its cause, by quantity: printed beside what was reported in its place."""
    found: dict[str, list[Result]] = {}
    for result in outcome.invalidated:
        found.setdefault(result.parameter, []).append(result)
    return found


def _row(
    batch: Batch,
    outcome: TestOutcome,
    told: Told,
    before: tuple[Mapping[int, Sequence[Result]], Sequence[Result]],
    notes: list[Footnote],
) -> tuple[Entry, ...]:
    first, last = told.results[0], told.results[-1]
    parameter = _parameter(outcome, first)
    histories, gone = before
    changes = [_invalidated(parameter, result) for result in gone]
    for result in told.results:
        history = histories.get(result.pk, ())
        changes += [
            Change(as_reported(parameter, old).en, new.reason, new.analyst_name, new.recorded_at)
            for old, new in zip(history, [*history[1:], result], strict=False)
        ]
    shown = _mean(told.mean) if told.mean else as_reported(parameter, first)
    remarks = [*_remarks(outcome, first), *_planned(parameter, told)]
    return (
        Cell(_label(outcome, parameter, first.replicate), mark=_noted(remarks, notes)),
        limit_of(parameter),
        Cell(shown if shown.zh else shown.en, changes=tuple(changes)),
        Cell(sign=SIGNS[told.verdict]) if told.verdict in SIGNS else B("Reported", "仅报告"),
        _method(batch, outcome.test, notes),
        f"{last.tested_at.astimezone(ZoneInfo(batch.site.timezone)):%Y-%m-%d}",
        ", ".join(dict.fromkeys(result.analyst_name for result in told.results)),
    )


def _gone(batch: Batch, outcome: TestOutcome, result: Result, notes: list[Footnote]) -> tuple[Entry, ...]:
    """What was invalidated while nothing stands in its place yet."""
    parameter = _parameter(outcome, result)
    return (
        Cell(_label(outcome, parameter, result.replicate), mark=_noted(_remarks(outcome, result), notes)),
        limit_of(parameter),
        Cell("–", changes=(_invalidated(parameter, result),)),
        B("Invalidated", "已判无效"),
        _method(batch, outcome.test, notes),
        f"{result.tested_at.astimezone(ZoneInfo(batch.site.timezone)):%Y-%m-%d}",
        result.analyst_name,
    )


def _parameter(outcome: TestOutcome, result: Result) -> Parameter:
    parameter = outcome.test.result(result.parameter)
    if parameter is None:
        raise LookupError(f"{outcome.test.key} reports no {result.parameter}")
    return parameter


def _invalidated(parameter: Parameter, result: Result) -> Change:
    """What was found first, with the investigation that found its cause, and who approved that."""
    looked_into, at = result.investigation, result.invalidated_at
    if looked_into is None or at is None:
        raise LookupError(f"{result.address} was not invalidated")
    cause = CAUSES[LaboratoryCause(looked_into.cause)]
    reason = f"{looked_into.number}: {cause.en} / {cause.zh}. {looked_into.decision}"
    return Change(as_reported(parameter, result).en, reason, looked_into.decided_name, at)


def _mean(mean: Mean) -> Bilingual:
    return B(figures(f"{figure(mean.rounded)} {units().display(mean.unit)}".strip()))


def _planned(parameter: Parameter, told: Told) -> list[Bilingual]:
    """The values behind a mean; that what is reported was tested again by an approved plan."""
    texts = []
    if told.mean:
        values = ", ".join(plain(one.number.normalize()) for one in told.results if one.number is not None)
        unit = units().display(told.mean.unit)
        count = len(told.results)
        texts.append(B(f"Mean of {count}: {values} {unit}.", f"{count} 次测定的平均值：{values} {unit}。"))
    if any(result.line.retest for result in told.results):
        texts.append(B("Retested by an approved plan.", "按批准的方案复验。"))
    return texts


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
