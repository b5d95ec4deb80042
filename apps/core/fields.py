"""Fields of the API that several stages share."""

from datetime import datetime
from typing import Any

from rest_framework import serializers

from apps.core.rules import in_utc

LARGEST = 2**31 - 1  # what a column of whole numbers holds


class OneOf(serializers.SlugRelatedField):
    """One of the rows that are offered. PostgreSQL can't be asked for a text with a NUL: no row has it."""

    def to_internal_value(self, data: Any) -> Any:
        if "\0" in str(data):
            self.fail("invalid")
        return super().to_internal_value(data)


class Instant(serializers.DateTimeField):
    """An instant with its offset; without one nobody knows when it was."""

    default_error_messages = {
        "no_offset": "Write the offset as well: 2026-11-05T14:06:00+08:00.",
        "no_year": "No year of the calendar holds this instant.",
    }

    def enforce_timezone(self, value: datetime) -> datetime:
        if value.tzinfo is None:
            self.fail("no_offset")
        try:
            in_utc(value)
        except ValueError:
            self.fail("no_year")
        return value
