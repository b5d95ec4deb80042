"""The vocabulary of states: one word, one icon, one tone, the same on every page and in both languages."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.template import Context, Template
from django.utils import translation

from apps.core.ui.status import PARTS, SAME_AS, VOCABULARY, gravest_first, word_of
from apps.testing.facts import InvestigationState
from apps.vigilance.facts import AdverseState

APPS = Path(settings.BASE_DIR) / "apps"
TONES = set(re.findall(r'\[data-tone="(\w+)"\]', (APPS / "core/static/core/css/tokens.css").read_text()))
SYMBOLS = set(re.findall(r'<symbol id="([\w-]+)"', (APPS / "core/static/core/icons.svg").read_text()))
AGREED = [
    ("in_limit", "In limit", "合格", "ok", "ok"),
    ("alert", "Alert", "警戒", "alert", "alert"),
    ("action", "Action", "纠偏", "action", "action"),
    ("hold", "Hold", "暂扣", "hold", "hold"),
    ("late", "Late entry", "迟录", "late", "late"),
    ("due", "Due", "将到期", "late", "alert"),
    ("overdue", "Overdue", "已逾期", "late", "action"),
    ("corrected", "Corrected", "已更正", "corrected", "corrected"),
    ("refused", "Refused", "已拒绝", "refused", "superseded"),
    ("pending", "Pending", "未完成", "pending", "plain"),
    ("superseded", "Superseded", "已替代", "superseded", "superseded"),
    ("not_covered", "Not covered", "签名未覆盖现版本", "superseded", "superseded"),
    ("conditional", "Conditional", "有条件放行", "conditional", "conditional"),
    ("quarantined", "Quarantined", "待验", "quarantined", "plain"),
    ("released", "Released", "已放行", "ok", "ok"),
    ("rejected", "Rejected", "不合格", "action", "action"),
    ("recalled", "Recalled", "已召回", "action", "action"),
    ("expired", "Expired", "已过期", "expired", "action"),
    ("not_evaluable", "Not evaluable", "无法判定", "not-evaluable", "hold"),
    ("not_recorded", "Not recorded", "尚未记录", "pending", "late"),
]


def drawn(source: str, **context: object) -> str:
    return Template("{% load qcs %}" + source).render(Context(context)).strip()


@pytest.mark.parametrize(("key", "english", "chinese", "icon", "tone"), AGREED)
def test_a_state_is_told_by_icon_word_and_colour(key, english, chinese, icon, tone):
    with translation.override("en"):
        tag = drawn("{% status key %}", key=key)
    with translation.override("zh-hans"):
        chinese_tag = drawn("{% status key %}", key=key)

    assert f'data-tone="{tone}"' in tag
    assert f"#{icon}" in tag
    assert english in tag
    assert chinese in chinese_tag


@pytest.mark.parametrize("key", sorted(VOCABULARY))
def test_every_word_has_a_symbol_a_tone_and_a_translation(key):
    word = VOCABULARY[key]
    with translation.override("zh-hans"):
        chinese = str(word.word)

    assert word.icon in SYMBOLS
    assert word.tone in TONES
    assert re.search(r"[\u4e00-\u9fff]", chinese), f"{key} has no Chinese word"


def test_no_word_is_hidden_behind_another_of_the_same_key():
    keys = [key for part in PARTS for key in part]

    assert sorted(key for key in set(keys) if keys.count(key) > 1) == []


def test_an_adverse_event_is_assessed_and_an_investigation_waits_for_a_decision():
    assert word_of(AdverseState.ASSESSED).word == "Assessed"
    assert word_of(InvestigationState.PHASE_I_DONE).word == "Phase I signed, to decide"


def test_synonyms_lead_to_words_that_exist():
    assert set(SAME_AS.values()) <= set(VOCABULARY)


def test_a_quarantined_unit_and_an_unrecorded_value_differ_without_colour():
    assert 'data-edge="striped"' in drawn("{% status 'quarantined' %}")
    assert 'data-edge="dashed"' in drawn("{% status 'not_recorded' %}")
    assert 'data-edge="dashed"' in drawn("{% status 'conditional' %}")


def test_the_gravest_state_is_told_first():
    assert gravest_first(["released", "late", "hold"]) == ["hold", "late", "released"]
    assert drawn("{% statuses 'released' 'hold' '' %}").index("Hold") < drawn(
        "{% statuses 'released' 'hold' '' %}"
    ).index("Released")


def test_capitals_of_the_database_and_words_of_the_page_are_the_same_state():
    assert word_of("NOT_EVALUABLE") is word_of("not evaluable") is VOCABULARY["not_evaluable"]


def test_an_unknown_state_is_an_error_and_not_a_blank():
    with pytest.raises(KeyError):
        word_of("probably_fine")


def test_what_follows_the_word_is_escaped():
    assert "&lt;b&gt;" in drawn("{% status 'due' detail=text %}", text="<b>")


def test_an_icon_without_a_word_has_a_name():
    assert 'role="img" aria-label="Alert"' in drawn("{% status 'alert' size='icon' %}")


def test_only_one_template_draws_a_state():
    elsewhere = [
        str(path.relative_to(APPS))
        for path in APPS.rglob("templates/**/*.html")
        if re.search(r'class="[^"]*\bstatus\b', path.read_text()) and path.name != "status.html"
    ]

    assert elsewhere == []


def test_every_icon_that_a_page_names_is_in_the_sprite():
    named = {
        (name, str(path.relative_to(APPS)))
        for path in APPS.rglob("templates/**/*.html")
        for name in re.findall(r'{%\s*icon "([\w-]+)"', path.read_text())
    }

    assert {(name, where) for name, where in named if name not in SYMBOLS} == set()
