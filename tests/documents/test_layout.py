"""What is drawn is what was said: nothing lost, nothing invented, both languages readable by a machine."""

import re
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pypdf
import pytest
from hypothesis import given
from hypothesis import settings as effort
from hypothesis import strategies as st

from apps.core.errors import RuleBroken
from apps.documents.attach import attach_content
from apps.documents.facts import (
    Bilingual,
    Cell,
    Column,
    DocumentContent,
    Field,
    Footnote,
    Label,
    Section,
    Sign,
    Statement,
    Table,
)
from apps.documents.layout.breaking import PART, Run, lines_of, segments_of
from apps.documents.layout.drawing import draw
from apps.documents.layout.icons import ICONS, WORDS
from apps.documents.layout.style import BODY
from apps.documents.rules import texts_of
from tests.documents import demo
from tests.documents.reading import flowing, fonts_of, text_of


def drawn(content: DocumentContent) -> bytes:
    return draw(content, demo.imprint_of(content))


def test_a_table_of_300_rows_of_120_characters_loses_no_row_and_no_character() -> None:
    content = demo.long_table(rows=300, width=120)
    pdf = drawn(content)
    text = flowing(pdf)

    for prefix in "RABZY":
        assert re.findall(rf"\b{prefix}\d{{4}}\b", text) == [f"{prefix}{n:04d}" for n in range(1, 301)]
    table = content.blocks[0]
    assert isinstance(table, Table)
    printed = text.replace(" ", "")
    assert all(len(str(row[1])) == 120 and str(row[1]).replace(" ", "") in printed for row in table.rows)


def test_the_head_of_a_table_is_repeated_on_every_page() -> None:
    pages = text_of(drawn(demo.long_table())).split("\f")[:-1]

    assert len(pages) > 5
    assert all("Second remark" in page and "备注二" in page for page in pages[:-1])


def test_the_last_row_of_a_table_does_not_stand_alone_on_its_page() -> None:
    for count in range(30, 75):
        rows = tuple((f"R{n:04d}", "short") for n in range(count))
        table = Table(Bilingual("T"), (Column(Bilingual("Row")), Column(Bilingual("Word"))), rows)
        last = [page for page in text_of(draw(demo.batch_certificate(blocks=(table,)))).split("\f") if "R00" in page][
            -1
        ]
        assert len(re.findall(r"\bR\d{4}\b", last)) >= 2, count


def test_a_short_section_is_not_torn_and_stays_with_the_words_before_it() -> None:
    words = Statement((Bilingual("Do this first."),), Bilingual("Step"))
    fields = tuple(Field(Bilingual(f"Name{n}"), f"value{n}") for n in range(14))
    section = Section(Bilingual("How it is done"), fields)
    for count in range(10, 40):
        rows = tuple((f"R{n:04d}",) for n in range(count))
        table = Table(Bilingual("T"), (Column(Bilingual("Row")),), rows)
        pages = text_of(draw(demo.batch_certificate(blocks=(table, words, section)))).split("\f")
        (whole,) = [page for page in pages if "Name0" in page]
        assert all(said in whole for said in ("Step", "Do this first.", "How it is done", "Name13", "value13")), count


def test_a_label_too_small_for_columns_says_the_same_in_lines() -> None:
    content = demo.labels(1)
    (label,) = content.blocks
    assert isinstance(label, Label)
    fields = (Field(Bilingual("Made by, telephone day and night", "生产单位，24 小时电话"), "Nanhu"),) * 5
    small = replace(content, blocks=(replace(label, fields=fields, warnings=()),))

    assert flowing(draw(small)).count("24 小时电话 Nanhu") == 5
    roomy = text_of(draw(replace(content, blocks=(replace(label, fields=fields[:1]),))), "-layout")
    assert re.search(r"Made by, telephone.* {3}Nanhu\n", roomy)


def test_what_proves_a_document_never_stands_alone_on_its_last_page() -> None:
    for count in range(20, 60):
        rows = tuple((f"R{n:04d}", "short") for n in range(count))
        table = Table(Bilingual("T"), (Column(Bilingual("Row")), Column(Bilingual("Word"))), rows)
        closing = Section(Bilingual("Closing"), (Field(Bilingual("Last"), "words"),))
        last = text_of(drawn(demo.batch_certificate(blocks=(table, closing)))).split("\f")[-2]
        assert "Closing" in last, count


