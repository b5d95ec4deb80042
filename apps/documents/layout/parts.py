"""The larger pieces of a page: masthead, headings, signature boxes, the block that tells how to verify."""

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from reportlab.lib.colors import white
from reportlab.platypus.flowables import Flowable

from apps.documents.facts import Barcode, Bilingual, DocumentContent, Imprint, Sign, SignatureBlock, Symbology
from apps.documents.layout import style
from apps.documents.layout.barcodes import draw_barcode
from apps.documents.layout.breaking import Run
from apps.documents.layout.phrases import both, grouped, phrase_runs
from apps.documents.layout.text import Text
from apps.documents.rules import instant

ABREAST = 3  # signature boxes side by side
BOX_GAP = 9.0
BOX_PADDING = 8.0
QR_SIDE = 76.0
QUIET = 7.0


class Masthead(Flowable):
    """The head of the first page: title and issuer at the left, number and time of issue at the right."""

    def __init__(self, content: DocumentContent, imprint: Imprint | None, zone: ZoneInfo) -> None:
        super().__init__()
        self.left = [
            Text(phrase_runs(content.title, style.TITLE, style.TITLE_ZH)),
            Text([Run(line, style.LABEL) for line in [_issuer_line(content)]]),
        ]
        if content.supersedes:
            said = f"{both(style.SUPERSEDES)} {content.supersedes}"
            said += f" · {both(style.REASON)}: {content.reason}" if content.reason else ""
            self.left.append(Text([Run(said, style.LABEL)]))
        said = f"{both(style.ISSUED)} {instant(imprint.issued_at, zone)}" if imprint else both(style.NOT_ISSUED)
        self.right = [
            Text([Run(f"{content.number} v{content.version}", style.NUMBER)], right=True),
            Text([Run(said, style.LABEL)], right=True),
        ]
        self.right_width = max(text.natural_width for text in self.right) + 2
        self.page_place = sum(text.height_in(self.right_width) for text in self.right)

    def wrap(self, width: float, _height: float) -> tuple[float, float]:
        self.width = width
        self.left_width = width - self.right_width - 12
        left = sum(text.height_in(self.left_width) for text in self.left)
        right = self.page_place + style.LABEL.leading
        self.height = max(left, right) + 16
        return width, self.height

    def draw(self) -> None:
        columns = ((self.left, 0.0, self.left_width), (self.right, self.width - self.right_width, self.right_width))
        for texts, x, width in columns:
            top = self.height
            for text in texts:
                text.draw_on(self.canv, x, top, width)
                top -= text.height_in(width)
        self.canv.setStrokeColor(style.ACCENT)
        self.canv.setLineWidth(1.6)
        self.canv.line(0, 8, self.width, 8)


def _issuer_line(content: DocumentContent) -> str:
    parts = [both(content.issuer)]
    if content.issuer_address:
        parts.append(both(content.issuer_address))
    if content.demo:
        parts.append(both(style.DEMO))
    return " · ".join(parts)


class Title(Text):
    """A heading that appears in the reader's outline."""

    def __init__(self, title: Bilingual, level: int, look: style.Style) -> None:
        super().__init__(phrase_runs(title, look), gap_after=3)
        self.title, self.level = title, level

    def draw(self) -> None:
        key = f"part-{self.canv.getPageNumber()}-{id(self)}"
        self.canv.bookmarkHorizontal(key, 0, self.height_in(self.width))
        self.canv.addOutlineEntry(both(self.title), key, self.level)
        super().draw()


class SignatureRow(Flowable):
    """Up to three signatures abreast in boxes of one height; never torn."""

    def __init__(self, boxes: Sequence[list[Text]], principal: Sequence[bool], gap_after: float = 8) -> None:
        super().__init__()
        self.boxes, self.principal, self.gap_after = boxes, principal, gap_after
        self.box_width = (style.LINE_WIDTH - BOX_GAP * (ABREAST - 1)) / ABREAST
        self.inner = self.box_width - 2 * BOX_PADDING
        self.box_height = max(sum(text.height_in(self.inner) for text in box) for box in boxes) + 2 * BOX_PADDING - 2

    def wrap(self, width: float, _height: float) -> tuple[float, float]:
        return width, self.box_height + self.gap_after

    def draw(self) -> None:
        for place, box in enumerate(self.boxes):
            x = place * (self.box_width + BOX_GAP)
            self.canv.setStrokeColor(style.ACCENT if self.principal[place] else style.INK_3)
            self.canv.setLineWidth(1.2 if self.principal[place] else 0.5)
            self.canv.roundRect(x, self.gap_after, self.box_width, self.box_height, 4)
            top = self.gap_after + self.box_height - BOX_PADDING + 1
            for text in box:
                text.draw_on(self.canv, x + BOX_PADDING, top, self.inner)
                top -= text.height_in(self.inner)


