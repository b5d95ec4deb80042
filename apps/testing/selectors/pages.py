"""What pages about the laboratory show, frozen."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from apps.products.definition import Parameter, Test
from apps.products.definition.testing import Control
from apps.products.rules.limits import limit_text
from apps.testing.facts import ResultState, RunState
from apps.testing.models import AssayRun, ControlValue, Line, Result, RunNeed
from apps.testing.rules import needed_results
from apps.testing.selectors.samples import current_controls, lines_of, method_of, results_on, specification_of


@dataclass(frozen=True)
class ControlCell:
    """One control of a run: what is asked, what was found."""

    control: Control
    limit: str
    value: ControlValue | None


@dataclass(frozen=True)
class ResultCell:
    """One result of a worksheet: what is asked, what was found. `final_from`: when "no growth" may be entered."""

    parameter: Parameter
    replicate: int
    limit: str
    result: Result | None
    final_from: datetime | None


@dataclass(frozen=True)
class WorksheetRow:
    """One sample on the worksheet."""

    line: Line
    cells: tuple[ResultCell, ...]


@dataclass(frozen=True)
class WorksheetPage:
    """A run with its controls, instruments, reagents and samples."""

    run: AssayRun
    test: Test
    needs: tuple[RunNeed, ...]
    controls: tuple[ControlCell, ...]
    rows: tuple[WorksheetRow, ...]
    drafts: int
    to_review: int

    @property
    def to_sign(self) -> bool:
        """Whether the analyst's signature is what comes next."""
        return self.drafts > 0 or self.run.state == RunState.OPEN


def worksheet(run: AssayRun) -> WorksheetPage:
    """Everything about a run, in the order of its worksheet."""
    test, results = method_of(run), results_on(run)
    values = current_controls(run)
    controls = tuple(
        ControlCell(control, _limit(control.result), values.get(control.key))
        for control in (test.run.controls if test.run else ())
    )
    rows = tuple(_row(line, run, results) for line in lines_of(run))
    states = [result.state for result in results]
    needs = tuple(run.needs.select_related("instrument", "lot").order_by("kind", "pk"))
    drafts, to_review = states.count(ResultState.DRAFT), states.count(ResultState.TESTED)
    return WorksheetPage(run, test, needs, controls, rows, drafts, to_review)


def _row(line: Line, run: AssayRun, results: list[Result]) -> WorksheetRow:
    test = specification_of(run, line.sample.batch)
    found: Mapping[tuple[str, int], Result] = {
        (result.parameter, result.replicate): result for result in results if result.line_id == line.pk
    }
    asked = dict.fromkeys([*needed_results(test), *((p.key, 1) for p in test.results), *found])
    cells = [_cell(test, line, key, replicate, found.get((key, replicate))) for key, replicate in asked]
    return WorksheetRow(line, tuple(cell for cell in cells if cell))


def _cell(test: Test, line: Line, key: str, replicate: int, result: Result | None) -> ResultCell | None:
    parameter = test.result(key)
    if parameter is None:
        return None
    final_from = None
    if test.period and line.inoculated_at and parameter.limit:
        final_from = line.inoculated_at + test.period.at_least.timedelta
    return ResultCell(parameter, replicate, _limit(parameter), result, final_from)


def _limit(parameter: Parameter) -> str:
    return limit_text(parameter.limit) if parameter.limit else ""
