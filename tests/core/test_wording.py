"""Sentences of rules as a reader gets them."""

from datetime import UTC, datetime
from decimal import Decimal

from django.utils import timezone, translation

from apps.core.errors import Objection
from apps.core.roles import Role
from apps.core.ui.wording import read_back, sentence
from apps.organisation.facts import roles_wanted

UNTIL = datetime(2026, 11, 19, 6, 0, tzinfo=UTC)


def test_an_instant_is_written_in_the_zone_of_the_page_whatever_form_the_rule_gives_it() -> None:
    objection = Objection("period", "Final from {until:%Y-%m-%d %H:%M} UTC, not before.", {"until": UNTIL})

    with timezone.override("Asia/Shanghai"):
        assert sentence(objection) == "Final from 2026-11-19 14:00, not before."
    assert objection.text == "Final from 2026-11-19 06:00 UTC, not before."


def test_verb_states_and_roles_of_a_refusal_are_read_in_the_readers_language() -> None:
    verb = Objection(
        "x", "{verb}: {custody}, {roles}.", {"verb": "Certify", "custody": "IN_STORE", **roles_wanted([Role.QA])}
    )

    assert sentence(verb) == "Certify: IN_STORE, QA."
    with translation.override("zh-hans"):
        assert sentence(verb) == "放行审批: 在库, 质量保证."


def test_what_is_signed_is_read_back_in_the_readers_language_but_for_what_was_written() -> None:
    words = {"uniform": "均匀", "Damaged": "破损"}
    said = ["= uniform · pass", "RELEASED · FROZEN", "Damaged", "Passed by hand", "≥ 121.0 · pass"]

    assert [read_back(one, {}) for one in said] == [said[0], "Released · Frozen", *said[2:]]
    with translation.override("zh-hans"):
        read = [read_back(one, words) for one in said]
    assert read == ["= 均匀 · 合格", "已放行 · 冻存", "破损", "Passed by hand", "≥ 121.0 · 合格"]


def test_a_number_in_a_sentence_keeps_its_digits_and_its_true_minus() -> None:
    assert sentence(Objection("x", "Found {found:f}.", {"found": Decimal("-1.10")})) == "Found −1.10."
