"""What people sign in the laboratory: the list they are shown, line by line, and exactly what is hashed."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, tzinfo
from zoneinfo import ZoneInfo

from apps.batches.models import Batch
from apps.core.canonical import canonical, sha256_hex
from apps.core.errors import BadInput, Objection
from apps.core.text import N_
from apps.products.definition import Parameter, Test
from apps.products.facts import Entered
from apps.products.loader import units
from apps.products.rules.limits import limit_text
from apps.products.rules.numbers import read_entry
from apps.products.rules.rounding import plain
from apps.signatures.facts import Line as Shown
from apps.signatures.facts import SignedContent
from apps.testing.facts import ResultState, RunState
from apps.testing.models import AssayRun, ControlValue, Found, Line, Result
from apps.testing.rules import run_state
from apps.testing.selectors import (
    Mean,
    control_facts,
    current_controls,
    method_of,
    outcomes_of,
    results_on,
    run_now,
    specification_of,
)

TESTED = N_("I tested these samples by this method and entered what I found, completely and truly.")
REVIEWED = N_("I reviewed these results for accuracy, completeness and compliance with the specification.")
LATE = N_("I tested this sample after its batch was certified and add the result to the record as it is.")
APPROVED = N_("I approve this certificate of analysis: the results are complete, reviewed, and meet the specification.")


def sign_results_content(run: AssayRun, invalid_because: str = "") -> SignedContent:
    """A run as its analyst signs it: what it was done with, its controls and their judgement, every new result."""
    run = run_now(run)
    drafts = [result for result in results_on(run) if result.state == ResultState.DRAFT]
    is_open = run.state == RunState.OPEN
    judged = run_state(control_facts(run), invalid_because) if is_open else RunState(run.state)
    shown = [*_header(run), *_controls(run), Shown(N_("Run"), judged, invalid_because or run.invalid_because)]
    return _content("sign_results", run, TESTED, shown, drafts)


def review_results_content(run: AssayRun) -> SignedContent:
    """A run as its second person reviews it: the same, with the results that were signed as tested."""
    run = run_now(run)
    tested = [result for result in results_on(run) if result.state == ResultState.TESTED]
    shown = [*_header(run), *_controls(run), Shown(N_("Run"), run.state, run.invalid_because)]
    return _content("review_results", run, REVIEWED, shown, tested)


def late_result_content(
    line: Line, parameter: str, text: str, tested_at: datetime, *, unit: str = "", replicate: int = 1
) -> SignedContent:
    """A result that comes after certification, as an addendum to the closed record. Raises BadInput."""
    asked, entered = entry_for(line, parameter, text, tested_at, unit)
    label = f"{asked.label.en} ({replicate})" if replicate > 1 else asked.label.en
    shown = (
        Shown(N_("Sample"), line.sample.number, line.sample.batch.number),
        Shown(N_("Run"), line.run.number, f"{line.run.method} {line.run.method_version}"),
        Shown(N_("Tested at"), _instant(tested_at)),
        Shown(label, _value(entered.text, entered.unit), _note(asked, entered.verdict)),
    )
    return SignedContent("add_late_result", line.sample.record.address, LATE, shown)


def entry_for(line: Line, key: str, text: str, tested_at: datetime, unit: str = "") -> tuple[Parameter, Entered]:
    """What was found, read and judged by the frozen master of the sample's batch. Raises BadInput."""
    batch = line.sample.batch
    parameter = specification_of(line.run, batch).result(key)
    if parameter is None:
        known = ", ".join(result.key for result in specification_of(line.run, batch).results)
        template = N_("This test reports {known}, not {key}.")
        raise BadInput(Objection("unknown_parameter", template, {"key": key, "known": known}, "parameter"))
    return parameter, read_found(parameter, text, unit, ZoneInfo(batch.site.timezone), tested_at)


def read_found(parameter: Parameter, text: str, unit: str, zone: tzinfo, now: datetime) -> Entered:
    """A result or a control, read as every number of the house is read; nothing entered is refused. Raises BadInput."""
    entered = read_entry(parameter, text, unit=unit, zone=zone, now=now, units=units())
    if isinstance(entered, Objection):
        raise BadInput(replace(entered, place="text"))
    if not entered.done:
        raise BadInput(Objection("nothing_entered", N_("Enter what was found."), place="text"))
    return entered


