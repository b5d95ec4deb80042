"""Geometry of the small plots: a value on its limits, and the last batches. parts/ draws them as SVG."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from apps.core.ui.numbers import measured_text

Number = Decimal | int | float
DIGIT = 7.2  # the width of a digit at the size of the labels


@dataclass(frozen=True)
class Bounds:
    """The action limits and alert levels of one parameter, as far as it has them."""

    low: Number | None = None
    high: Number | None = None
    alert_low: Number | None = None
    alert_high: Number | None = None

    @property
    def numbers(self) -> list[float]:
        """Every bound that is set."""
        return [float(b) for b in (self.low, self.alert_low, self.alert_high, self.high) if b is not None]


@dataclass(frozen=True)
class Zone:
    """One stretch of the axis: action, alert or usual."""

    tone: str
    start: float
    length: float

    @property
    def middle(self) -> float:
        """Where its word stands."""
        return round(self.start + self.length / 2, 1)


@dataclass(frozen=True)
class Mark:
    """One number on the axis."""

    at: float
    text: str
    label: str = ""
    stands: float = 0.0  # where its text stands


@dataclass(frozen=True)
class Strip:
    """A value on the strip of its limits."""

    zones: tuple[Zone, ...]
    ticks: tuple[Mark, ...]
    before: tuple[Mark, ...]
    value: Mark | None
    ends: tuple[str, str]


@dataclass(frozen=True)
class Trend:
    """The last batches in a row, this one last."""

    zones: tuple[Zone, ...]
    lines: tuple[Mark, ...]
    path: str
    points: tuple[tuple[float, float], ...]
    first: str
    last: str


def limit_strip(
    value: Number | None, bounds: Bounds, before: Sequence[tuple[str, Number]] = (), unit: str = "",
    axis: tuple[Number, Number] | None = None, width: int = 300,
) -> Strip:  # fmt: skip
    """Where a value stands between its limits, the earlier ones beside it."""
    present = [float(v) for v in (value, *(number for _, number in before)) if v is not None]
    low, high = axis_of([*bounds.numbers, *present], axis)

    def place(number: Number) -> float:
        return round(width * (min(max(float(number), low), high) - low) / (high - low), 1)

    return Strip(
        zones=_zones(bounds, low, high, place),
        ticks=_apart([Mark(place(b), measured_text(b)) for b in _bounds_in_order(bounds)]),
        before=tuple(Mark(place(number), measured_text(number), label) for label, number in before),
        value=None if value is None else Mark(place(value), measured_text(value)),
        ends=(f"{low:g}", f"{high:g} {unit}".strip()),
    )


def trend(
    points: Sequence[tuple[str, Number]], bounds: Bounds, axis: tuple[Number, Number] | None = None,
    width: int = 286, height: int = 90, along: Sequence[Number] = (),
) -> Trend:  # fmt: skip
    """The last batches against the limits; gaps stay gaps, nothing is smoothed. `along`: where each stands in time,
    where they don't follow one another in equal steps."""
    low, high = axis_of([*bounds.numbers, *(float(number) for _, number in points)], axis)

    def place(number: Number) -> float:
        return round(height * (high - min(max(float(number), low), high)) / (high - low), 1)

    step = width / max(len(points) - 1, 1)
    span = float(along[-1] - along[0]) or 1.0 if along else 1.0
    across = [width * float(one - along[0]) / span for one in along] or [i * step for i in range(len(points))]
    spots = tuple((round(x, 1), place(number)) for x, (_, number) in zip(across, points, strict=True))
    flipped = tuple(
        Zone(zone.tone, min(place(a), place(b)), abs(place(a) - place(b))) for zone, a, b in _spans(bounds, low, high)
    )
    return Trend(
        zones=flipped,
        lines=tuple(Mark(place(b), measured_text(b)) for b in _bounds_in_order(bounds)),
        path=" ".join(f"{'M' if i == 0 else 'L'}{x} {y}" for i, (x, y) in enumerate(spots)),
        points=spots,
        first=points[0][0] if points else "",
        last=points[-1][0] if points else "",
    )


def axis_of(numbers: Sequence[float], axis: tuple[Number, Number] | None) -> tuple[float, float]:
    """The ends of the axis: those given, else the numbers with a quarter of their span on both sides."""
    if axis is not None:
        return float(axis[0]), float(axis[1])
    low, high = min(numbers, default=0.0), max(numbers, default=1.0)
    pad = (high - low) / 4 or abs(high) / 10 or 1.0
    return low - pad, high + pad


def _spans(bounds: Bounds, low: float, high: float) -> list[tuple[Zone, float, float]]:
    """The zones between the ends of the axis, from the lowest up."""
    edges: list[tuple[str, float]] = []
    lower_alert = bounds.alert_low if bounds.alert_low is not None else bounds.low
    upper_alert = bounds.alert_high if bounds.alert_high is not None else bounds.high
    for tone, top in (
        ("action", bounds.low),
        ("alert", lower_alert),
        ("usual", upper_alert or high),
        ("alert", bounds.high),
    ):
        if top is not None:
            edges.append((tone, float(top)))
    edges.append(("action" if bounds.high is not None else "usual", high))
    spans, start = [], low
    for tone, top in edges:
        stop = min(max(top, low), high)
        if stop > start:
            spans.append((Zone(tone, start, stop - start), start, stop))
            start = stop
    return spans


def _zones(bounds: Bounds, low: float, high: float, place: Callable[[Number], float]) -> tuple[Zone, ...]:
    return tuple(Zone(zone.tone, place(a), round(place(b) - place(a), 1)) for zone, a, b in _spans(bounds, low, high))


def _apart(marks: Sequence[Mark]) -> tuple[Mark, ...]:
    """Numbers that would stand on each other move apart; their ticks stay where they are."""
    placed: list[Mark] = []
    for mark in marks:
        room = (len(mark.text) + len(placed[-1].text)) * DIGIT / 2 + 6 if placed else 0.0
        stands = max(mark.at, placed[-1].stands + room) if placed else mark.at
        placed.append(Mark(mark.at, mark.text, mark.label, round(stands, 1)))
    return tuple(placed)


def _bounds_in_order(bounds: Bounds) -> list[Number]:
    return [b for b in (bounds.low, bounds.alert_low, bounds.alert_high, bounds.high) if b is not None]
