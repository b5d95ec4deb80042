"""Donation numbers: every published vector, and every slip of the hand that a check character is there to catch."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.core.errors import Objection
from apps.identity.facts import DonationNumber
from apps.identity.rules.donation_numbers import (
    check_character,
    check_flags,
    is_facility,
    printed,
    read_keyed,
    read_number,
)

CHARACTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ*"
NUMBERS = st.from_regex(r"\A[A-NP-Z1-9][0-9]{12}\Z")


@pytest.mark.parametrize(
    ("number", "character", "flags"),
    [
        ("G123417654321", "A", "70"),  # ISBT 128 specification, appendix A
        ("A999921123456", "3", "63"),  # ISBT 128 specification 6.2.2, figure 2
        ("G123498654321", "H", "77"),  # UK JPAC Red Book, annex 2, with its full working
        ("G123489654321", "Y", "94"),  # python-stdnum, BSIS
        ("A999915000001", "M", "82"),  # public ISO 7064 suites
        ("3000505", "B", "71"),  # BSIS, the algorithm alone, to the end
        ("3000509", "3", "63"),
        ("2210579", "H", "77"),
        ("8332514", "B", "71"),
        ("7432269", "W", "92"),
        ("3946294", "F", "75"),
    ],
)
def test_the_published_vectors_hold(number: str, character: str, flags: str) -> None:
    assert (check_character(number), check_flags(number)) == (character, flags)


def test_a_number_is_printed_in_groups_with_its_check_character_behind() -> None:
    assert printed("A999921123456") == "A9999 21 123456 3"


@given(number=NUMBERS)
def test_what_is_printed_is_read_when_it_is_typed(number: str) -> None:
    assert read_keyed(printed(number)) == DonationNumber(number[:5], number[5:7], number[7:])
    assert read_keyed(number + check_character(number)) == read_number(number)


@given(number=NUMBERS, place=st.integers(0, 13), instead=st.sampled_from(CHARACTERS))
def test_every_change_of_one_character_is_caught(number: str, place: int, instead: str) -> None:
    typed = number + check_character(number)
    slipped = typed[:place] + instead + typed[place + 1 :]

    assert (slipped == typed) is not isinstance(read_keyed(slipped), Objection)


@given(number=NUMBERS, place=st.integers(0, 12))
def test_every_two_neighbours_that_changed_places_are_caught(number: str, place: int) -> None:
    typed = number + check_character(number)
    slipped = typed[:place] + typed[place + 1] + typed[place] + typed[place + 2 :]

    assert (slipped == typed) is not isinstance(read_keyed(slipped), Objection)


def test_of_one_number_every_change_there_is_is_caught() -> None:
    typed = "A9999211234563"
    changed = [typed[:n] + c + typed[n + 1 :] for n in range(14) for c in CHARACTERS if c != typed[n]]

    assert len(changed) == 14 * 36
    assert all(isinstance(read_keyed(one), Objection) for one in changed)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("A999921123456", "check_character_missing"),
        ("A9999 21 123456", "check_character_missing"),
        ("A99992112345", "din_malformed"),
        ("A999921123456 33", "din_malformed"),
        ("a9999211234563", "din_malformed"),
        ("O9999211234563", "din_malformed"),
        ("09999211234563", "din_malformed"),
        ("A9999*11234563", "din_malformed"),
        ("", "din_malformed"),
        ("٠9999211234563", "din_malformed"),
        ("A9999211234564", "check_character_wrong"),
        ("A999921123465 3", "check_character_wrong"),
    ],
)
def test_what_is_typed_wrongly_is_refused_with_the_reason(text: str, code: str) -> None:
    refused = read_keyed(text)

    assert isinstance(refused, Objection)
    assert refused.code == code


@pytest.mark.parametrize(("flags", "reads"), [("00", True), ("01", True), ("63", True), ("62", False), ("99", True)])
def test_flags_that_carry_the_check_must_carry_the_right_one(flags: str, reads: bool) -> None:
    assert isinstance(read_number("A999921123456", flags), DonationNumber) is reads


def test_the_wrong_variant_of_the_algorithm_that_is_about_is_not_ours() -> None:
    """`(37 - t) mod 37` circulates; by it vector 3 would have another character."""
    value = 0
    for character in "G123498654321":
        value = (value + CHARACTERS.index(character)) * 2 % 37

    assert CHARACTERS[(37 - value) % 37] != check_character("G123498654321") == CHARACTERS[(38 - value) % 37]


@pytest.mark.parametrize(("text", "fits"), [("A9999", True), ("O9999", False), ("A999", False), ("a9999", False)])
def test_a_facility_has_five_characters(text: str, fits: bool) -> None:
    assert is_facility(text) is fits
