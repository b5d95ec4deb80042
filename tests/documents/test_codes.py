"""The code that is typed from a print: readable, unguessable, and a slip of the finger is noticed."""

from hypothesis import given
from hypothesis import strategies as st

from apps.documents.rules import CROCKFORD, code_key, is_mistyped, verification_code

RANDOM = st.integers(0, 2**45 - 1)


def test_a_code_reads_as_number_version_and_two_groups() -> None:
    assert verification_code("BC-0042", 1, 0) == "BC-0042-1-00000-0000Q"


@given(RANDOM)
def test_at_least_forty_random_bits_stand_in_the_code(random: int) -> None:
    assert len({verification_code("BC-0042", 1, random), verification_code("BC-0042", 1, random ^ 1)}) == 2
    assert is_mistyped(verification_code("BC-0042", 1, random)) is None


@given(RANDOM, st.data())
def test_one_wrong_character_anywhere_is_noticed(random: int, data: st.DataObject) -> None:
    key = code_key(verification_code("COA-0042", 2, random))
    place = data.draw(st.integers(0, len(key) - 1))
    other = data.draw(st.sampled_from([one for one in CROCKFORD if one != key[place]]))

    assert is_mistyped(key[:place] + other + key[place + 1 :])


@given(RANDOM, st.data())
def test_two_neighbours_swapped_are_noticed(random: int, data: st.DataObject) -> None:
    key = code_key(verification_code("BC-0042", 1, random))
    place = data.draw(st.integers(0, len(key) - 2))
    swapped = key[:place] + key[place + 1] + key[place] + key[place + 2 :]

    assert swapped == key or is_mistyped(swapped)


def test_separators_case_and_look_alikes_do_not_matter() -> None:
    code = verification_code("COA-0042", 1, 123456789)

    assert code_key(code.lower().replace("-", " ")) == code_key(code)
    assert code_key(code.replace("0", "O").replace("1", "l")) == code_key(code)


def test_what_is_no_code_at_all_is_refused_without_a_crash() -> None:
    for typed in ("", "批放行证书", "BC-0042", "x" * 500, "\x00"):
        objection = is_mistyped(typed)
        assert objection is not None
        assert objection.code == "code_mistyped"
