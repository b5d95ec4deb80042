"""The Chinese catalogue: compiled as written, whole for the shell, with every placeholder kept."""

import gettext
import re
from pathlib import Path

from django.conf import settings

FOLDER = Path(settings.BASE_DIR) / "locale/zh_Hans/LC_MESSAGES"
HOLE = re.compile(r"%\((\w+)\)[ds]|\{(\w+)\}")
LETTERS = re.compile(r"[A-Za-z]{2}")


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
    def holes(text: str) -> set[str]:
        return {a or b for a, b in HOLE.findall(text)}

    lost = {key: said for key, said in written().items() if holes(said) != holes(key.split("\x04")[-1])}

    assert lost == {}


def test_every_sentence_of_the_shell_is_translated():
    known = {key.split("\x04")[-1] for key in written()}
    templates = Path(settings.BASE_DIR) / "apps/core/templates"
    said = {
        (sentence, path.name)
        for path in templates.rglob("*.html")
        for sentence in re.findall(r"""(?:translate |_\()"([^"]+)\"""", path.read_text(encoding="utf-8"))
        if LETTERS.search(sentence)
    }

    assert {(sentence, name) for sentence, name in said if sentence not in known} == set()
