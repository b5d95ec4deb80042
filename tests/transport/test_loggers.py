"""Files of loggers: what real devices wrote is read to the last digit, what is open is asked for, the rest refused."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal as D
from pathlib import Path

import pytest
from django.core.files.storage import default_storage
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.core.errors import Objection, RuleBroken
from apps.documents.store import keep_file, path_of
from apps.transport.facts import Declared, LoggerFormat, LoggerSeries
from apps.transport.models import LoggerFile
from apps.transport.rules.loggers import read_logger
from apps.transport.selectors import series_of

DATA = Path(__file__).parent / "data"
QTAG = (DATA / "qtag_clm_RCPJ00010_02.txt").read_bytes()
FRIDGE = (DATA / "fridgetag2_130400191544.txt").read_bytes()
IBUTTON = (DATA / "ibutton_DS1921G_8a.csv").read_bytes()
HOBO = (DATA / "hobo_Charlies_Air_20170726_20170926.csv").read_bytes()
CELSIUS, CST = Declared(unit="Cel"), Declared(zone="UTC-06:00")
TABLE = b"when;T;note\n05.11.2026 06:00;4,1;\n05.11.2026 06:05;-3,9;door\n13.11.2026 06:05;3,9375;\n"
SAID = {
    "format": "TABLE",
    "separator": ";",
    "decimal_sign": "COMMA",
    "time_column": "when",
    "value_column": "T",
    "unit": "Cel",
    "zone": "Asia/Shanghai",
    "serial": "L-7",
}


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def read(content: bytes, declared: Declared = CELSIUS) -> LoggerSeries:
    series = read_logger(content, declared)
    assert isinstance(series, LoggerSeries), series
    return series


def refused(content: bytes, declared: Declared = CELSIUS) -> Objection:
    objection = read_logger(content, declared)
    assert isinstance(objection, Objection)
    assert objection.text  # the sentence can be written
    return objection


def mean(series: LoggerSeries) -> D:
    return round(sum(reading.value for reading in series.readings) / len(series.readings), 4)


# --- what real devices wrote ----------------------------------------------------------------------------------------
def test_a_q_tag_is_read_as_it_was_computed_independently() -> None:
    series = read(QTAG)

    assert (series.format, series.serial, series.zone, series.unit) == ("QTAG", "RCPJ00010", "UTC+00:00", "Cel")
    assert len(series.readings) == 124
    assert (series.readings[0].at, series.readings[-1].at) == (utc("2022-11-08 04:49"), utc("2022-11-09 01:19"))
    assert (series.lowest, series.highest, mean(series)) == (D("0.9"), D("24.3"), D("5.4613"))
    assert sum(reading.value < 2 for reading in series.readings) == 58
    assert sum(reading.value > 8 for reading in series.readings) == 21
    assert {later.at - one.at for one, later in zip(series.readings, series.readings[1:], strict=False)} == {
        utc("2022-11-08 00:10") - utc("2022-11-08 00:00")
    }


def test_a_fridge_tag_keeps_days_and_no_single_readings() -> None:
    series = read(FRIDGE, Declared())

    assert (series.format, series.serial, series.unit) == (LoggerFormat.FRIDGE_TAG, "130400191544", "Cel")
    assert [day.date.isoformat() for day in series.days] == ["2023-04-17", "2023-04-18", "2023-04-19", "2023-04-20"]
    assert (series.lowest, series.highest) == (D("1.5"), D("20.8"))
    assert series.days[0].highest == (utc("2023-04-17 19:41"), D("20.8"))
    assert [day.mean for day in series.days] == [D("4.4"), D("4.0"), D("3.9"), D("4.6")]


def test_an_ibutton_writes_the_day_first_and_only_its_header_says_so() -> None:
    series = read(IBUTTON, CST)

    assert (series.format, series.serial, series.unit) == ("IBUTTON", "450000002E1D6821", "Cel")
    assert len(series.readings) == 1587
    assert (series.readings[0].at, series.readings[-1].at) == (utc("2012-10-11 17:58"), utc("2012-12-16 19:58"))
    assert (series.lowest, series.highest, mean(series)) == (D("15.5"), D("24.5"), D("20.3182"))


def test_a_hobo_says_its_offset_unit_and_serial_number_itself() -> None:
    series = read(HOBO, Declared())

    assert (series.format, series.serial, series.zone, series.unit) == ("HOBO", "10246226", "GMT-04:00", "Cel")
    assert len(series.readings) == 2976
    assert (series.readings[0].at, series.readings[-1].at) == (utc("2017-07-26 21:00"), utc("2017-09-26 20:30"))
    assert (series.lowest, series.highest, mean(series)) == (D("6.471"), D("28.258"), D("17.7927"))


def test_a_table_is_read_by_the_columns_zone_and_signs_that_a_person_declares() -> None:
    series = read(TABLE, Declared(**SAID))

    assert (series.format, series.serial, series.zone) == ("TABLE", "L-7", "Asia/Shanghai")
    assert list(series.readings) == [
        (utc("2026-11-04 22:00"), D("4.1")),
        (utc("2026-11-04 22:05"), D("-3.9")),
        (utc("2026-11-12 22:05"), D("3.9375")),
    ]
    assert str(series.readings[-1].value) == "3.9375"


PLAIN = "when,T\n2026-11-04 22:00:00,4.1\n2026-11-04 22:05:00,-3.9\n2026-11-12 22:05:00,4.1\n"
PLAINLY = {**SAID, "separator": ",", "decimal_sign": "POINT"}


@pytest.mark.parametrize("zone", ["UTC+00:00", "UTC-06:00", "UTC+05:30"])
def test_a_long_plain_file_read_at_once_says_what_the_same_says_line_by_line(zone: str) -> None:
    at_once = read(PLAIN.encode(), Declared(**{**PLAINLY, "zone": zone}))
    line_by_line = read(PLAIN.replace(":00,", ",").encode(), Declared(**{**PLAINLY, "zone": zone}))

    assert at_once.readings == line_by_line.readings
    assert [reading.at.utcoffset() for reading in at_once.readings] == [timedelta(0)] * 3


@pytest.mark.parametrize(
    ("was", "written", "line"),
    [
        ("2026-11-04 22:05:00", "2026-11-04 22:00:00", 3),
        ("2026-11-04 22:05:00", "2026-11-31 22:05:00", 3),
        ("2026-11-04 22:05:00", "2026-11-04 24:05:00", 3),
        ("2026-11-04 22:00:00", "0001-01-01 01:00:00", 2),
        ("2026-11-12 22:05:00", "9999-12-31 23:05:00", 4),
        ("2026-11-12 22:05:00,4.1", "2026-11-12 22:05:00,4,1", 4),
    ],
)
def test_a_fault_in_a_plain_file_is_named_by_its_line(was: str, written: str, line: int) -> None:
    objection = refused(PLAIN.replace(was, written).encode(), Declared(**{**PLAINLY, "zone": "UTC+08:00"}))

    assert (objection.code, objection.facts["line"]) == ("logger_file_broken", line)


# --- what is open is asked for --------------------------------------------------------------------------------------
def test_a_file_that_names_no_unit_is_asked_for_it() -> None:
    assert refused(QTAG, Declared()).place == "unit"


def test_a_zone_of_three_letters_is_no_zone() -> None:
    objection = refused(IBUTTON, Declared())

    assert (objection.code, objection.place) == ("logger_zone_needed", "zone")
    assert "CST" in objection.text
    assert refused(IBUTTON, Declared(zone="CST")).place == "zone"


@pytest.mark.parametrize(
    "missing", ["separator", "decimal_sign", "time_column", "value_column", "unit", "zone", "serial"]
)
def test_a_table_is_asked_for_whatever_was_not_declared(missing: str) -> None:
    expected = "time_column" if missing == "separator" else missing  # with commas the line is one column

    assert refused(TABLE, Declared(**{**SAID, missing: ""})).place == expected


def test_a_file_that_says_nothing_of_itself_is_asked_for_its_format() -> None:
    assert refused(TABLE, Declared(**{**SAID, "format": ""})).place == "format"
    assert refused(TABLE, Declared(**{**SAID, "format": "GUESS"})).place == "format"


def test_dates_that_can_be_read_in_two_orders_are_asked_about_and_one_that_cannot_is_proof() -> None:
    ambiguous = TABLE.replace(b"13.11.", b"06.11.")

    assert refused(ambiguous, Declared(**SAID)).place == "date_order"
    assert read(ambiguous, Declared(**SAID, date_order="DMY")).readings[0].at == utc("2026-11-04 22:00")
    assert read(ambiguous, Declared(**SAID, date_order="MDY")).readings[0].at == utc("2026-05-10 22:00")
    assert refused(TABLE, Declared(**SAID, date_order="MDY")).code == "logger_file_broken"
    assert refused(TABLE, Declared(**SAID, date_order="whatever")).place == "date_order"


def test_an_ibutton_whose_first_day_contradicts_its_dates_is_asked_about() -> None:
    assert refused(IBUTTON.replace(b"Thu Oct 11", b"Thu Oct 12"), CST).place == "date_order"


def test_a_person_cannot_overrule_the_zone_or_the_unit_of_the_file() -> None:
    assert refused(HOBO, Declared(zone="UTC+08:00")).place == "zone"
    assert refused(HOBO, Declared(unit="[degF]")).place == "unit"
    assert read(HOBO, Declared(zone="UTC-04:00", unit="Cel")).zone == "GMT-04:00"


def test_fahrenheit_is_refused_and_not_converted() -> None:
    assert refused(HOBO.replace("°C".encode(), "°F".encode()), Declared()).place == "unit"


@pytest.mark.parametrize("zone", ["Mars/Olympus", "../../etc/passwd", "America", "UTC+99:00", "8", "\u0000", "Asia/"])
def test_a_zone_that_is_none_is_asked_for_again(zone: str) -> None:
    assert refused(TABLE, Declared(**{**SAID, "zone": zone})).place == "zone"


def test_an_hour_that_comes_twice_is_asked_about() -> None:
    table = TABLE.replace(b"05.11.2026 06:00", b"25.10.2026 02:30")

    assert refused(table, Declared(**{**SAID, "zone": "Europe/Berlin"})).place == "zone"
    assert read(table, Declared(**{**SAID, "zone": "UTC+01:00"})).readings[0].at == utc("2026-10-25 01:30")


def test_of_two_columns_of_temperature_a_person_says_which() -> None:
    two = '"Plot Title: x"\n"Date Time, GMT+00:00","In Temp, °C (S/N: 7)","Out Temp, °C (S/N: 7)"\n'.encode()
    two += b"2026/11/05 06:00:00,4.1,19.0\n"

    assert refused(two, Declared()).place == "value_column"
    assert read(two, Declared(value_column="Out Temp")).highest == D("19.0")


# --- a broken file is refused with its line -------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("content", "declared", "line"),
    [
        (b"", CELSIUS, 1),
        (HOBO.replace(b"26.097", b"warm"), Declared(), 4),
        (HOBO.replace(b"26.097", b""), Declared(), 4),
        (HOBO.replace(b"26.097", b"260.97e1"), Declared(), 4),
        (HOBO.replace(b"26.097", b"-300"), Declared(), 4),
        (HOBO.replace(b"17:30:00,26.097", b"17:30:00,26.097,1"), Declared(), 4),
        (HOBO.replace(b"2017/07/26 17:30:00", b"2017/07/26 16:30:00"), Declared(), 4),
        (HOBO.replace(b"2017/07/26 17:30:00", b"2017/07/26 17:00:00"), Declared(), 4),
        (HOBO.replace(b"2017/07/26 17:30:00", b"2017/02/30 17:30:00"), Declared(), 4),
        (HOBO.replace(b"26.097", b'"26.097'), Declared(), 2978),
        (HOBO.replace(b"26.097", b"26\x00097"), Declared(), 4),
        (HOBO[:-1], Declared(), 2978),
        (HOBO[:170], Declared(), 5),
        (HOBO.split(b"\n")[0] + b"\n", Declared(), 2),
        (QTAG.replace(b"\t3.2\t", b"\t3,2\t"), CELSIUS, 73),
        (QTAG.replace(b"2022-11-08 04:59", b"2022-11-08 4:59"), CELSIUS, 73),
        (IBUTTON.replace(b"11/10/12 12:58:00 PM,C,22.5", b"11/10/12 13:58:00 PM,C,22.5"), CST, 17),
        (TABLE.replace(b"-3,9", b"-3.9"), Declared(**SAID), 3),
        (TABLE.replace(b"-3,9", b"-273,151"), Declared(**SAID), 3),
        (TABLE.replace(b"-3,9;", b"-3;9;"), Declared(**SAID), 3),
    ],
)
def test_a_broken_file_is_refused_with_its_line(content: bytes, declared: Declared, line: int) -> None:
    objection = refused(content, declared)

    assert objection.code == "logger_file_broken"
    assert objection.facts["line"] == line


def test_a_reading_taken_out_of_a_file_that_counts_them_is_missed() -> None:
    without = IBUTTON.replace(b"11/10/12 12:58:00 PM,C,22.5\n", b"")
    coldest = b"\t2022-11-08 12:49\t0.9\tx\r\n"

    assert "1587" in refused(without, CST).text
    assert "0.9" in refused(QTAG.replace(coldest, b""), CELSIUS).text


@pytest.mark.parametrize("content", [QTAG, FRIDGE])
def test_wherever_the_file_of_a_device_that_signs_it_is_cut_off_it_is_refused(content: bytes) -> None:
    for length in range(0, len(content) - 2, 7):
        assert isinstance(read_logger(content[:length], CELSIUS), Objection), length


@settings(deadline=None, max_examples=60)
@given(st.integers(1, len(IBUTTON) - 1))
def test_wherever_a_file_that_counts_its_readings_is_cut_off_it_is_refused(length: int) -> None:
    assert isinstance(read_logger(IBUTTON[:length], CST), Objection)


@settings(deadline=None, max_examples=200)
@given(
    st.sampled_from([(QTAG, CELSIUS), (FRIDGE, Declared()), (IBUTTON[:4000], CST), (HOBO[:4000], Declared())]),
    st.lists(st.tuples(st.floats(0, 1), st.binary(max_size=6)), max_size=6),
    st.floats(0, 1),
)
def test_garbled_bytes_give_a_refusal_or_readings_in_order_and_never_an_exception(
    whole: tuple[bytes, Declared], spots: list[tuple[float, bytes]], end: float
) -> None:
    content, declared = whole
    for place, junk in spots:
        at = int(place * len(content))
        content = content[:at] + junk + content[at + len(junk) :]

    found = read_logger(content[: int(end * len(content)) + 1], declared)

    if isinstance(found, Objection):
        assert found.text
    else:
        instants = [reading.at for reading in found.readings]
        assert instants == sorted(set(instants))


@settings(deadline=None, max_examples=300)
@given(st.binary(max_size=400), st.sampled_from(LoggerFormat), st.text(max_size=8), st.text(max_size=8))
def test_any_bytes_and_anything_declared_give_an_answer(junk: bytes, kind: str, word: str, other: str) -> None:
    said = dict.fromkeys(SAID, word) | {"format": kind, "zone": other}

    for declared in (Declared(**said), Declared(**{**SAID, "format": kind, "date_order": word})):
        found = read_logger(junk + b"\n", declared)
        assert isinstance(found, LoggerSeries) or found.text


@pytest.mark.parametrize(
    ("text", "kept"), [(b"-273,15", True), (b"-273,151", False), (b"400", True), (b"400,001", False)]
)
def test_a_temperature_is_one_that_there_can_be(text: bytes, kept: bool) -> None:
    assert isinstance(read_logger(TABLE.replace(b"-3,9", text), Declared(**SAID)), LoggerSeries) is kept


def test_a_kept_file_is_parsed_once_however_often_it_is_looked_at_and_its_loss_is_noticed_each_time() -> None:
    content = TABLE + b"13.11.2026 06:10;4,05;\n"
    file = LoggerFile(sha256=keep_file(content), declared=SAID)
    first = series_of(file)
    assert series_of(file) is first
    assert series_of(LoggerFile(sha256=file.sha256, declared={**SAID, "zone": "UTC+00:00"})) != first

    default_storage.delete(path_of(file.sha256))

    with pytest.raises(RuleBroken) as missing:
        series_of(file)
    assert missing.value.code == "file_missing"
