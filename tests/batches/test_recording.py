"""Entering values: kept as entered, judged, once per place."""

from apps.batches.models import RecordedValue
from tests.batches.story import Room


def test_a_value_is_kept_as_it_was_entered(room: Room) -> None:
    row = room.enter("receipt.arrive.temperature", "4.10")

    assert (row.text, str(row.rounded), row.verdict, row.printed_name) == ("4.10", "4.1", "PASS", "Olga Orlova")
    assert RecordedValue.objects.get().text == "4.10"

