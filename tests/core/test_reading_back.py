"""What is signed or kept as data is worded for its reader; what was kept as a sentence only stays readable."""

from django.utils import translation
from django.utils.translation import gettext

from apps.core.ui.wording import kept_sentence, read_back, sentence

UNFIT = {
    "code": "finding_unfit",
    "text": "Stands upright: not as it must be.",
    "template": "{field}: not as it must be.",
    "facts": {"field": "Stands upright", "field_zh": "保持直立"},
}
WORDS = {"{cells}": "个细胞", "cells": "个细胞", "cells/kg": "个/kg", "no_growth": "无菌生长"}


def test_an_objection_that_a_row_keeps_is_read_in_the_language_of_the_reader() -> None:
    assert kept_sentence(UNFIT) == "Stands upright: not as it must be."
    with translation.override("zh-hans"):
        assert "保持直立" in kept_sentence(UNFIT)
        assert "Stands upright" not in kept_sentence(UNFIT)


def test_an_objection_kept_before_its_template_was_kept_stays_as_it_was_written() -> None:
    with translation.override("zh-hans"):
        assert kept_sentence({"code": "old", "text": "Too warm.", "facts": {"value": "9"}}) == "Too warm."


def test_an_event_tells_what_was_found_as_sentences_of_the_reader() -> None:
    event = {"findings": UNFIT["text"], "findings_zh": [UNFIT, UNFIT], "shipment": "T01"}
    told = type("Event", (), {"template": "{shipment}: {findings}", "facts": event})()

    assert sentence(told) == "T01: Stands upright: not as it must be."
    with translation.override("zh-hans"):
        assert sentence(told).count("保持直立") == 2


def test_figures_units_choices_and_instants_of_what_is_signed_are_read_back() -> None:
    with translation.override("zh-hans"):
        assert read_back("6.8×10⁷ cells ÷ 1.0×10⁶ cells/kg", WORDS) == "6.8×10⁷ 个细胞 ÷ 1.0×10⁶ 个/kg"
        assert read_back("= no_growth", WORDS) == "= 无菌生长"
        form = gettext("{runs} runs, {invalid} invalid")
        assert read_back("2 runs, 0 invalid", {}) == form.format(runs=2, invalid=0)
        assert read_back("", WORDS) == ""  # nothing was said; not "not done"
        assert read_back("Some cells were lost", WORDS) == "Some cells were lost"
    assert read_back("2027-05-24T23:59:00+08:00", {}).startswith("2027-05-24 ")
    assert read_back("2 runs, 0 invalid", {}) == "2 runs, 0 invalid"
