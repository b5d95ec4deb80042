"""What was signed under a former shape of master records is read for as long as its batches are kept."""

import json
from pathlib import Path

import pytest

from apps.core.canonical import sha256_hex
from apps.products.loader import load_text

FORMER = sorted((Path(__file__).parent / "former").glob("*.json"))


@pytest.mark.parametrize("file", FORMER, ids=[file.stem for file in FORMER])
def test_a_text_that_was_signed_once_is_read_today(file: Path) -> None:
    text = file.read_text(encoding="utf-8")

    definition = load_text(text)

    assert file.stem == f"{definition.key}-{sha256_hex(text)[:12]}"  # the very text that was signed


def test_a_specification_in_one_language_stands_in_both() -> None:
    definition = load_text(FORMER[0].read_text(encoding="utf-8"))
    said = [material.specification for material in definition.preparation.materials if material.specification]

    assert said
    assert all(one.en == one.zh for one in said)


def test_a_life_after_opening_in_months_is_none_that_is_counted() -> None:
    signed = json.loads(FORMER[0].read_text(encoding="utf-8"))
    signed["preparation"]["materials"][0]["expiry_after_opening"] = "1 mo"
    signed["preparation"]["materials"][1]["expiry_after_opening"] = "14 d"

    read = load_text(json.dumps(signed)).preparation.materials
    assert [str(one.expiry_after_opening) for one in read[:2]] == ["None", "14 d"]
