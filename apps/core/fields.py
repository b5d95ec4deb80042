"""Fields of the API that several stages share."""

from datetime import datetime

from rest_framework import serializers


class Instant(serializers.DateTimeField):
    """An instant with its offset; without one nobody knows when it was."""

    default_error_messages = {"no_offset": "Write the offset as well: 2026-11-05T14:06:00+08:00."}

    def enforce_timezone(self, value: datetime) -> datetime:
        if value.tzinfo is None:
            self.fail("no_offset")
        return value