def approve_coa_content(batch: Batch) -> SignedContent:
    """The analysis as the head of QC approves it: every test with its limits, results and verdicts."""
    shown = [Shown(N_("Batch"), batch.number), Shown(N_("Specification"), batch.product_version.record.number)]
    members = []
    for outcome in outcomes_of(batch):
        mark = "" if outcome.required else "informative"
        runs = f"{len(outcome.runs)} runs, {outcome.invalid_runs} invalid"
        shown.append(Shown(outcome.test.label.en, outcome.standing, ", ".join(filter(None, (mark, runs)))))
        shown += [result_line(result, outcome.test) for result in outcome.results]
        shown += [_mean(mean, outcome.test) for mean in outcome.means]
        members += [_fingerprint(result) for result in outcome.results]
    return SignedContent("approve_coa", batch.record.address, APPROVED, tuple(shown), tuple(members))


def _content(
    verb: str, run: AssayRun, meaning: str, shown: Sequence[Shown], results: Sequence[Result]
) -> SignedContent:
    listed = [result_line(result, specification_of(run, result.batch)) for result in results]
    members = tuple(_fingerprint(result) for result in results)
    return SignedContent(verb, run.record.address, meaning, (*shown, *listed), members)


def _header(run: AssayRun) -> list[Shown]:
    needs = run.needs.select_related("instrument", "lot").order_by("kind", "pk")
    return [
        Shown(N_("Run"), run.number),
        Shown(N_("Test"), method_of(run).label.en),
        Shown(N_("Method"), run.method, run.method_version),
        Shown(N_("Started at"), _instant(run.started_at)),
        *(Shown(need.key, need.number) for need in needs),
    ]


def _controls(run: AssayRun) -> list[Shown]:
    values, method = current_controls(run), method_of(run)
    return [
        Shown(control.label.en, _found(values.get(control.key)), _control_note(control.result, values.get(control.key)))
        for control in (method.run.controls if method.run else ())
    ]


def _control_note(parameter: Parameter, value: ControlValue | None) -> str:
    return _note(parameter, value.verdict if value else "NOT_DONE")


def result_line(result: Result, test: Test) -> Shown:
    """One result as it is read out: sample, quantity, what was found, its limit and verdict."""
    parameter = test.result(result.parameter)
    sample = result.line.sample.number
    replicate = f" ({result.replicate})" if result.replicate > 1 else ""
    replicate += f" (retest {result.line.retest})" if result.line.retest else ""
    label = f"{sample} · {parameter.label.en if parameter else result.parameter}{replicate}"
    note = _note(parameter, result.verdict) if parameter else result.verdict
    return Shown(label, _found(result), f"{note}, invalidated" if result.invalidated_at else note)


def _mean(mean: Mean, test: Test) -> Shown:
    """The mean that is reported, of how many values."""
    parameter = test.result(mean.parameter)
    label = f"{mean.sample} · {parameter.label.en if parameter else mean.parameter}"
    note = _note(parameter, mean.verdict) if parameter else mean.verdict
    return Shown(label, _value(plain(mean.rounded), mean.unit), f"mean of {len(mean.of)}, {note}")


def _found(value: Found | None) -> str:
    return _value(value.text, value.unit) if value else ""


def _instant(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def _value(text: str, unit: str) -> str:
    return f"{text} {unit}".strip()


def _note(parameter: Parameter, verdict: str) -> str:
    limit = limit_text(parameter.limit) if parameter.limit else ""
    return ", ".join(filter(None, (limit, str(verdict))))


def _fingerprint(result: Result) -> str:
    """The hash of one result of a signed list: what it says, of which sample, and where and when it was entered."""
    found = [result.text, result.unit, result.verdict, result.tested_at, result.analyst]
    invalidated = [result.invalidated_at] if result.invalidated_at else []
    return sha256_hex(canonical([*found, result.address, result.recorded_at, *invalidated]))
