"""Each block of a content as flowables, in the order of the page."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
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
KEPT_WHOLE = 0.3  # of a page: what is shorter is not torn


@dataclass
class Part:
    """The flowables of a block, and the height without which it is better begun on the next page."""

    flowables: list[Flowable]
    least: float


class Story:
    """Turns a content into flowables. `tallest` is the height of a page without its head and foot."""

    def __init__(self, content: DocumentContent, imprint: Imprint | None, tallest: float) -> None:
        self.content, self.imprint, self.tallest = content, imprint, tallest
        self.zone = ZoneInfo(content.timezone)
        self.level = 1 if any(isinstance(block, Heading) for block in content.blocks) else 0

    def flowables(self) -> Iterator[Flowable]:
        """Masthead, blocks, and the verification block when the document is issued."""
        yield Masthead(self.content, self.imprint, self.zone)
        for part in self._parts():
            yield CondPageBreak(part.least)
            yield from part.flowables

    def _parts(self) -> list[Part]:
        """The blocks in order; words that introduce what follows stay with its beginning, and what proves the document
        never stands alone on a page where the last block can come along."""
        parts = [self._part(block) for block in self.content.blocks]
        proof = self._proof()
        if parts and proof and parts[-1].least + proof[0].least <= self.tallest / 2:
            parts[-1].least += proof[0].least
        for place in range(len(parts) - 2, -1, -1):
            joined = parts[place].least + parts[place + 1].least
            if isinstance(self.content.blocks[place], Heading | Statement) and joined <= self.tallest / 2:
                parts[place].least = joined
        return [*parts, *proof]

    def _proof(self) -> list[Part]:
        if self.imprint is None:
            return []
        proof = VerifyBlock(self.imprint, self.zone)
        return [Part([proof], proof.wrap(style.LINE_WIDTH, 0)[1])]

    def _part(self, block: Block) -> Part:
        match block:
            case Section():
                return self._section(block)
            case Table():
                return self._table(block)
            case Heading():
                title = Title(block.title, 0, style.CHAPTER)
                return Part([title, Spacer(0, 5)], _height([title]) + 5)
            case Statement():
                return self._statement(block)
            case Signatures():
                return self._signatures(block)
            case _:
                raise TypeError(f"{block.block} is drawn on sheets of its own")

    def _kept(self, flowables: list[Flowable], start: float) -> Part:
        """Whole where it is short, otherwise with a beginning that is worth its place."""
        whole = _height(flowables)
        return Part(flowables, whole if whole <= self.tallest * KEPT_WHOLE else min(start, self.tallest))

    def _section(self, block: Section) -> Part:
        pairs = list(_paired(block.fields))
        rows = [Row((), 0), *(self._field_row(fields) for fields in pairs)]
        grid = Grid(_field_widths(rows), rows, tallest=self.tallest, gap_after=BETWEEN)
        return self._kept([Title(block.title, self.level, style.HEADING), grid], ROOM_FOR_START)

    def _field_row(self, fields: list[Field]) -> Row:
        cells = []
        for place, item in enumerate(fields):
            column = place * 2
            cells.append(Placed(Text(phrase_runs(item.label, style.LABEL)), column))
            cells.append(Placed(entry_text(item.value, style.VALUE, self.zone), column + 1, 3 if item.wide else 1))
        return Row(cells)

    def _table(self, block: Table) -> Part:
        rights = [column.align is Align.RIGHT for column in block.columns]
        head = [
            Text(_head_runs(column.title), right=right) for column, right in zip(block.columns, rights, strict=True)
        ]
        body = [
            [entry_text(entry, style.VALUE, self.zone, right=right) for entry, right in zip(row, rights, strict=True)]
            for row in block.rows
        ]
        rows = [Row([Placed(text, place) for place, text in enumerate(texts)]) for texts in body]
        grid = Grid(
            self._widths(block, head, body),
            rows or [self._none()],
            Row([Placed(t, n) for n, t in enumerate(head)], rule=style.INK, rule_width=0.6),
            tallest=self.tallest,
            gap_after=4,
        )
        notes = [
            Text([Run(f"{note.mark}: ", style.SMALL), *phrase_runs(note.text, style.SMALL)], gap_after=1)
            for note in block.footnotes
        ]
        title = Title(block.title, self.level, style.HEADING)
        return self._kept(
            [title, grid, *notes, Spacer(0, BETWEEN - 4)], _height([title]) + grid.head_height + ROOM_FOR_START
        )

    def _none(self) -> Row:
        return Row([Placed(Text(phrase_runs(style.NONE, style.BODY_ZH)), 0)])

    def _widths(self, block: Table, head: list[Text], body: list[list[Text]]) -> list[float]:
        if all(column.width for column in block.columns):
            total = sum(column.width for column in block.columns)
            return [column.width * style.LINE_WIDTH / total for column in block.columns]
        columns = [[text, *(row[place] for row in body)] for place, text in enumerate(head)]
        return shared_widths(columns, style.LINE_WIDTH)

    def _statement(self, block: Statement) -> Part:
        flowables: list[Flowable] = [Title(block.title, self.level, style.HEADING)] if block.title else []
        for paragraph in block.paragraphs:
            said = Text(phrase_runs(paragraph, style.BODY), gap_after=3)
            flowables += [CondPageBreak(min(_height([said]), ROOM_FOR_START)), said]
        return self._kept([*flowables, Spacer(0, BETWEEN - 3)], ROOM_FOR_START)

    def _signatures(self, block: Signatures) -> Part:
        boxes = [(signature_texts(signed, self.zone), signed.principal) for signed in block.blocks]
        boxes += [(awaited_texts(meaning), False) for meaning in block.awaited]
        rows: list[Flowable] = [*signature_rows(boxes)] or [Text(phrase_runs(style.NONE, style.BODY_ZH))]
        said = [Text(phrase_runs(block.statement, style.BODY), gap_after=6)] if block.statement else []
        before: list[Flowable] = [Title(block.title, self.level, style.HEADING), *said]
        return self._kept([*before, *rows, Spacer(0, 6)], _height([*before, rows[0]]))


def _height(flowables: Iterable[Flowable]) -> float:
    return sum(part.wrap(style.LINE_WIDTH, 0)[1] for part in flowables if not isinstance(part, CondPageBreak))


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
