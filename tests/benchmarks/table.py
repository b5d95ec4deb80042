"""The table that `make bench` prints: what was measured, against what, and whether the bound holds."""

import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

HEADINGS = ("what", "ours", "machine's own limit", "ratio", "bound", "")


@dataclass(frozen=True)
class Line:
    """One measured thing. `holds` is None where the issue sets no bound and the figure stands for itself."""

    what: str
    ours: str
    limit: str = ""
    ratio: float | None = None
    bound: str = ""
    holds: bool | None = None

    def as_dict(self) -> dict[str, Any]:
        """For the way from the process that measures to the one that prints."""
        return asdict(self)

    @property
    def cells(self) -> tuple[str, ...]:
        """The texts of the line."""
        verdict = {None: "", True: "holds", False: "FALLS SHORT"}[self.holds]
        ratio = f"{self.ratio:.2f}" if self.ratio is not None else ""
        return (self.what, self.ours, self.limit, ratio, self.bound, verdict)


def printed(chapters: Mapping[str, Sequence[Line]]) -> str:
    """The whole table, one chapter per database."""
    every = [HEADINGS, *(line.cells for lines in chapters.values() for line in lines)]
    widths = [max(len(cells[i]) for cells in every) for i in range(len(HEADINGS))]
    text = [_row(HEADINGS, widths), _row(["-" * width for width in widths], widths)]
    for chapter, lines in chapters.items():
        text += ["", f"== {chapter}", *(_row(line.cells, widths) for line in lines)]
    short = sum(line.holds is False for lines in chapters.values() for line in lines)
    bounds = sum(line.holds is not None for lines in chapters.values() for line in lines)
    return "\n".join([*text, "", f"{bounds - short} of {bounds} bounds hold."])


def _row(cells: Sequence[str], widths: Sequence[int]) -> str:
    return " | ".join(cell.ljust(width) for cell, width in zip(cells, widths, strict=True)).rstrip(" |")


def ms(seconds: float) -> str:
    """A duration in milliseconds."""
    return f"{seconds * 1000:.2f} ms" if seconds < 0.01 else f"{seconds * 1000:.1f} ms"


def timed(act: Callable[[], object]) -> float:
    """How long one act took, in seconds."""
    begun = time.perf_counter()
    act()
    return time.perf_counter() - begun


def medians(acts: Mapping[str, Callable[[int], object]], rounds: int) -> dict[str, float]:
    """The median of each act; they take turns, so that a busy machine is busy for all of them."""
    names = list(acts)
    spent: dict[str, list[float]] = {name: [] for name in names}
    for n in range(rounds):
        turn = n % len(names)
        for name in names[turn:] + names[:turn]:
            spent[name].append(timed(lambda act=acts[name], n=n: act(n)))  # type: ignore[misc]
    return {name: statistics.median(took) for name, took in spent.items()}
