"""What was entered, as read, and what its limit says of it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from apps.products.facts.words import Comparator, ParameterKind, Verdict

GRAVITY = (
    Verdict.FAIL,
    Verdict.ACTION,
    Verdict.NOT_EVALUABLE,
    Verdict.NOT_DONE,
    Verdict.ALERT,
    Verdict.PASS,
    Verdict.RECORDED,
)


def gravest(verdicts: Iterable[Verdict]) -> Verdict:
    """The verdict that decides when there are several; RECORDED when there is none."""
    return min(verdicts, key=GRAVITY.index, default=Verdict.RECORDED)


@dataclass(frozen=True)
class Judgement:
    """A verdict with the sentence that explains it; the edge translates the template."""

    verdict: Verdict
    code: str = ""
    template: str = ""
    facts: Mapping[str, object] = field(default_factory=dict)

    @property
    def text(self) -> str:
        """The English sentence."""
        return self.template.format(**self.facts)


@dataclass(frozen=True)
class Entered:
    """One value as entered: its text unchanged, what it was read as, and its judgement.

    `number` is in `unit`. Of a censored result it is the bound ("<0.05" -> 0.05, BELOW). `rounded` is the reportable
    value where the parameter has decimals. An empty text is "not done"; 0 is a result.
    """

    kind: ParameterKind
    text: str
    judgement: Judgement
    unit: str = ""
    given_unit: str = ""  # the unit it was sent in, where that was another one
    number: Decimal | None = None
    comparator: Comparator = Comparator.EXACT
    rounded: Decimal | None = None
    instant: datetime | None = None
    day: date | None = None
    done: bool = True

    @property
    def verdict(self) -> Verdict:
        """The verdict of the judgement."""
        return self.judgement.verdict

    @property
    def columns(self) -> dict[str, object]:
        """The columns of a row that keeps it; the sentence of the verdict goes with the caller's entry."""
        return {
            "text": self.text,
            "number": self.number,
            "unit": self.unit,
            "comparator": self.comparator.value,
            "rounded": self.rounded,
            "instant": self.instant,
            "day": self.day,
            "verdict": self.verdict.value,
        }
