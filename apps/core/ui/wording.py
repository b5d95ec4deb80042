"""Sentences at the edge: the template of an objection translated, its facts written as people read them."""

import re
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.utils import timezone, translation
from django.utils.translation import gettext as _

from apps.core.ui.numbers import measured_text
from apps.core.ui.status import SAME_AS, VOCABULARY
from apps.core.ui.times import FORMS, duration

# Rules write instants as "{until:%Y-%m-%d %H:%M} UTC" for the trail; for a reader they are written in the site's zone.
STATES = ("state", "disposition", "condition", "custody")  # facts that are words of the vocabulary
WRITTEN_FORM = re.compile(r"\{(\w+):[^{}]*\}(?: UTC)?")


def sentence(source: object) -> str:
    """One sentence in the reader's language: of an objection (template and facts), or of marked text."""
    template = getattr(source, "template", None)
    if template is None:
        return translated(source)
    facts: Mapping[str, object] = getattr(source, "facts", {})
    said = WRITTEN_FORM.sub(r"{\1}", translated(template))
    return said.format(**{name: fact_text(_in_language(facts, name)) for name in facts})


def _in_language(facts: Mapping[str, object], name: str) -> object:
    """A fact kept with its Chinese beside it (`test`, `test_zh`) is read in the reader's language, a state in words.

    A verb is marked text of its table of moves.
    """
    if not is_chinese():
        return facts[name]
    if name in STATES and str(facts[name]).lower() in VOCABULARY:
        return VOCABULARY[str(facts[name]).lower()].word
    fact = facts.get(f"{name}_zh", facts[name])
    return translated(fact) if name == "verb" else fact


def translated(text: object) -> str:
    """Marked text in the reader's language; empty stays empty (gettext would answer with the catalogue's head)."""
    source = str(text or "")
    return _(source) if source else ""


def read_back(text: str, words: Mapping[str, str]) -> str:
    """A value or note of what is signed, in the reader's language: words of the master record and states of the house.

    What a person wrote stays as it is.
    """
    return " · ".join(_part(part, words) for part in text.split(" · ")) if is_chinese() else text


def _part(part: str, words: Mapping[str, str]) -> str:
    sign, bare = ("= ", part[2:]) if part.startswith("= ") else ("", part)
    if bare in words:
        return sign + words[bare]
    state = SAME_AS.get(bare.lower(), bare.lower())
    is_state = state in VOCABULARY and (bare.isupper() or bare in SAME_AS)
    return sign + str(VOCABULARY[state].word) if is_state else part


def fact_text(fact: object) -> str:
    """One fact inside a sentence: instants in the site's zone, true minus, lists joined as the language joins them."""
    match fact:
        case datetime():
            return timezone.localtime(fact).strftime(FORMS[""])
        case date():
            return fact.isoformat()
        case timedelta():
            return duration(fact)
        case Decimal():
            return measured_text(fact)
        case list() | tuple() | set() | frozenset():
            return joined([fact_text(item) for item in fact])
        case _ if hasattr(fact, "en") and hasattr(fact, "zh"):
            return bilingual(fact)
        case _:
            return str(fact)


def joined(words: list[str]) -> str:
    """Several words in a row: a, b; in Chinese a、b."""
    return ("、" if is_chinese() else ", ").join(words)


def bilingual(label: object) -> str:
    """A label of a master record in the reader's language; text stays as it is."""
    if isinstance(label, Mapping):
        return str(label.get("zh" if is_chinese() else "en", ""))
    if hasattr(label, "en") and hasattr(label, "zh"):
        return str(label.zh if is_chinese() else label.en)
    return str(label if label is not None else "")


def is_chinese() -> bool:
    """Whether the page is being written in Chinese."""
    return (translation.get_language() or "en").startswith("zh")


def initials(name: object) -> str:
    """The one or two letters of an avatar: LW for Lin Wei, 林 for 林薇."""
    words = str(name or "").split()
    if not words:
        return ""
    if not words[0][0].isascii():
        return words[0][0]
    return "".join(word[0] for word in words[:2]).upper()
