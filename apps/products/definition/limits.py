"""The closed set of limits. A limit states what it is compared with; there is no default for that."""

from decimal import Decimal
from typing import Annotated, Literal, Self

from pydantic import Discriminator, Field, Tag, model_validator

from apps.products.definition.base import Decimals, Number, Part, Source, Span, Text, lower_case, wrong
from apps.products.facts import Compare, LimitKind, Verdict

Outside = Annotated[Verdict, lower_case(Verdict)]


class Ends(Part):
    """The two ends of a span of numbers; an open end is not itself inside."""

    low: Number | None = None
    high: Number | None = None
    low_open: bool = False
    high_open: bool = False

    def holds(self, number: Decimal) -> bool:
        """Whether the number lies inside; both ends count as inside unless they are open."""
        above = self.low is None or (number > self.low if self.low_open else number >= self.low)
        below = self.high is None or (number < self.high if self.high_open else number <= self.high)
        return above and below

    @property
    def is_empty(self) -> bool:
        """Neither end is set."""
        return self.low is None and self.high is None


class NumericLimit(Ends):
    """Range, at least or at most: the limit itself, and inside it the action and the alert level."""

    kind: Annotated[LimitKind, lower_case(LimitKind)]
    action: Ends | None = None
    alert: Ends | None = None
    compare: Annotated[Compare, lower_case(Compare)]
    decimals: Decimals
    outside: Outside = Verdict.ACTION
    source: Source

    @property
    def levels(self) -> tuple[tuple[Verdict, Ends], ...]:
        """The levels that are set, outermost first, with the verdict of a value beyond each."""
        named = ((self.outside, self.own_ends), (Verdict.ACTION, self.action), (Verdict.ALERT, self.alert))
        return tuple((verdict, ends) for verdict, ends in named if ends is not None and not ends.is_empty)

    @property
    def own_ends(self) -> Ends:
        """The limit itself, without its levels."""
        return Ends(low=self.low, high=self.high, low_open=self.low_open, high_open=self.high_open)

    @model_validator(mode="after")
    def _is_well_formed(self) -> Self:
        if not self.levels:
            raise wrong("low", "a limit without any end limits nothing")
        for path, ends in (("", self), ("action.", self.action), ("alert.", self.alert)):
            if ends is not None:
                _refuse_bad_ends(self.kind, path, ends)
        if self.kind is LimitKind.RANGE and self.low is None and self.high is not None:
            raise wrong("low", "a range has a low and a high end; with one end write at_least or at_most")
        for outer, inner, path in ((self, self.action, "action"), (self.action or self, self.alert, "alert")):
            _refuse_wider(outer, inner, path)
        return self


def _refuse_bad_ends(kind: LimitKind, path: str, ends: Ends) -> None:
    if ends.low is not None and ends.high is not None and ends.low > ends.high:
        raise wrong(
            f"{path}low", "the low end {low} lies above the high end {high}", low=str(ends.low), high=str(ends.high)
        )
    if kind is LimitKind.AT_LEAST and ends.high is not None:
        raise wrong(f"{path}high", "at_least has no high end")
    if kind is LimitKind.AT_MOST and ends.low is not None:
        raise wrong(f"{path}low", "at_most has no low end")


def _refuse_wider(outer: Ends, inner: Ends | None, name: str) -> None:
    if inner is None:
        return
    if inner.low is not None and outer.low is not None and inner.low < outer.low:
        raise wrong(
            f"{name}.low",
            "the {name} level {inner} lies outside {outer}",
            name=name,
            inner=str(inner.low),
            outer=str(outer.low),
        )
    if inner.high is not None and outer.high is not None and inner.high > outer.high:
        raise wrong(
            f"{name}.high",
            "the {name} level {inner} lies outside {outer}",
            name=name,
            inner=str(inner.high),
            outer=str(outer.high),
        )


class EqualsLimit(Part):
    """Exactly this: a choice, yes or no, or a number (then with compare and decimals)."""

    kind: Annotated[Literal[LimitKind.EQUALS], lower_case(LimitKind)]
    value: Text
    compare: Annotated[Compare, lower_case(Compare)] | None = None
    decimals: Decimals | None = None
    outside: Outside = Verdict.ACTION
    source: Source | None = None


class OneOfLimit(Part):
    """One of these choices; those in `alert` pass with an alert."""

    kind: Annotated[Literal[LimitKind.ONE_OF], lower_case(LimitKind)]
    values: Annotated[tuple[Text, ...], Field(min_length=1)]
    alert: tuple[Text, ...] = ()
    outside: Outside = Verdict.ACTION
    source: Source | None = None


class SpanEnds(Part):
    """The shortest and the longest time that passes."""

    at_least: Span | None = None
    at_most: Span | None = None

    @model_validator(mode="after")
    def _is_a_span(self) -> Self:
        if self.at_least is None and self.at_most is None:
            raise wrong("at_most", "a time limit without any end limits nothing")
        for name in ("at_least", "at_most"):
            span = getattr(self, name)
            if span is not None and span.is_calendar:
                raise wrong(name, "a time limit is an elapsed time: s, min, h, d or wk")
        if self.at_least and self.at_most and self.at_least.timedelta > self.at_most.timedelta:
            raise wrong("at_least", "{low} is longer than {high}", low=self.at_least.text, high=self.at_most.text)
        return self


class TimeLimit(SpanEnds):
    """Within a time of an earlier instant of the record: hold times, contact times, days in culture."""

    kind: Annotated[Literal[LimitKind.WITHIN_TIME_OF], lower_case(LimitKind)]
    of: Text
    alert: SpanEnds | None = None
    outside: Outside = Verdict.ACTION
    source: Source

    @model_validator(mode="after")
    def _alert_lies_inside(self) -> Self:
        alert = self.alert
        if alert and alert.at_most and self.at_most and alert.at_most.timedelta > self.at_most.timedelta:
            raise wrong(
                "alert.at_most",
                "the alert level {inner} lies outside {outer}",
                inner=alert.at_most.text,
                outer=self.at_most.text,
            )
        if alert and alert.at_least and self.at_least and alert.at_least.timedelta < self.at_least.timedelta:
            raise wrong(
                "alert.at_least",
                "the alert level {inner} lies outside {outer}",
                inner=alert.at_least.text,
                outer=self.at_least.text,
            )
        return self


def _limit_kind(value: object) -> str | None:
    kind = value.get("kind") if isinstance(value, dict) else getattr(value, "kind", None)
    return {"equals": "equals", "one_of": "one_of", "within_time_of": "within_time_of"}.get(
        str(kind).lower(), "numeric" if str(kind).lower() in ("range", "at_least", "at_most") else None
    )


Limit = Annotated[
    Annotated[NumericLimit, Tag("numeric")]
    | Annotated[EqualsLimit, Tag("equals")]
    | Annotated[OneOfLimit, Tag("one_of")]
    | Annotated[TimeLimit, Tag("within_time_of")],
    Discriminator(
        _limit_kind,
        custom_error_type="kind",
        custom_error_message="kind is one of: range, at_least, at_most, equals, one_of, within_time_of",
    ),
]
