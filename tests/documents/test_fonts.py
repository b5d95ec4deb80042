"""The fonts are the files we say they are, and they can say every word of ours."""

import hashlib
import re
from collections.abc import Iterator

from apps.documents.facts import Bilingual
from apps.documents.layout import icons, style
from apps.documents.layout.fonts import FILES, FOLDER, known_code_points, width_of
from apps.documents.layout.fonts import MARKS as COMPANION


def test_the_font_files_are_those_of_the_table() -> None:
    table = dict(re.findall(r"^\| (\S+\.ttf) \|.*`([0-9a-f]{64})` \|$", (FOLDER / "README.md").read_text(), re.M))

    assert table == {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in FILES.values()}
    assert "SIL OPEN FONT LICENSE Version 1.1" in (FOLDER / "OFL.txt").read_text()


def own_words() -> Iterator[str]:
    phrases = [value for value in vars(style).values() if isinstance(value, Bilingual)]
    for phrase in [*phrases, *icons.WORDS.values()]:
        yield from (phrase.en, phrase.zh)
    yield style.page_words(1, 9)
    yield style.WAS


def test_every_fixed_word_of_the_layout_has_its_glyphs() -> None:
    assert {character for word in own_words() for character in word} <= set(map(chr, known_code_points()))


def test_signs_and_superscripts_beside_latin_are_narrow() -> None:
    assert width_of("·", 10, COMPANION) < 4
    assert width_of("×", 10, COMPANION) < 8
    assert width_of("⁷", 10, COMPANION) < 5


def test_the_common_characters_of_chinese_records_are_there() -> None:
    words = "脐带间充质干细胞质量受权人批放行证书检验报告书无菌内毒素支原体活率复苏冻存培养箱偏差审计追踪"

    assert set(map(ord, words)) <= known_code_points()
