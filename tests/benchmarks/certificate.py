"""A certificate of three pages: ours against bare ReportLab and WeasyPrint drawing the same content, in the same run.

    python -m tests.benchmarks.certificate

Ours counts everything up to the file that is sealed: content hash, glyph check, layout, QR, embedded data. The seal is
shown apart. Bare ReportLab is what its manual shows: paragraphs in tables, the same font, running head and foot.
"""

import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from html import escape
from io import BytesIO
from pathlib import Path

import reportlab.rl_config
import weasyprint
from pypdf import PdfReader
from reportlab.graphics.barcode.qr import QrCodeWidget
from reportlab.graphics.shapes import Drawing
from reportlab.lib.colors import HexColor
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Flowable, Paragraph, SimpleDocTemplate, Spacer, TableStyle
from reportlab.platypus import Table as BareTable

from apps.documents.attach import attach_content
from apps.documents.facts import Bilingual, Cell, DocumentContent, Section, Signatures, Statement, Table
from apps.documents.layout.drawing import draw
from apps.documents.layout.fonts import FILES, FONT, fonts
from apps.documents.layout.icons import WORDS
from apps.documents.seal import SealFiles, seal, signer_from
from apps.documents.verify import judge, trusted_from
from qcsystem.keys import make_keys_once
from tests.benchmarks.table import Line, medians, ms, printed
from tests.documents import demo

ROUNDS = 15
TARGET = 1.5
BODY = ParagraphStyle("body", fontName=FONT, fontSize=8.6, leading=12.2, wordWrap="CJK")
HEAD = ParagraphStyle("head", parent=BODY, fontSize=10.4, leading=15, textColor=HexColor(0x0A5C6B))
TITLE = ParagraphStyle("title", parent=BODY, fontSize=19, leading=27)
RULES = TableStyle([("LINEBELOW", (0, 0), (-1, -1), 0.5, HexColor(0xC3CCD2)), ("VALIGN", (0, 0), (-1, -1), "TOP")])


def three_pages() -> DocumentContent:
    """A certificate of analysis with a batch's in-process results behind it."""
    results = demo.RESULTS
    rows = tuple(replace_first(row, f"{stage}: ") for stage in ("P1", "P2", "P3") for row in results.rows)
    in_process = replace(results, title=Bilingual("In-process results", "中间控制结果"), rows=rows, footnotes=())
    content = demo.certificate_of_analysis(demo=False)
    return replace(content, blocks=(*content.blocks[:3], in_process, *content.blocks[3:]))


def replace_first(row: tuple, prefix: str) -> tuple:
    return (Bilingual(prefix + row[0].en, row[0].zh), *row[1:])


def ours(content: DocumentContent) -> bytes:
    imprint = demo.imprint_of(content)
    return attach_content(draw(content, imprint), content, imprint)


# --- bare ReportLab -------------------------------------------------------------------------------------------------


def words_of(entry: object) -> str:
    """An entry as ReportLab's markup."""
    if isinstance(entry, Cell):
        text = entry.text or (WORDS[entry.sign] if entry.sign else "")
        changes = [f"<br/>was 原值 <strike>{change.old}</strike> · {change.reason}" for change in entry.changes]
        return words_of(text) + (f"<super>{entry.mark}</super>" if entry.mark else "") + "".join(changes)
    if isinstance(entry, Bilingual):
        return escape(f"{entry.en} {entry.zh}".strip())
    return escape(str(entry))


def bare(content: DocumentContent) -> bytes:
    fonts()
    reportlab.rl_config.useA85 = 0
    target = BytesIO()

    def furniture(canvas: Canvas, _document: object) -> None:
        canvas.setFont(FONT, 7)
        canvas.drawString(38, 38, f"{content.number} v{content.version} · {content.caption}")
        canvas.drawRightString(A4[0] - 38, 38, f"{canvas.getPageNumber()} / 3")

    document = SimpleDocTemplate(target, pagesize=A4, leftMargin=38, rightMargin=38, invariant=1)
    document.build(list(bare_story(content)), onFirstPage=furniture, onLaterPages=furniture)
    return target.getvalue()


def bare_story(content: DocumentContent) -> Iterator[Flowable]:
    yield Paragraph(words_of(content.title), TITLE)
    for block in content.blocks:
        yield Paragraph(words_of(block.title), HEAD)
        yield from bare_block(block)
        yield Spacer(0, 8)
    symbol = QrCodeWidget(demo.imprint_of(content).verify_url)
    drawing = Drawing(76, 76)
    drawing.add(symbol)
    yield drawing
    yield Paragraph(content.hash, BODY)


