"""Sentences at the edge: the template of an objection translated, its facts written as people read them."""

import re
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.utils import timezone, translation
from django.utils.translation import gettext as _

from apps.core.errors import Objection
from apps.core.text import N_
from apps.core.ui.numbers import measured_text
from apps.core.ui.status import SAME_AS, VOCABULARY
from apps.core.ui.times import FORMS, duration

# Rules write instants as "{until:%Y-%m-%d %H:%M} UTC" for the trail; for a reader they are written in the site's zone.
STATES = ("state", "disposition", "condition", "custody", "classification")  # facts that are words of the vocabulary
WRITTEN_FORM = re.compile(r"\{(\w+):[^{}]*\}(?: UTC)?")
WRITTEN_INSTANT = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)")
# What is signed with figures in it: the signed words stay, the reader gets them in the other language by their form.
WITH_FIGURES = (
    N_("{runs} runs, {invalid} invalid"),
    N_("informative, {runs} runs, {invalid} invalid"),
    N_("{entries} entries in {chains} chains"),
    N_("{n} findings"),
    N_("{n} units"),
)
FIGURES = [(re.compile(re.sub(r"\\{(\w+)\\}", r"(?P<\1>\\d+)", re.escape(form))), form) for form in WITH_FIGURES]


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


def kept_sentence(mark: Mapping[str, object]) -> str:
    """An objection that a row keeps, in the reader's language; what was kept without its template stays as written."""
    facts = mark.get("facts")
    if not mark.get("template") or not isinstance(facts, Mapping):
        return str(mark.get("text", ""))
    told = {name: _as_instant(fact) for name, fact in facts.items()}
    return sentence(Objection(str(mark.get("code", "")), str(mark["template"]), told))


def _as_instant(fact: object) -> object:
    return datetime.fromisoformat(fact) if isinstance(fact, str) and WRITTEN_INSTANT.fullmatch(fact) else fact


def read_back(text: str, words: Mapping[str, str]) -> str:
    """A value or note of what is signed, in the reader's language: words of the master record and states of the house.

    What a person wrote stays as it is.
    """
    return " · ".join(_part(part, words) for part in text.split(" · "))


def _part(part: str, words: Mapping[str, str]) -> str:
    sign, bare = ("= ", part[2:]) if part.startswith("= ") else ("", part)
    if not bare or bare in words:
        return sign + words.get(bare, "")
    if WRITTEN_INSTANT.fullmatch(bare):
        return fact_text(_as_instant(bare))
    state = SAME_AS.get(bare.lower(), bare.lower())
    if state in VOCABULARY and (bare.isupper() or (bare in SAME_AS and is_chinese())):
        return sign + str(VOCABULARY[state].word)
    for form, template in FIGURES:
        if found := form.fullmatch(bare):
            return translated(template).format(**found.groupdict())
    return sign + _with_units(bare, words)


def _with_units(text: str, words: Mapping[str, str]) -> str:
    """A unit behind its number, as people read it."""
    parts = text.split(" ")
    pairs = zip(["", *parts], parts, strict=False)
    return " ".join(words.get(part, part) if before[-1:].isdigit() else part for before, part in pairs)


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
        case Mapping() if "template" in fact:
            return kept_sentence(fact)
        case list() | tuple() | set() | frozenset():
            return _several(
                [fact_text(item) for item in fact], are_sentences=any(isinstance(one, Mapping) for one in fact)
            )
        case _ if hasattr(fact, "en") and hasattr(fact, "zh"):
            return bilingual(fact)
        case _:
            return str(fact)


def _several(texts: list[str], *, are_sentences: bool) -> str:
    return " ".join(texts) if are_sentences else joined(texts)


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
