"""Spans of time as a master record writes them: "120 min", "14 d" (14 × 24 h), "24 mo" (calendar months)."""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

SECONDS = {"s": 1, "min": 60, "h": 3600, "d": 86_400, "wk": 604_800}
MONTHS = {"mo": 1, "a": 12}
FORM = re.compile(r"(\d{1,6}(?:\.\d{1,3})?) (s|min|h|d|wk|mo|a)", re.ASCII)


class BadDuration(ValueError):
    """The text is no duration."""


@dataclass(frozen=True)
class Duration:
    """A span of time: an elapsed one (s, min, h, d, wk) or a calendar one (mo, a)."""

    amount: Decimal
    unit: str

    @classmethod
    def parse(cls, text: str) -> "Duration":
        """Read "120 min". Raises BadDuration for anything else, for zero, and for parts of a month."""
        form = FORM.fullmatch(text)
        if form is None:
            raise BadDuration(f'"{text}" is no duration; write for instance "120 min", "48 h", "14 d" or "24 mo"')
        amount, unit = Decimal(form[1]), form[2]
        if amount == 0:
            raise BadDuration("a duration of zero limits nothing")
        if unit in MONTHS and amount != amount.to_integral_value():
            raise BadDuration("calendar months and years are whole numbers")
        return cls(amount, unit)

    @property
    def text(self) -> str:
        """As it was written."""
        return f"{self.amount} {self.unit}"

    def __str__(self) -> str:
        return self.text

    @property
    def is_calendar(self) -> bool:
        """Months and years have no fixed length."""
        return self.unit in MONTHS

    @property
    def timedelta(self) -> timedelta:
        """The elapsed time. Raises BadDuration for calendar months, whose length depends on the date."""
        if self.is_calendar:
            raise BadDuration(f"{self.text} has no fixed length")
        return timedelta(microseconds=int(self.amount * SECONDS[self.unit] * 1_000_000))

    @property
    def sort_seconds(self) -> Decimal:
        """A length to compare two durations by; a month counts as 30 days here and nowhere else."""
        seconds = SECONDS.get(self.unit) or MONTHS[self.unit] * 30 * 86_400
        return self.amount * seconds

    def after(self, instant: datetime) -> datetime:
        """The instant this span after another; calendar months end on the last day where the month is shorter.

        Give the instant in the site's zone: a month is counted on its calendar.
        """
        if not self.is_calendar:
            return instant + self.timedelta
        months = instant.month - 1 + int(self.amount) * MONTHS[self.unit]
        year, month = instant.year + months // 12, months % 12 + 1
        return instant.replace(year=year, month=month, day=min(instant.day, monthrange(year, month)[1]))