def test_a_row_taller_than_a_page_is_cut_by_lines_and_keeps_every_word() -> None:
    words = [f"w{n}" for n in range(6000)]
    table = Table(
        Bilingual("One long remark"),
        (Column(Bilingual("Key")), Column(Bilingual("Remark"))),
        (("first", "short"), ("second", " ".join(words)), ("third", "short")),
    )

    text = flowing(drawn(demo.batch_certificate(blocks=(table,))))

    assert re.findall(r"\bw\d+\b", text) == words
    assert text.index("second") < text.index("w0 ") < text.index("w5999") < text.index("third")


def test_every_printed_text_of_the_certificate_can_be_extracted_again() -> None:
    for content in (demo.batch_certificate(), demo.certificate_of_analysis(), demo.master_record()):
        printed = flowing(drawn(content)).replace(" ", "")
        for place, text in texts_of(content):
            if not re.fullmatch(r"[0-9a-f]{64}|section|table|heading|statement|signatures|[A-Z_]+", text):
                assert "".join(text.split()) in printed, (place, text)


def test_chinese_superscripts_and_signs_come_out_of_the_file_as_they_went_in() -> None:
    pdf = drawn(demo.batch_certificate())

    assert "本批按批准的工艺规程生产和检验" in flowing(pdf)
    assert "5.0×10⁷ viable cells in 10 mL per bag" in flowing(pdf)
    assert "≤ −150 °C" in flowing(pdf)
    reader = pypdf.PdfReader(BytesIO(pdf))
    assert "批放行证书" in reader.pages[0].extract_text()


def test_rare_han_beyond_the_basic_plane_can_be_extracted() -> None:
    content = demo.batch_certificate(caption="\U0002b61c \U0002c497")
    pdf = attach_content(drawn(content), content, demo.imprint_of(content))

    assert "\U0002b61c" in text_of(pdf)


def test_all_fonts_are_embedded_with_their_unicode_map(tmp_path: Path) -> None:
    lines = fonts_of(drawn(demo.certificate_of_analysis()), tmp_path)

    assert lines
    assert {tuple(line.split()[-5:-2]) for line in lines} == {("yes", "yes", "yes")}


def test_each_page_says_which_page_of_how_many_of_which_document() -> None:
    content = demo.long_table(rows=60)
    pages = text_of(drawn(content)).split("\f")[:-1]

    for number, page in enumerate(pages, start=1):
        assert f"page {number} of {len(pages)}" in page
        assert f"第 {number} 页，共 {len(pages)} 页" in page
        assert "BR-0042 v1" in page
        assert content.hash[:8] in page


def test_a_signature_is_printed_with_name_title_meaning_time_and_zone() -> None:
    text = flowing(drawn(demo.batch_certificate()))

    for said in ("Wang Rui 王蕊", "Authorised person 质量受权人", "Certified 批准放行", "2026-11-23 15:02:09 UTC+8"):
        assert said in text
    assert "7c1e 4ab0" in text


def test_a_signature_left_behind_by_a_correction_says_so_on_paper() -> None:
    assert "does not cover the present version 签名未覆盖现版本" in flowing(drawn(demo.certificate_of_analysis()))


def test_a_changed_value_is_marked_with_its_old_value_reason_person_and_time() -> None:
    text = flowing(drawn(demo.batch_certificate()))

    assert "was 原值 9.98 · P2 count misread · Olga Lin · 2026-10-20 11:15 UTC+8" in text


def test_without_a_change_there_is_no_mark() -> None:
    statement = Statement((Bilingual("Nothing was changed."),))

    assert "原值" not in flowing(drawn(demo.batch_certificate(blocks=(statement,))))


def test_the_checkpoint_the_trail_and_the_whole_content_hash_are_printed() -> None:
    content = demo.batch_certificate()
    text = flowing(drawn(content))

    assert content.hash in text.replace(" ", "")
    assert "Checkpoint 存证点 #48211 · 2026-11-23 15:03:00 UTC+8" in text
    assert "batch/CT-0042#1931" in text


