"""One place of a worksheet as its page draws it: a control or a result, asked, found, refused, corrected."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import pairwise

from django.urls import reverse

from apps.batches.views.naming import alert_words
from apps.core.errors import Objection
from apps.core.ui.wording import bilingual, sentence
from apps.products.definition import ChoiceParameter, Parameter
from apps.products.facts import ParameterKind
from apps.products.forms import answers_of
from apps.testing.facts import ResultState, RunState
from apps.testing.models import AssayRun, ControlValue, Found, Result
from apps.testing.rules import LOCKED
from apps.testing.selectors import WorksheetPage
from apps.testing.selectors.pages import ControlCell, ResultCell, WorksheetRow
from apps.testing.views.naming import (
    control_status,
    found_sentence,
    found_word,
    limit_with_unit,
    status_of,
    unit_word,
)
from apps.units.views.framing import names_of

Histories = Mapping[int, tuple[Found, ...]]
FEW = 6  # so many choices are buttons; more are a list


@dataclass(frozen=True)
class Cell:
    """What parts/cell.html needs."""

    id: str
    label: str
    parameter: Parameter
    found: Found | None
    url: str
    correct_url: str
    late_url: str = ""
    is_control: bool = False
    is_open: bool = False
    is_late: bool = False
    is_void: bool = False
    final_from: datetime | None = None
    history: Sequence[Found] = ()
    names: Mapping[str, str] = field(default_factory=dict)
    typed: str = ""
    objections: Sequence[Objection] = ()
    second_way: bool = False

    @property
    def limit(self) -> str:
        """The limit in figures or words."""
        return limit_with_unit(self.parameter)

    @property
    def alert(self) -> str:
        """Where the alert begins."""
        return alert_words(self.parameter)

    @property
    def unit(self) -> str:
        """The unit beside the field."""
        return unit_word(self.parameter)

    @property
    def text(self) -> str:
        """What was found, as it is shown."""
        return found_word(self.parameter, self.found) if self.found else ""

    @property
    def status(self) -> str:
        """The word of the verdict."""
        return control_status(self.found) if self.is_control else status_of(self.found)

    @property
    def says(self) -> tuple[str, str]:
        """What the limit says, and what follows."""
        return found_sentence(self.parameter, self.found, is_control=self.is_control) if self.found else ("", "")

    @property
    def by(self) -> str:
        """Who entered it."""
        if isinstance(self.found, Result):
            return self.found.analyst_name
        return self.names.get(self.found.entered_by, "") if isinstance(self.found, ControlValue) else ""

    @property
    def read_at(self) -> datetime | None:
        """When it was read."""
        if isinstance(self.found, Result):
            return self.found.tested_at
        return self.found.recorded_at if self.found else None

    @property
    def marks(self) -> list[str]:
        """What else is to be known: where it stands, corrected, added late, recorded against a rule."""
        found = self.found
        if not isinstance(found, Result):
            return ["corrected"] if self.history else []
        stands = [str(found.state).lower()]
        stands += ["override"] if found.overridden else []
        stands += ["late"] if found.late else []
        return [*stands, *(["corrected"] if found.supersedes_id else [])]

    @property
    def control(self) -> str:
        """Which control asks for it."""
        if isinstance(self.parameter, ChoiceParameter):
            return "buttons" if len(self.parameter.options) <= FEW else "list"
        if self.parameter.kind is ParameterKind.YES_NO:
            return "buttons"
        return "number" if self.parameter.kind is ParameterKind.NUMBER else "text"

    @property
    def options(self) -> list[tuple[str, str]]:
        """The choices: key and word."""
        return answers_of(self.parameter)

    @property
    def errors(self) -> list[str]:
        """Why it was not accepted."""
        return [sentence(objection) for objection in self.objections]

    @property
    def changes(self) -> list[dict[str, object]]:
        """What stood here before, newest first, each with who changed it, when and why."""
        steps = [*self.history, self.found] if self.found else []
        return [self._change(old, new) for old, new in reversed(list(pairwise(steps)))]

    def _change(self, old: Found, new: Found) -> dict[str, object]:
        who = new.analyst_name if isinstance(new, Result) else ""
        if isinstance(new, ControlValue):
            who = self.names.get(new.entered_by, "")
        words = {"old": found_word(self.parameter, old), "new": found_word(self.parameter, new)}
        return {**words, "who": who, "at": new.recorded_at, "why": new.reason}

    def refused(self, typed: str, objections: Sequence[Objection], *, second_way: bool) -> "Cell":
        """The same place with what was not accepted: it stays as typed."""
        return replace(self, typed=typed, objections=objections, second_way=second_way)


@dataclass(frozen=True)
class Row:
    """One sample of the worksheet with its cells."""

    row: WorksheetRow
    cells: tuple[Cell, ...]
    is_locked: bool


def control_cells(page: WorksheetPage, histories: Histories, *, is_open: bool) -> list[Cell]:
    """The controls of a run."""
    open_ones = is_open and page.run.state == RunState.OPEN
    names = names_of(value.entered_by for value in _values(page, histories))
    cells = [_control(page.run, cell, histories, is_open=open_ones) for cell in page.controls]
    return [replace(cell, names=names) for cell in cells]


def _values(page: WorksheetPage, histories: Histories) -> Iterator[ControlValue]:
    present = [cell.value for cell in page.controls if cell.value]
    former = [value for row in present for value in histories.get(row.pk, ()) if isinstance(value, ControlValue)]
    return iter([*present, *former])


def sample_rows(page: WorksheetPage, histories: Histories, *, is_open: bool) -> list[Row]:
    """The samples of a run with their results."""
    open_ones = is_open and page.run.state != RunState.INVALID
    rows = []
    for row in page.rows:
        locked = row.line.sample.batch.state in LOCKED and not row.line.sample.point
        cells = tuple(
            _result(page.run, row, cell, histories, is_open=open_ones and not locked, is_late=open_ones and locked)
            for cell in row.cells
        )
        rows.append(Row(row, cells, locked))
    return rows


def _control(run: AssayRun, cell: ControlCell, histories: Histories, *, is_open: bool) -> Cell:
    key, value = cell.control.key, cell.value
    return Cell(
        id=f"control-{key}",
        label=bilingual(cell.control.label),
        parameter=cell.control.result,
        found=value,
        url=reverse("testing:control", args=[run.number, key]),
        correct_url=reverse("testing:correct_control", args=[run.number, key]) if value and is_open else "",
        is_control=True,
        is_open=is_open,
        history=histories.get(value.pk, ()) if value else (),
    )


def _result(
    run: AssayRun,
    row: WorksheetRow,
    cell: ResultCell,
    histories: Histories,
    *,
    is_open: bool,
    is_late: bool,
) -> Cell:
    parameter, result = cell.parameter, cell.result
    place = [run.number, row.line.position, parameter.key, cell.replicate]
    label = bilingual(parameter.label)
    return Cell(
        id=f"line-{row.line.position}-{parameter.key}-{cell.replicate}",
        label=f"{label} {cell.replicate}" if cell.replicate > 1 else label,
        parameter=parameter,
        found=result,
        url=reverse("testing:result", args=place),
        correct_url=reverse("testing:correct", args=[result.pk]) if result and is_open else "",
        late_url=reverse("testing:late", args=place) if is_late and not result else "",
        is_open=is_open,
        is_late=is_late,
        is_void=run.state == RunState.INVALID,
        final_from=cell.final_from if result is None or result.state == ResultState.DRAFT else None,
        history=histories.get(result.pk, ()) if result else (),
    )