def bare_block(block: object) -> Iterator[Flowable]:
    if isinstance(block, Table):
        rows = [[column.title for column in block.columns], *block.rows]
        cells = [[Paragraph(words_of(entry), BODY) for entry in row] for row in rows]
        yield BareTable(cells, repeatRows=1, style=RULES)
        for note in block.footnotes:
            yield Paragraph(f"{note.mark}: {words_of(note.text)}", BODY)
    elif isinstance(block, Section):
        yield BareTable(
            [[Paragraph(words_of(f.label), BODY), Paragraph(words_of(f.value), BODY)] for f in block.fields]
        )
    elif isinstance(block, Statement):
        yield from (Paragraph(words_of(paragraph), BODY) for paragraph in block.paragraphs)
    elif isinstance(block, Signatures):
        boxes = [
            f"{words_of(s.meaning)}<br/>{s.printed_name}<br/>{s.signed_at}<br/>{s.content_hash}" for s in block.blocks
        ]
        yield BareTable([[Paragraph(box, BODY) for box in boxes]])


# --- WeasyPrint -----------------------------------------------------------------------------------------------------


def as_html(content: DocumentContent) -> str:
    """The same words as a page."""
    face = f"@font-face{{font-family:F;src:url({FILES[FONT].as_uri()})}}"
    style = f"{face} body{{font:8.6pt F}} table{{width:100%}} td{{border-bottom:.5pt solid #ccc;vertical-align:top}}"
    parts = [f"<h1>{words_of(content.title)}</h1>", *(html_of(block) for block in content.blocks), content.hash]
    return f"<html><style>{style}</style><body>{''.join(parts)}</body></html>"


def html_of(block: object) -> str:
    head = f"<h2>{words_of(block.title)}</h2>"  # type: ignore[attr-defined]
    if isinstance(block, Table):
        rows = [tuple(column.title for column in block.columns), *block.rows]
        return head + html_table(rows)
    if isinstance(block, Section):
        return head + html_table([(item.label, item.value) for item in block.fields])
    if isinstance(block, Statement):
        return head + "".join(f"<p>{words_of(paragraph)}</p>" for paragraph in block.paragraphs)
    return head + html_table([tuple(signed.printed_name for signed in block.blocks)])  # type: ignore[attr-defined]


def html_table(rows: list[tuple]) -> str:
    lines = ("".join(f"<td>{words_of(entry)}</td>" for entry in row) for row in rows)
    return f"<table>{''.join(f'<tr>{line}</tr>' for line in lines)}</table>"


# --- the lines ------------------------------------------------------------------------------------------------------


def measure() -> list[Line]:
    """The lines about a certificate; bare ReportLab and ours take turns."""
    content = three_pages()
    plain = ours(content)
    pages = len(PdfReader(BytesIO(plain)).pages)
    html = as_html(content)
    drawn = warm_medians({"bare": lambda: bare(content), "ours": lambda: ours(content)}, ROUNDS)
    woven = warm_medians({"weasy": lambda: weasyprint.HTML(string=html).write_pdf()}, 3)["weasy"]
    with tempfile.TemporaryDirectory() as folder:
        keys = Path(folder) / "keys"
        make_keys_once(keys)
        files = SealFiles(keys / "seal_key.pem", keys / "seal_cert.pem", keys / "seal_chain.pem")
        signer = signer_from(files)
        sealed = seal(plain, signer, reason="measured", location="here")
        trusted = trusted_from([files.certificate], files.chain)
        apart = warm_medians(
            {
                "seal": lambda: seal(plain, signer, reason="measured", location="here"),
                "judge": lambda: judge(sealed, trusted, at=demo.at("2026-11-23 07:00:00")),
            },
            ROUNDS,
        )
    limit, ratio = ms(drawn["bare"]), drawn["ours"] / drawn["bare"]
    return [
        Line(f"certificate of {pages} pages", ms(drawn["ours"]), limit, ratio, f"≤ {TARGET}", ratio <= TARGET),
        Line("WeasyPrint, same content", ms(woven), limit, woven / drawn["bare"]),
        Line("its seal, PAdES B-B, EC P-256", ms(apart["seal"])),
        Line("its verdict by the strict rule", ms(apart["judge"])),
    ]


def warm_medians(acts: Mapping[str, Callable[[], object]], rounds: int) -> dict[str, float]:
    """Medians in seconds, after one round to warm up."""
    ready = {name: lambda _n, act=act: act() for name, act in acts.items()}
    medians(ready, 1)
    return medians(ready, rounds)


if __name__ == "__main__":
    sys.stdout.write(printed({"Certificate": measure()}) + "\n")