def test_a_reissue_says_what_it_supersedes_and_why() -> None:
    text = flowing(drawn(demo.certificate_of_analysis()))

    assert "Supersedes 替代 COA-0042 v1 · reason 原因: the analyst of one test was misspelt" in text


def test_the_same_content_gives_the_same_bytes() -> None:
    content = demo.certificate_of_analysis()

    assert drawn(content) == drawn(content)


def test_a_draft_and_a_demonstration_differ_from_the_real_thing_on_every_page() -> None:
    real = demo.batch_certificate(demo=False)
    for marked in (replace(real, demo=True), replace(real, draft=True)):
        pages = pypdf.PdfReader(BytesIO(drawn(marked))).pages
        assert all("/XObject" in page["/Resources"] for page in pages)
    pages = pypdf.PdfReader(BytesIO(drawn(real))).pages
    assert not any("/XObject" in page["/Resources"] for page in pages)


@pytest.mark.parametrize(
    ("character", "code_point"), [("☑", "U+2611"), ("\u200b", "U+200B"), ("\u202e", "U+202E"), ("א", "U+05D0")]
)
def test_a_character_without_a_glyph_is_refused_before_drawing_and_named(character: str, code_point: str) -> None:
    row = ("Appearance", Cell(f"complies {character}"))
    table = Table(Bilingual("Results"), (Column(Bilingual("Test")), Column(Bilingual("Result"))), (("a", "b"), row))

    with pytest.raises(RuleBroken) as refused:
        draw(demo.batch_certificate(blocks=(table,)))

    (objection,) = refused.value.objections
    assert (objection.code, objection.facts["code_point"]) == ("glyph_missing", code_point)
    assert objection.text.startswith("Results, row 2, Result: ")


def test_every_missing_character_is_named_at_once() -> None:
    table = Table(Bilingual("T"), (Column(Bilingual("C")),), (("☑ and ☐",),), (Footnote("a", "\u200b"),))

    with pytest.raises(RuleBroken) as refused:
        draw(demo.batch_certificate(caption="\x00", blocks=(table,)))

    assert [objection.facts["code_point"] for objection in refused.value.objections] == [
        "U+0000",
        "U+200B",
        "U+2611",
        "U+2610",
    ]


def test_every_status_has_its_icon_and_its_word_in_both_languages() -> None:
    rows = tuple((Cell(sign=sign),) for sign in Sign)
    text = flowing(drawn(demo.batch_certificate(blocks=(Table(Bilingual("Signs"), (Column(Bilingual("S")),), rows),))))

    assert set(ICONS) == set(WORDS) == set(Sign)
    assert all(f"{word.en} {word.zh}" in text for word in WORDS.values())


def test_an_empty_table_says_none() -> None:
    assert "none 无" in flowing(
        drawn(demo.batch_certificate(blocks=(Table(Bilingual("T"), (Column(Bilingual("C")),)),)))
    )


@effort(max_examples=200)
@given(
    st.text(alphabet="ab 1.%℃，。（）“”中文字≥×⁷\n(-", max_size=80),
    st.floats(min_value=12, max_value=300),
)
def test_breaking_into_lines_loses_no_character_and_stays_inside(text: str, width: float) -> None:
    lines = list(lines_of(segments_of([Run(text, BODY)]), width, BODY))

    said = "".join(run.text for line in lines for run in line.runs)
    assert said.replace(" ", "") == "".join(PART.findall(text)).replace(" ", "").replace("\n", "")
    assert all(line.width <= width + 0.02 or len(said) == 1 for line in lines)


def test_no_line_begins_with_closing_punctuation_and_no_english_word_is_torn() -> None:
    text = "批记录与审计追踪已审核，符合质量标准。The certificate （证书）was issued, 已签发。" * 3
    for width in range(60, 240, 7):
        lines = [
            "".join(run.text for run in line.runs) for line in lines_of(segments_of([Run(text, BODY)]), width, BODY)
        ]
        assert not [line for line in lines if line[0] in "，。）,."]
        assert all(set(re.findall("[A-Za-z]+", line)) <= {"The", "certificate", "was", "issued"} for line in lines)
