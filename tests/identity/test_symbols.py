"""Symbols of ISBT 128 and GS1: read by identifier and by length, or refused with the place; what is written is read."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.core.errors import Objection
from apps.identity.facts import BloodGroup, ChainNumber, DataStructure, Moment, ProductCode, Structure
from apps.identity.rules.contents import (
    BLOOD_GROUPS,
    expires_at,
    read_blood_group,
    read_chain,
    read_moment,
    read_product_code,
    write_blood_group,
    write_chain,
    write_moment,
    write_product_code,
)
from apps.identity.rules.elements import FNC1, read_elements, write_elements
from apps.identity.rules.structures import FORMS, read_structure, read_structures, structure, write_compound

SHANGHAI = ZoneInfo("Asia/Shanghai")
LABEL = "=+04000=A99992112345600=%5100=<S1295000&>0263271830"  # a label of a cell-therapy unit, in the specimen's FIN
Of = DataStructure


def refused(text: str) -> Objection:
    read = read_structures(text)
    assert isinstance(read, Objection)
    return read


def one(text: str) -> Structure:
    read = read_structures(text)
    assert isinstance(read, tuple)
    return read[0]


def test_the_label_of_a_unit_is_read_structure_by_structure() -> None:
    read = read_structures(LABEL)

    assert isinstance(read, tuple)
    assert [(one.kind, one.content) for one in read] == [
        (Of.DONATION_NUMBER, "A99992112345600"),
        (Of.BLOOD_GROUP, "5100"),
        (Of.PRODUCT_CODE, "S1295000"),
        (Of.EXPIRY_TIME, "0263271830"),
    ]
    assert write_compound(read) == LABEL


@pytest.mark.parametrize(
    ("text", "position"),
    [
        ("", 1),  # nothing
        ("A999921123456", 1),  # no identifier: typed numbers are read elsewhere, by their check character
        ("=\\62000", 1),  # antigens of red cells, which a blood-group field would take for A positive
        ("=A999921123456", 2),  # the flags are missing
        ("=A9999211234560000", 17),  # two characters too many
        ("=%510", 3),
        ("=%51000", 7),
        ("=%5101", 3),  # the fourth character of a blood group is always 0
        ("=<S129500", 3),
        ("&>026327183", 3),
        ("&>0263271830=%5100", 13),  # two structures and no head that announces them
        ("&/CHA999926ABC12", 3),
        ("&a123", 1),  # local: never read here
        ("&,1ABCDEFGHIJKLMNOPQR", 1),  # its length was not certain: refused, not guessed at
        ("=+00000", 3),
        ("=+0200", 3),
        ("=+02000=%5100", 14),  # two are announced, one is there
        ("=+01000=%5100=%5100", 14),  # one is announced, two are there
        ("=+02000=%5100&a1", 14),
        ("=+01000=+01000=%5100", 8),
        ("=+02000=%5100=<S12950", 16),
        ("=%510\u0660", 3),
        ("=O99992112345600", 1),
    ],
)
def test_a_wrong_length_or_an_unknown_identifier_is_refused_at_its_place(text: str, position: int) -> None:
    found = refused(text)

    assert (found.code, found.facts["position"]) == ("symbol_unreadable", position)


def test_the_wrong_check_in_the_flags_of_a_symbol_is_refused() -> None:
    assert refused("=A99992112345662").code == "check_character_wrong"
    assert one("=A99992112345663").content == "A99992112345663"


def test_the_longest_identifier_is_tried_first() -> None:
    assert one("&,4" + "CZ000001" + "A" * 32).kind is Of.SINGLE_EUROPEAN_CODE


def contents() -> st.SearchStrategy[Structure]:
    """Any structure that can be written."""
    forms = [form for form in FORMS if form.kind is not Of.COMPOUND]
    written = st.one_of(
        [
            st.from_regex(f"\\A{form.characters}\\Z").map(lambda text, kind=form.kind: structure(kind, text))
            for form in forms
        ]
    )
    return st.one_of(
        written, st.from_regex(r"\A[A-NP-Z1-9][0-9]{12}00\Z").map(lambda text: structure(Of.DONATION_NUMBER, text))
    )


@given(said=st.lists(contents(), min_size=1, max_size=12))
def test_every_message_that_is_written_is_read_back_in_its_order(said: list[Structure]) -> None:
    assert read_structures(write_compound(said)) == tuple(said)
    assert read_structures(said[0].text) == (said[0],)


@given(said=st.lists(contents(), min_size=1, max_size=5), cut=st.integers(1, 200))
def test_a_message_that_was_cut_off_is_never_read(said: list[Structure], cut: int) -> None:
    text = write_compound(said)

    assert isinstance(read_structures(text[: -min(cut, len(text))]), Objection)


@given(text=st.text(max_size=60))
def test_whatever_is_scanned_is_read_or_refused(text: str) -> None:
    for read in (read_structures(text), read_elements(text), read_chain(text)):
        assert read


def test_another_structure_is_never_read_as_the_one_that_is_asked_for() -> None:
    assert read_structure(LABEL, Of.BLOOD_GROUP) == Structure(Of.BLOOD_GROUP, "=%", "5100")
    other = read_structure("=<S1295000", Of.BLOOD_GROUP)
    assert isinstance(other, Objection)
    assert (other.code, other.facts) == ("other_symbol", {"said": "003", "wanted": "002"})


@pytest.mark.parametrize(
    ("text", "day", "at"),
    [
        ("&>0263271830", date(2026, 11, 23), time(18, 30)),
        ("=>026327", date(2026, 11, 23), time(23, 59)),  # no time: the last minute of the day
        ("&>0263272359", date(2026, 11, 23), time(23, 59)),
        ("=>024366", date(2024, 12, 31), time(23, 59)),
        ("=>999001", date(1999, 1, 1), time(23, 59)),
        ("=>100001", date(2100, 1, 1), time(23, 59)),
    ],
)
def test_dates_are_read_with_and_without_a_time(text: str, day: date, at: time) -> None:
    assert read_moment(one(text)) == Moment(day, at)


@pytest.mark.parametrize("text", ["=>026366", "=>026000", "=>026367", "=>024367", "&>0263272400", "&>0263271860"])
def test_what_is_no_date_is_refused(text: str) -> None:
    read = read_moment(one(text))

    assert isinstance(read, Objection)
    assert read.code == "no_such_moment"


@given(at=st.datetimes(datetime(2000, 1, 2), datetime(2098, 12, 30), timezones=st.just(UTC)))  # noqa: DTZ001
def test_an_expiry_is_written_and_read_in_the_time_of_the_site_that_labels(at: datetime) -> None:
    said = read_moment(one(write_moment(Of.EXPIRY_TIME, at, SHANGHAI).text))

    assert isinstance(said, Moment)
    assert expires_at(said, SHANGHAI) == at.replace(second=0, microsecond=0)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("=<S12954A0", ProductCode("S1295", "4", "A0")),  # the example of the standard
        ("=<S12954Aa", ProductCode("S1295", "4", "Aa")),
        ("=<S1295000", ProductCode("S1295", "0", "00")),
        ("=<T0123001", ProductCode("T0123", "", "001")),
        ("=<D00010Bb", ProductCode("D0001", "0", "Bb")),
    ],
)
def test_a_product_code_has_its_description_type_and_division(text: str, code: ProductCode) -> None:
    read = read_product_code(one(text))

    assert read == code
    assert write_product_code(code).text == text


@pytest.mark.parametrize(
    ("code", "group"),
    [
        ("6200", BloodGroup("A", "positive", False)),
        ("9500", BloodGroup("O", "negative", False)),
        ("5300", BloodGroup("O", "positive", True)),
        ("3000", BloodGroup("AB", "negative", True)),
        ("Mb00", None),  # biohazard: a label that names no group
        ("0000", None),
    ],
)
def test_a_blood_group_is_read(code: str, group: BloodGroup | None) -> None:
    assert read_blood_group(one(f"=%{code}")) == group


def test_each_blood_group_that_is_written_is_read_back() -> None:
    assert len(BLOOD_GROUPS) == len(set(BLOOD_GROUPS.values())) == 16
    assert all(read_blood_group(write_blood_group(group)) == group for group in BLOOD_GROUPS.values())


@given(serial=st.from_regex(r"\A[0-9A-Z]{6}\Z"))
def test_a_chain_of_identity_is_written_scanned_and_typed(serial: str) -> None:
    chain = ChainNumber("A9999", "26", serial)

    assert read_chain(write_chain(chain).text) == read_chain(f" {chain.number} ") == chain
    assert write_chain(chain).text == f"&/CHA999926{serial}"


@pytest.mark.parametrize("text", ["", "&/", "CHA999926ABC", "&/A999926ABC123", "=%5100", LABEL, "cha999926abc123"])
def test_what_is_no_chain_of_identity_is_refused(text: str) -> None:
    assert isinstance(read_chain(text), Objection)


def test_a_gs1_symbol_is_read_as_scanned_and_as_printed() -> None:
    said = {"01": "09501101020917", "17": "261130", "10": "AB12", "21": "7"}
    scanned, bracketed = read_elements(write_elements(said)), read_elements("(01)09501101020917(17)261130(10)AB12(21)7")

    assert scanned == bracketed
    assert isinstance(scanned, tuple)
    assert {one.identifier: one.content for one in scanned} == said


@pytest.mark.parametrize(
    ("text", "position"),
    [
        ("", 1),
        ("0109501101020918", 1),  # the check digit
        ("8018950110102091234567", 1),
        ("010950110102091", 1),  # too short
        ("0109501101020917 1", 17),
        ("10AB\x1d17261345", 6),  # the thirteenth month
        ("7003261123183010AA", 15),  # no separator behind an element of variable length
        ("(01)09501101020917(17)26", 19),
        ("(17)2611304", 1),
        ("(01)09501101020917x", 1),
        ("(05)1", 1),
        ("05123", 1),
    ],
)
def test_what_is_no_gs1_symbol_is_refused_at_its_place(text: str, position: int) -> None:
    read = read_elements(text)

    assert isinstance(read, Objection)
    assert (read.code, read.facts["position"]) == ("symbol_unreadable", position)


LOTS = st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-/.", min_size=1, max_size=20)


@given(lot=LOTS, serial=LOTS, day=st.dates(date(2000, 1, 1), date(2049, 12, 31)))
def test_every_gs1_symbol_that_is_written_is_read_back(lot: str, serial: str, day: date) -> None:
    said = {"01": "09501101020917", "10": lot, "21": serial, "17": f"{day:%y%m%d}"}
    read = read_elements(FNC1 + write_elements(said))

    assert isinstance(read, tuple)
    assert {one.identifier: one.content for one in read} == said


@pytest.mark.parametrize("said", [{"01": "09501101020918"}, {"99": "x"}])
def test_elements_that_could_not_be_read_are_not_written(said: dict[str, str]) -> None:
    with pytest.raises(ValueError):
        write_elements(said)


def test_a_structure_that_could_not_be_read_is_not_written() -> None:
    with pytest.raises(ValueError):
        structure(Of.PRODUCT_CODE, "S129500")
