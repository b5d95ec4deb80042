"""The words of dosing, and what its rules look at and say."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal


@dataclass(frozen=True)
class Working:
    """One line of a computation as pages and papers print it: what, how, the exact result, the reportable one.

    `what` is marked text. `rounding` names what made `shown` of `exact`; empty where nothing was rounded.
    """

    what: str
    how: str
    exact: Decimal
    shown: Decimal
    unit: str
    rounding: str = ""
    facts: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class Ordered:
    """What a patient may be ordered: from `low` to `high` (the same where the arm leaves no choice)."""

    low: Decimal
    high: Decimal
    unit: str
    workings: tuple[Working, ...]


@dataclass(frozen=True)
class DoseVolume:
    """The dose as a volume: what is drawn up, what it holds, what is left to be destroyed."""

    volume: Decimal
    amount: Decimal
    remainder: Decimal
    workings: tuple[Working, ...]
