"""The canonical text against the reference library of RFC 8785, and where ours says more (values, instants)."""

import unicodedata
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from apps.core.canonical import canonical, sha256_hex

texts = st.text(st.characters(exclude_categories=("Cs",)))
# The library takes text as it is; ours is NFC first, so the comparison speaks of text that is NFC already.
nfc = texts.map(lambda text: unicodedata.normalize("NFC", text))
numbers = st.integers(-(2**53) + 1, 2**53 - 1)
values = st.recursive(
    st.none() | st.booleans() | numbers | nfc,
    lambda inner: st.lists(inner) | st.dictionaries(texts, inner),
    max_leaves=30,
)


class Colour(StrEnum):
    RED = "red"


@given(values)
def test_what_json_can_say_has_the_text_of_the_reference_library(value):
    assert canonical(value).encode() == rfc8785.dumps(value)


@given(st.dictionaries(st.text("a\u00e9\u20ac\ud7ff\ue000\ufb33\U0001f600\U0001d54a", max_size=3), numbers))
def test_names_are_sorted_by_their_utf_16_units(value):
    assert canonical(value).encode() == rfc8785.dumps(value)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (Decimal("1.10"), '"1.10"'),
        (Decimal("6.4E+8"), '"6.4E+8"'),
        (datetime(2026, 11, 5, 14, 6, tzinfo=timezone(timedelta(hours=8))), '"2026-11-05T06:06:00.000000Z"'),
        (date(2026, 11, 5), '"2026-11-05"'),
        (UUID("12345678123456781234567812345678"), '"12345678-1234-5678-1234-567812345678"'),
        (Colour.RED, '"red"'),
        (2**53, '"9007199254740992"'),
        (2**53 - 1, "9007199254740991"),
        ("e\u0301", '"\u00e9"'),
        ((1, None, True), "[1,null,true]"),
        ({"b", "a"}, '["a","b"]'),
    ],
)
def test_measured_values_and_instants_are_text(value, text):
    assert canonical(value) == text


@pytest.mark.parametrize("value", [1.0, float("nan"), datetime(2026, 11, 5), b"bytes", object(), {"x": 0.1}])  # noqa: DTZ001
def test_what_has_no_one_exact_text_is_refused(value):
    with pytest.raises(TypeError):
        canonical(value)


@given(values)
def test_equal_values_have_equal_hashes_whatever_the_order_of_their_names(value):
    turned = dict(reversed(value.items())) if isinstance(value, dict) else value

    assert sha256_hex(canonical(turned)) == sha256_hex(canonical(value))


def test_the_hash_is_that_of_the_utf_8_bytes():
    assert sha256_hex("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert sha256_hex("温度") == "3732e264dfa95caee4a1f8c4cb9e9637d91be3d0817a09867f035dbf70184168"