def signature_texts(block: SignatureBlock, zone: ZoneInfo) -> list[Text]:
    """Meaning, printed name, title, time with zone, what it covers (21 CFR 11.50)."""
    texts = [
        Text(phrase_runs(block.meaning, style.LABEL)),
        Text([Run(f"{block.printed_name} {block.printed_name_zh}".strip(), style.NAME)]),
        Text(phrase_runs(block.title, style.BODY)),
        Text([Run(instant(block.signed_at, zone, seconds=True), style.BODY)]),
    ]
    covers = " · ".join(part for part in (block.covers, grouped(block.content_hash[:16])) if part)
    if covers:
        texts.append(Text([Run(covers, style.SMALL)]))
    if block.outdated:
        look = style.Style(style.SMALL.size, style.SUPERSEDED)
        texts.append(Text([Run("", look, icon=Sign.SUPERSEDED), *phrase_runs(style.OUTDATED, look)]))
    return texts


def awaited_texts(meaning: Bilingual) -> list[Text]:
    """The box of a signature that is still missing."""
    look = style.BODY_ZH
    return [
        Text(phrase_runs(meaning, style.LABEL)),
        Text([Run("", look, icon=Sign.PENDING), *phrase_runs(style.AWAITED, look)]),
    ]


def signature_rows(boxes: list[tuple[list[Text], bool]]) -> list[SignatureRow]:
    """All boxes, three abreast."""
    rows = [boxes[place : place + ABREAST] for place in range(0, len(boxes), ABREAST)]
    return [SignatureRow([texts for texts, _ in row], [principal for _, principal in row]) for row in rows]


class VerifyBlock(Flowable):
    """QR, typed code, full content hash and the checkpoint: what a stranger needs to judge the file."""

    def __init__(self, imprint: Imprint, zone: ZoneInfo) -> None:
        super().__init__()
        self.url = imprint.verify_url
        how = style.VERIFY_HOW
        self.texts = [
            Text(phrase_runs(style.VERIFY, style.HEADING)),
            Text([Run(imprint.code, style.CODE)]),
            Text([Run(how.en.format(code=imprint.code), style.SMALL)]),
            Text([Run(how.zh, style.SMALL)], gap_after=3),
            Text([Run(f"{both(style.CONTENT)} {grouped(imprint.content_hash, 8)}", style.SMALL)]),
            *_proof_texts(imprint, zone),
        ]
        self.inner = style.LINE_WIDTH - QR_SIDE - 14

    def wrap(self, width: float, _height: float) -> tuple[float, float]:
        used = sum(text.height_in(self.inner) + text.gap_after for text in self.texts)
        self.height = max(used, QR_SIDE) + 4
        return width, self.height

    def draw(self) -> None:
        symbol = Barcode(self.url, Symbology.QR)
        self.canv.setFillColor(white)  # no watermark under a symbol
        self.canv.rect(-QUIET, self.height - QR_SIDE - 2 - QUIET, QR_SIDE + 2 * QUIET, QR_SIDE + 2 * QUIET, 0, 1)
        draw_barcode(self.canv, symbol, 0, self.height - QR_SIDE - 2, QR_SIDE, QR_SIDE)
        top = self.height
        for text in self.texts:
            text.draw_on(self.canv, QR_SIDE + 14, top, self.inner)
            top -= text.height_in(self.inner) + text.gap_after


def _proof_texts(imprint: Imprint, zone: ZoneInfo) -> list[Text]:
    lines = []
    if imprint.trail:
        lines.append(f"{both(style.TRAIL)} {imprint.trail}")
    if imprint.checkpoint:
        lines.append(f"{both(style.CHECKPOINT)} #{imprint.checkpoint.number} · {_moment(imprint.checkpoint.at, zone)}")
        lines.append(f"root {grouped(imprint.checkpoint.root, 8)}")
    return [Text([Run(line, style.SMALL)]) for line in lines]


def _moment(at: datetime, zone: ZoneInfo) -> str:
    return instant(at, zone, seconds=True)
