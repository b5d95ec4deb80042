"""The sheet: running head and foot, page x of y, watermark, and the way from content to bytes."""

from io import BytesIO
from typing import Any
from zoneinfo import ZoneInfo

import reportlab.rl_config
from reportlab.lib.colors import Color
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import BaseDocTemplate, Frame, NextPageTemplate, PageTemplate

from apps.documents.facts import DocumentContent, Imprint
from apps.documents.layout import style
from apps.documents.layout.blocks import Story
from apps.documents.layout.breaking import Run, in_fonts
from apps.documents.layout.fonts import FONT, fonts
from apps.documents.layout.parts import Masthead
from apps.documents.layout.phrases import both, shortened
from apps.documents.layout.text import draw_runs
from apps.documents.layout.watermark import draw_watermark

reportlab.rl_config.useA85 = 0  # binary streams: ten times faster, a fifth smaller

HEAD_ROOM = 26.0
FOOT_ROOM = 24.0
TALLEST = style.PAGE_HEIGHT - 2 * style.MARGIN - HEAD_ROOM - FOOT_ROOM


class Sheets(Canvas):
    """Holds the pages back until their number is known, then prints "page x of y" on each."""

    def __init__(self, *args: Any, page_top: float, **kwargs: Any) -> None:
        super().__init__(*args, **{**kwargs, "initialFontName": FONT})
        self.page_top = page_top
        self.held: list[dict] = []

    def showPage(self) -> None:
        self.held.append(dict(self.__dict__))
        self._startPage()

    def save(self) -> None:
        held, total = self.held, len(self.held)
        for number, page in enumerate(held, start=1):
            self.__dict__.update(page)
            self._print_number(number, total)
            super().showPage()
        super().save()

    def _print_number(self, number: int, total: int) -> None:
        right = style.PAGE_WIDTH - style.MARGIN
        top = self.page_top if number == 1 else style.PAGE_HEIGHT - style.MARGIN - 9
        _say_right(self, style.page_words(number, total), style.LABEL, right, top)
        _say_right(self, f"{number} / {total}", style.FOOT, right, style.MARGIN)


def draw_sheets(content: DocumentContent, imprint: Imprint | None) -> bytes:
    """The pages of a content as PDF bytes; the same content and imprint give the same bytes."""
    fonts()
    target = BytesIO()
    template = BaseDocTemplate(target, pagesize=(style.PAGE_WIDTH, style.PAGE_HEIGHT), invariant=1, **_about(content))
    furniture = Furniture(content, imprint)
    template.addPageTemplates(
        [
            PageTemplate("first", _frame(0), onPage=furniture.first_page),
            PageTemplate("later", _frame(HEAD_ROOM), onPage=furniture.later_page),
        ]
    )
    story = list(Story(content, imprint, TALLEST).flowables())
    masthead = next(part for part in story if isinstance(part, Masthead))
    page_top = style.PAGE_HEIGHT - style.MARGIN - masthead.page_place - 9

    def sheets(*args: Any, **kwargs: Any) -> Sheets:
        return Sheets(*args, page_top=page_top, **kwargs)

    template.build([NextPageTemplate("later"), *story], canvasmaker=sheets)
    return target.getvalue()


def _frame(head: float) -> Frame:
    height = style.PAGE_HEIGHT - 2 * style.MARGIN - head - FOOT_ROOM
    return Frame(style.MARGIN, style.MARGIN + FOOT_ROOM, style.LINE_WIDTH, height, 0, 0, 0, 0)


def _about(content: DocumentContent) -> dict[str, str]:
    return {
        "title": f"{content.title.en} {content.number} v{content.version}",
        "author": content.issuer.en,
        "subject": content.subject,
        "creator": "qcsystem",
    }


class Furniture:
    """What stands on every page around the text."""

    def __init__(self, content: DocumentContent, imprint: Imprint | None) -> None:
        self.content, self.imprint = content, imprint
        self.zone = ZoneInfo(content.timezone)
        self.number = f"{content.number} v{content.version}"
        self.hash = imprint.content_hash if imprint else content.hash

    def first_page(self, canvas: Canvas, _template: BaseDocTemplate) -> None:
        self._watermark(canvas)
        self._foot(canvas)

    def later_page(self, canvas: Canvas, _template: BaseDocTemplate) -> None:
        self._watermark(canvas)
        self._foot(canvas)
        top = style.PAGE_HEIGHT - style.MARGIN - 9
        end = draw_runs(canvas, in_fonts(Run(both(self.content.title), style.HEADING)), style.MARGIN, top)
        draw_runs(canvas, in_fonts(Run(self.number, style.BODY)), end + 8, top)
        _rule(canvas, top - 6, style.ACCENT, 1)

    def _foot(self, canvas: Canvas) -> None:
        y = style.MARGIN
        _rule(canvas, y + 11, style.RULE, 0.6)
        left = " · ".join(part for part in (self.number, self.content.caption) if part)
        draw_runs(canvas, in_fonts(Run(left, style.FOOT)), style.MARGIN, y)
        trail = f" · trail {self.imprint.trail}" if self.imprint and self.imprint.trail else ""
        _say_right(
            canvas, f"content {shortened(self.hash)}{trail}", style.FOOT, style.PAGE_WIDTH - style.MARGIN - 40, y
        )

    def _watermark(self, canvas: Canvas) -> None:
        key = "draft" if self.content.draft else "demo" if self.content.demo else ""
        if key:
            draw_watermark(canvas, key, style.PAGE_WIDTH, style.PAGE_HEIGHT)


def _rule(canvas: Canvas, y: float, colour: Color, width: float) -> None:
    canvas.setStrokeColor(colour)
    canvas.setLineWidth(width)
    canvas.line(style.MARGIN, y, style.PAGE_WIDTH - style.MARGIN, y)


def _say_right(canvas: Canvas, words: str, look: style.Style, right: float, baseline: float) -> None:
    runs = list(in_fonts(Run(words, look)))
    draw_runs(canvas, runs, right - sum(run.width for run in runs), baseline)
