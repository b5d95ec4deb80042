"""A file of readings is read by what was declared about it; what was not is asked for; a broken line is named."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from apps.core.errors import Objection
from apps.facility.facts import DateOrder, FileForm, Point
from apps.facility.rules.files import read_file, read_zone

FORM = {"at": "Time", "value": "T", "unit": "Cel", "zone": "Asia/Shanghai"}


def read(text: str | bytes, **said: object) -> list[Point]:
    form = FileForm(**{**FORM, **said})  # type: ignore[arg-type]
    found = read_file(text if isinstance(text, bytes) else text.encode(), form)
    assert all(isinstance(one, Point) for one in found), found
    return [one for one in found if isinstance(one, Point)]


def refused(text: str | bytes, **said: object) -> list[tuple[str, str, object]]:
    """Code, place and line of everything that stands against the file."""
    form = FileForm(**{**FORM, **said})  # type: ignore[arg-type]
    found = read_file(text if isinstance(text, bytes) else text.encode(), form)
    assert found, "read without an objection"
    assert all(isinstance(one, Objection) for one in found), found
    return [(one.code, one.place, one.facts.get("line")) for one in found if isinstance(one, Objection)]


def test_a_line_is_an_instant_of_its_zone_and_a_number_as_it_was_written() -> None:
    (point,) = read("Time,T\n2026-11-06 16:05:30,-190.10\n")

    assert point == Point(2, datetime(2026, 11, 6, 8, 5, 30, tzinfo=UTC), Decimal("-190.10"), "-190.10")
    assert str(point.value) == "-190.10"


@pytest.mark.parametrize(
    ("written", "order"),
    [
        ("06/11/2026 16:05", DateOrder.DMY),
        ("11/06/2026 4:05 PM", DateOrder.MDY),
        ("6.11.26 16:05:00", DateOrder.DMY),
        ("26/11/06 16:05", DateOrder.YMD),
        ("2026/11/06 16:05", None),
        ("2026-11-06T08:05:00Z", None),
        ("2026-11-06 09:05+01:00", None),
        ("2026-11-06 04:05:00.000 p.m.", None),
    ],
)
def test_the_same_instant_in_many_hands(written: str, order: DateOrder | None) -> None:
    (point,) = read(f"Time,T\n{written},4\n", date_order=order)

    assert point.at == datetime(2026, 11, 6, 8, 5, tzinfo=UTC)


def test_date_and_time_may_stand_in_two_columns_among_others_after_some_lines() -> None:
    text = "\ufeffLogger 7\n\nNo;Date;Clock;Hum;T\n1;06.11.2026;16:05;40;-151,2\n\n2;06.11.2026;16:10;41;-150,9\n"

    points = read(
        text, at="Date", time="Clock", date_order=DateOrder.DMY, decimal_sign=",", delimiter=";", header_line=3
    )

    assert [(point.line, str(point.value)) for point in points] == [(4, "-151.2"), (6, "-150.9")]


def test_an_order_of_dates_that_is_not_declared_is_asked_for_once_even_where_one_day_would_tell() -> None:
    text = "Time,T\n05/11/2026 08:00,4\n26/11/2026 08:00,4\n"

    assert refused(text) == [("date_order_needed", "date_order", 2)]


def test_a_zone_that_nobody_said_or_knows_is_asked_for() -> None:
    text = "Time,T\n2026-11-06 08:00,4\n"

    assert refused(text, zone="") == [("zone_needed", "zone", None)]
    assert refused(text, zone="Shanghai") == [("unknown_zone", "zone", None)]
    assert refused(text, zone="../../etc/passwd") == [("unknown_zone", "zone", None)]
    assert refused(text, zone="EST") == [("unknown_zone", "zone", None)]
    assert read("Time,T\n2026-11-06 08:00Z,4\n", zone="")[0].at == datetime(2026, 11, 6, 8, tzinfo=UTC)
    assert read(text, zone="+08:00")[0].at == datetime(2026, 11, 6, 0, tzinfo=UTC)


def test_a_time_that_the_clock_shows_twice_or_never_is_no_instant() -> None:
    lines = "Time,T\n2026-10-25 01:59,4\n2026-10-25 02:30,4\n2026-03-29 02:30,4\n2026-10-25 02:30+01:00,4\n"

    found = refused(lines, zone="Europe/Berlin")

    assert found == [("not_one_instant", "file", 3), ("not_one_instant", "file", 4)]


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("2026-11-06 08:00,", "no_number"),
        ("2026-11-06 08:00,4.2.1", "no_number"),
        ("2026-11-06 08:00,1e3", "no_number"),
        ("2026-11-06 08:00,NaN", "no_number"),
        ("2026-11-06 08:00,٤", "no_number"),
        ('2026-11-06 08:00,"4,2"', "no_number"),
        ("2026-11-06 08:00,12345678", "too_large"),
        ("2026-11-06 08:00,4.2001", "too_fine"),
        ("2026-13-06 08:00,4", "no_instant"),
        ("2026-02-30 08:00,4", "no_instant"),
        ("2026-11-06 24:01,4", "no_instant"),
        ("2026-11-06 13:00 PM,4", "no_instant"),
        ("2026-11-06,4", "no_instant"),
        ("0001-01-01 00:00,4", "no_instant"),
        ("yesterday,4", "no_instant"),
        ("2026-11-06 08:00", "line_too_short"),
        ("2026-11-06 08:00,-151,2", "line_too_long"),
        ("05/11-2026 08:00,4", "no_instant"),
    ],
)
def test_a_broken_line_refuses_the_file_and_is_named(line: str, code: str) -> None:
    assert refused(f"Time,T\n2026-11-06 07:55,4\n{line}\n2026-11-06 08:05,4\n") == [(code, "file", 3)]


def test_a_comma_is_the_decimal_sign_only_where_it_was_declared() -> None:
    assert refused("Time;T\n2026-11-06 08:00;4,2\n", delimiter=";") == [("no_number", "file", 2)]
    assert refused("Time;T\n2026-11-06 08:00;4.2\n", delimiter=";", decimal_sign=",") == [("no_number", "file", 2)]
    assert refused("Time,T\n", decimal_sign="") == [("decimal_sign_needed", "decimal_sign", None)]


def test_columns_are_named_by_the_head_and_stand_there_once() -> None:
    assert refused("When,T\n2026-11-06 08:00,4\n") == [("no_column", "file", 1)]
    assert refused("Time,T,T\n2026-11-06 08:00,4,5\n") == [("no_column", "file", 1)]
    assert refused("") == [("no_column", "file", 1)]
    assert refused("Time,T\n", value="") == [("columns_needed", "at_column", None)]
    assert refused("Time,T\n", delimiter="x") == [("delimiter_needed", "delimiter", None)]


def test_what_is_no_text_or_no_table_is_refused_with_its_line() -> None:
    assert refused(b"Time,T\n2026-11-06 08:00,4\n\xff\xfe") == [("no_text", "file", 3)]
    assert refused('Time,T\n2026-11-06 08:00,"4\n') == [("broken_line", "file", 2)]
    assert refused("Time,T\n2026-11-06 08:00,4\x00\n")[0][0] in ("broken_line", "no_number")


def test_a_line_of_empty_columns_holds_no_reading() -> None:
    assert [point.line for point in read("Time,T\n,\n2026-11-06 08:00,4\n , \n")] == [3]


def test_many_broken_lines_are_named_up_to_twenty() -> None:
    text = "Time,T\n" + "".join(f"2026-11-06 08:{n:02},x\n" for n in range(40))

    assert [line for _, _, line in refused(text)] == list(range(2, 22))


def test_a_letter_that_looks_like_the_end_of_a_line_ends_none() -> None:
    (point,) = read("Time,T,note\n2026-11-06 08:00,4,one\u2028two\x85three\n")

    assert point.line == 2


@pytest.mark.parametrize("zone", ["+14:01", "-14:01", "+25:00", "+08:60", "CST", "8"])
def test_an_offset_is_one_that_some_clock_on_earth_has(zone: str) -> None:
    assert isinstance(read_zone(zone), Objection)
    assert not isinstance(read_zone("+14:00"), Objection)
