"""Each block of a content as flowables, in the order of the page."""

from collections.abc import Iterator
from zoneinfo import ZoneInfo

from reportlab.platypus.flowables import CondPageBreak, Flowable, Spacer

from apps.documents.facts import (
    Align,
    Bilingual,
    Block,
    DocumentContent,
    Field,
    Heading,
    Imprint,
    Section,
    Signatures,
    Statement,
    Table,
)
from apps.documents.layout import style
from apps.documents.layout.breaking import Run
from apps.documents.layout.grid import GAP, Grid, Placed, Row, shared_widths
from apps.documents.layout.parts import Masthead, Title, VerifyBlock, awaited_texts, signature_rows, signature_texts
from apps.documents.layout.phrases import entry_text, phrase_runs
from apps.documents.layout.text import Text

WIDEST_LABEL = 0.21  # of the line
BETWEEN = 11.0
ROOM_FOR_START = 70.0  # a heading needs at least this below it


class Story:
    """Turns a content into flowables. `tallest` is the height of a page without its head and foot."""

    def __init__(self, content: DocumentContent, imprint: Imprint | None, tallest: float) -> None:
        self.content, self.imprint, self.tallest = content, imprint, tallest
        self.zone = ZoneInfo(content.timezone)
        self.level = 1 if any(isinstance(block, Heading) for block in content.blocks) else 0

    def flowables(self) -> Iterator[Flowable]:
        """Masthead, blocks, and the verification block when the document is issued."""
        yield Masthead(self.content, self.imprint, self.zone)
        for block in self.content.blocks:
            yield from self._block(block)
        if self.imprint:
            proof = VerifyBlock(self.imprint, self.zone)
            yield CondPageBreak(proof.wrap(style.LINE_WIDTH, 0)[1])
            yield proof

    def _block(self, block: Block) -> Iterator[Flowable]:
        match block:
            case Section():
                yield from self._section(block)
            case Table():
                yield from self._table(block)
            case Heading():
                yield from self._heading(block)
            case Statement():
                yield from self._statement(block)
            case Signatures():
                yield from self._signatures(block)

    def _heading(self, block: Heading) -> Iterator[Flowable]:
        yield CondPageBreak(ROOM_FOR_START * 1.5)
        yield Title(block.title, 0, style.CHAPTER)
        yield Spacer(0, 5)

    def _title(self, title: Bilingual, room: float) -> Iterator[Flowable]:
        yield CondPageBreak(room)
        yield Title(title, self.level, style.HEADING)

    def _section(self, block: Section) -> Iterator[Flowable]:
        yield from self._title(block.title, ROOM_FOR_START)
        pairs = list(_paired(block.fields))
        rows = [Row((), 0), *(self._field_row(fields) for fields in pairs)]
        yield Grid(_field_widths(rows), rows, tallest=self.tallest, gap_after=BETWEEN)

    def _field_row(self, fields: list[Field]) -> Row:
        cells = []
        for place, item in enumerate(fields):
            column = place * 2
            cells.append(Placed(Text(phrase_runs(item.label, style.LABEL)), column))
            cells.append(Placed(entry_text(item.value, style.VALUE, self.zone), column + 1, 3 if item.wide else 1))
        return Row(cells)

    def _table(self, block: Table) -> Iterator[Flowable]:
        rights = [column.align is Align.RIGHT for column in block.columns]
        head = [
            Text(_head_runs(column.title), right=right) for column, right in zip(block.columns, rights, strict=True)
        ]
        body = [
            [entry_text(entry, style.VALUE, self.zone, right=right) for entry, right in zip(row, rights, strict=True)]
            for row in block.rows
        ]
        widths = self._widths(block, head, body)
        rows = [Row([Placed(text, place) for place, text in enumerate(texts)]) for texts in body]
        grid = Grid(
            widths,
            rows or [self._none()],
            Row([Placed(t, n) for n, t in enumerate(head)], rule=style.INK, rule_width=0.6),
            tallest=self.tallest,
            gap_after=4,
        )
        first = grid.head_height + rows[0].padding * 2 + 14 if rows else ROOM_FOR_START
        yield from self._title(block.title, min(first + ROOM_FOR_START, self.tallest))
        yield grid
        for note in block.footnotes:
            yield Text([Run(f"{note.mark}: ", style.SMALL), *phrase_runs(note.text, style.SMALL)], gap_after=1)
        yield Spacer(0, BETWEEN - 4)

    def _none(self) -> Row:
        return Row([Placed(Text(phrase_runs(style.NONE, style.BODY_ZH)), 0)])

    def _widths(self, block: Table, head: list[Text], body: list[list[Text]]) -> list[float]:
        if all(column.width for column in block.columns):
            total = sum(column.width for column in block.columns)
            return [column.width * style.LINE_WIDTH / total for column in block.columns]
        columns = [[text, *(row[place] for row in body)] for place, text in enumerate(head)]
        return shared_widths(columns, style.LINE_WIDTH)

    def _statement(self, block: Statement) -> Iterator[Flowable]:
        if block.title:
            yield from self._title(block.title, ROOM_FOR_START)
        for paragraph in block.paragraphs:
            yield Text(phrase_runs(paragraph, style.BODY), gap_after=3)
        yield Spacer(0, BETWEEN - 3)

    def _signatures(self, block: Signatures) -> Iterator[Flowable]:
        boxes = [(signature_texts(signed, self.zone), signed.principal) for signed in block.blocks]
        boxes += [(awaited_texts(meaning), False) for meaning in block.awaited]
        rows = signature_rows(boxes)
        said = Text(phrase_runs(block.statement, style.BODY), gap_after=6) if block.statement else None
        spoken = said.wrap(style.LINE_WIDTH, 0)[1] if said else 0
        yield from self._title(block.title, 24 + spoken + (rows[0].box_height if rows else 0))
        if said:
            yield said
        yield from rows
        if not rows:
            yield Text(phrase_runs(style.NONE, style.BODY_ZH))
        yield Spacer(0, 6)


def _head_runs(title: Bilingual) -> Iterator[Run]:
    yield Run(title.en, style.COLUMN)
    if title.zh:
        yield Run("\n" + title.zh, style.COLUMN_ZH)


def _field_widths(rows: list[Row]) -> list[float]:
    """Labels as wide as the longest of their column, values share the rest."""
    widest = [0.0, 0.0]
    for row in rows:
        for cell in row.cells:
            if cell.column % 2 == 0:
                widest[cell.column // 2] = max(widest[cell.column // 2], cell.text.natural_width + GAP + 1)
    labels = [min(width, style.LINE_WIDTH * WIDEST_LABEL) for width in widest]
    value = (style.LINE_WIDTH - sum(labels)) / 2
    return [labels[0], value, labels[1], value]


def _paired(fields: tuple[Field, ...]) -> Iterator[list[Field]]:
    held: list[Field] = []
    for item in fields:
        if item.wide:
            if held:
                yield held
            yield [item]
            held = []
        else:
            held.append(item)
            if len(held) == 2:
                yield held
                held = []
    if held:
        yield held
