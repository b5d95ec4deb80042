"""Places: where in a batch record a value stands. `expansion[2].feed[3].flask[07].confluence`."""

import re
from dataclasses import dataclass

KEY = r"[a-z][a-z0-9_]*"
PART = rf"({KEY})(?:\[([1-9][0-9]{{0,3}})\])?"
FORM = re.compile(rf"{PART}(?:\.{PART}(?:\.({KEY})\[([A-Za-z0-9_-]{{1,20}})\])?(?:\.({KEY}))?)?", re.ASCII)


class BadPlace(ValueError):
    """The text is no place, or the master record has no such place."""


@dataclass(frozen=True, order=True)
class Place:
    """stage[occurrence].step[occurrence].row[key].parameter; only what repeats carries an index."""

    stage: str
    stage_n: int | None = None
    step: str = ""
    step_n: int | None = None
    row_kind: str = ""
    row: str = ""
    parameter: str = ""

    @classmethod
    def parse(cls, text: str) -> "Place":
        """Read a place. Raises BadPlace."""
        form = FORM.fullmatch(text)
        if form is None:
            raise BadPlace(f'"{text}" is no place of a batch record')
        stage, stage_n, step, step_n, row_kind, row, parameter = form.groups()
        return cls(stage, _count(stage_n), step or "", _count(step_n), row_kind or "", row or "", parameter or "")

    def __str__(self) -> str:
        parts = [_part(self.stage, self.stage_n)]
        if self.step:
            parts.append(_part(self.step, self.step_n))
        if self.row_kind:
            parts.append(f"{self.row_kind}[{self.row}]")
        if self.parameter:
            parts.append(self.parameter)
        return ".".join(parts)

    @property
    def section(self) -> "Place":
        """The occurrence of the stage: what is signed as one section."""
        return Place(self.stage, self.stage_n)

    @property
    def step_place(self) -> "Place":
        """The occurrence of the step."""
        return Place(self.stage, self.stage_n, self.step, self.step_n)

    @property
    def row_place(self) -> "Place":
        """The row, or the step where the place has none."""
        return Place(self.stage, self.stage_n, self.step, self.step_n, self.row_kind, self.row)

    def at(self, parameter: str, row_kind: str = "", row: str = "") -> "Place":
        """A parameter of this step, in a row when one is given."""
        return Place(self.stage, self.stage_n, self.step, self.step_n, row_kind, row, parameter)


def _count(text: str | None) -> int | None:
    return int(text) if text else None


def _part(key: str, n: int | None) -> str:
    return key if n is None else f"{key}[{n}]"
