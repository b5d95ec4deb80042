"""Latin words on a Chinese page: only what is data may be one: names as they were typed, numbers, units, codes.

What people typed into the stories is taken away as whole phrases: no word of it excuses the same word elsewhere.
"""

import re
from collections.abc import Iterator
from functools import cache
from typing import Any

import yaml
from playwright.sync_api import Page

from tests.architecture.source import ROOT

# Texts of the page, without what is drawn as a code: addresses, hashes, keys, the trail as it was written.
TEXTS = """() => {
    const found = [], walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    const NOT = "script, style, code, pre, kbd, svg, .mono, .visually-hidden, [lang=en], .band-tag, .avatar";
    while (walk.nextNode()) {
        const text = walk.currentNode.textContent.replace(/\\s+/g, " ").trim();
        if (/[A-Za-z]{2}/.test(text) && !walk.currentNode.parentElement.closest(NOT)) found.push(text);
    }
    return found;
}"""
AS_WRITTEN = ("/inspection/", "/styleguide/", "/api/")  # evidence is shown as it is stored; samples; a foreign page
WORD = re.compile(r"[A-Za-z][A-Za-z'’]+")
# CT-0042, sterility_culture, explant.plate, TL-17.csv, QA: a code has a figure, a joint or no small letter.
CODE = re.compile(r"[\w./()#+-]*[0-9_][\w./()#+-]*|[\w-]+(?:\.[\w-]+)+|\b[A-Z]{2,}s?\b|\bv\d+\b")
OF_THE_HOUSE = ("Batchroom", "English", "System", "installer", "system", "pdf", "jpeg", "png", "count", "expansion")
OF_MAKERS = ("Berlinger Q-tag", "Berlinger Fridge-tag", "Onset HOBO", "iButton")


def latin_words(page: Page, path: str) -> list[str]:
    """The texts of a Chinese page in which English is left, each with the words."""
    if path.startswith(AS_WRITTEN):
        return []
    return [f"{list(left)} in: {text[:120]}" for text in page.evaluate(TEXTS) if (left := words_left(text))]


@cache
def words_left(text: str) -> tuple[str, ...]:
    """The Latin words of a text that are no data. The same texts stand on many pages."""
    for data in (_any_of(_phrases()), CODE, _any_of(_typed()), _chinese()):
        text = data.sub(" ", text)
    return tuple(WORD.findall(text))


@cache
def _typed() -> frozenset[str]:
    """What people typed into the stories, and the keys and sources of the master records."""
    paths = (path for folder in ("fixtures", "seeds/products") for path in sorted((ROOT / folder).rglob("*.yaml")))
    files = (yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader) for path in paths)
    return frozenset({*OF_THE_HOUSE, *OF_MAKERS, *(text for file in files for text in _strings(file))})


@cache
def _phrases() -> frozenset[str]:
    return frozenset(text for text in _typed() if " " in text)


@cache
def _chinese() -> re.Pattern[str]:
    """Latin words within Chinese: of the master records (HLA, Flt3), of the units, of our own sentences (YAML)."""
    said = (ROOT / "locale/zh_Hans/LC_MESSAGES/django.po").read_text(encoding="utf-8")
    chinese = "\n".join(line for line in said.splitlines() if re.search(r"^(msgstr|\").*[\u4e00-\u9fff]", line))
    for path in sorted((ROOT / "seeds").rglob("*.yaml")):
        chinese += "\n".join(
            re.findall(r'(?:zh|display(?:_zh)?): ?("[^"]*"|[^,}\n]*)', path.read_text(encoding="utf-8"))
        )
    return _any_of(frozenset(WORD.findall(re.sub(r"%\(\w+\)s|\{\w+\}", " ", chinese))))


@cache
def _any_of(texts: frozenset[str]) -> re.Pattern[str]:
    known = sorted((text for text in texts if re.search(r"[A-Za-z]{2}", text)), key=len, reverse=True)
    return re.compile(rf"(?<![A-Za-z])(?:{'|'.join(map(re.escape, known))})(?![A-Za-z])")


def _strings(part: Any) -> Iterator[str]:
    match part:
        case dict():
            for key, one in part.items():
                if key != "en":
                    yield from _strings(one)
        case list():
            for one in part:
                yield from _strings(one)
        case str():
            yield " ".join(part.split())
