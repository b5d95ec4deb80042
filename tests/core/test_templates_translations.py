"""The Chinese catalogue: compiled as written, whole for the shell, with every placeholder kept."""

import ast
import gettext
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from django.conf import settings
from django.utils.translation.template import templatize

from tests.architecture.source import product

FOLDER = Path(settings.BASE_DIR) / "locale/zh_Hans/LC_MESSAGES"
HOLE = re.compile(r"%\((\w+)\)[ds]|\{(\w+)\}")
LETTERS = re.compile(r"[A-Za-z]{2}")
GETTEXT = re.compile(r"\bn?gettext\((u?'(?:[^'\\\\]|\\\\.)*'|u?\"(?:[^\"\\\\]|\\\\.)*\")")
MARKS = {"N_": 0, "_": 0, "gettext": 0, "gettext_lazy": 0, "ngettext": 0, "pgettext": 1, "pgettext_lazy": 1}


@cache
def written() -> dict[str, str]:
    """msgid (with its context) to msgstr, read from the source as msgfmt reads it."""
    entries: dict[str, str] = {}
    for block in (FOLDER / "django.po").read_text(encoding="utf-8").split("\n\n"):
        parts = _parts(block)
        key = f"{parts['msgctxt']}\x04{parts['msgid']}" if "msgctxt" in parts else parts.get("msgid", "")
        said = parts.get("msgstr") or parts.get("msgstr[0]", "")
        if key and said and "#, fuzzy" not in block:
            entries[key] = said
    return entries


def _parts(block: str) -> dict[str, str]:
    parts: dict[str, str] = {}
    name = ""
    for line in block.splitlines():
        if line.startswith("#"):
            continue
        head = re.match(r'(msgctxt|msgid_plural|msgid|msgstr(?:\[\d\])?) "', line)
        if head:
            name = head[1]
        if name:
            quoted = re.search(r'"(.*)"$', line)
            parts[name] = parts.get(name, "") + (_unescape(quoted[1]) if quoted else "")
    return parts


def _unescape(text: str) -> str:
    return text.replace(r"\"", '"').replace(r"\n", "\n").replace("\\\\", "\\")


def compiled() -> dict[str, str]:
    with (FOLDER / "django.mo").open("rb") as file:
        catalogue = gettext.GNUTranslations(file)._catalog  # type: ignore[attr-defined]
    return {key[0] if isinstance(key, tuple) else key: said for key, said in catalogue.items() if key}


def test_the_compiled_catalogue_says_what_the_written_one_says():
    assert compiled() == written()


def test_a_translation_keeps_every_placeholder():
    lost = {key: said for key, said in written().items() if holes(said) not in may_have(key.split("\x04")[-1])}

    assert lost == {}


def holes(text: str) -> set[str]:
    return {a or b for a, b in HOLE.findall(text)}


def may_have(sentence: str) -> tuple[set[str], set[str]]:
    """The placeholders of the one form, or of the form for many: Chinese has one for both."""
    return holes(sentence), holes(forms_for_many().get(sentence, sentence))


@cache
def forms_for_many() -> dict[str, str]:
    blocks = (FOLDER / "django.po").read_text(encoding="utf-8").split("\n\n")
    return {parts["msgid"]: parts["msgid_plural"] for parts in map(_parts, blocks) if "msgid_plural" in parts}


def test_every_sentence_of_pages_and_rules_is_translated():
    known = {key.split("\x04")[-1] for key in written()}
    missing = {
        (sentence, where)
        for sentence, where in (*in_templates(), *in_code())
        if LETTERS.search(sentence) and sentence not in known
    }

    assert missing == set()


def in_templates() -> Iterator[tuple[str, str]]:
    """Every sentence marked in a template, as Django's own reader for xgettext finds it."""
    for path in (Path(settings.BASE_DIR) / "apps").rglob("templates/**/*.html"):
        said = templatize(path.read_text(encoding="utf-8"), origin=str(path))
        for call in GETTEXT.finditer(said):
            yield ast.literal_eval(call[1]), path.name


def in_code() -> Iterator[tuple[str, str]]:
    """Every sentence marked in Python."""
    for source in product():
        for node in ast.walk(source.tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in MARKS:
                texts = [one.value for one in node.args if isinstance(one, ast.Constant) and isinstance(one.value, str)]
                yield from ((text, source.path) for text in texts[MARKS[node.func.id] :][:1])
