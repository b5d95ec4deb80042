"""The guide for authors names what there is, and nothing else."""

from pathlib import Path

import pytest

from apps.products.definition.parameters import KINDS
from apps.products.facts import CheckMode, Environment, LimitKind, StepAct
from apps.products.rules.computed import CATALOGUE

GUIDE = (Path(__file__).parent.parent.parent / "docs" / "master_record.md").read_text(encoding="utf-8")
WORDS = [*KINDS, *(word.value.lower() for words in (CheckMode, Environment, LimitKind, StepAct) for word in words)]


@pytest.mark.parametrize("word", [*WORDS, *(name for name, _ in CATALOGUE)])
def test_the_guide_names_every_word_an_author_may_write(word):
    assert word in GUIDE


def test_the_guide_names_no_function_that_is_not_in_the_catalogue():
    listed = GUIDE.split("gives no value.\n\n")[1].split(". What each needs")[0]

    assert {name.strip() for name in listed.replace("\n", " ").split("·")} == {name for name, _ in CATALOGUE}
