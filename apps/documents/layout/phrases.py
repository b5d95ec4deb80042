"""Facts as runs of text: phrases in two languages, values with their status, footnote and history."""

from collections.abc import Iterator
from zoneinfo import ZoneInfo

from apps.documents.facts import Bilingual, Cell, Change, Entry, Phrase, Sign
from apps.documents.layout import style
from apps.documents.layout.breaking import NOTE_BREAK, SOFT_BREAK, Run
from apps.documents.layout.icons import WORDS
from apps.documents.layout.style import Style
from apps.documents.layout.text import Text
from apps.documents.rules import instant


def phrase_runs(phrase: Phrase, look: Style, look_zh: Style | None = None) -> Iterator[Run]:
    """English, then Chinese: on one line where both fit."""
    if isinstance(phrase, str):
        yield Run(phrase, look)
        return
    yield Run(phrase.en, look)
    if phrase.zh:
        yield Run(SOFT_BREAK + phrase.zh, look_zh or look)


def entry_text(entry: Entry, look: Style, zone: ZoneInfo, *, right: bool = False) -> Text:
    """A value with everything that belongs to it."""
    cell = entry if isinstance(entry, Cell) else Cell(entry)
    quiet = Style(look.size, style.INK_2)
    return Text([*_cell_runs(cell, look, quiet, zone)], right=right)


def _cell_runs(cell: Cell, look: Style, quiet: Style, zone: ZoneInfo) -> Iterator[Run]:
    phrase = cell.text or (WORDS[cell.sign] if cell.sign else "")
    if cell.sign:
        yield Run("", look, icon=cell.sign)
    yield from phrase_runs(phrase, look, quiet)
    if cell.mark:
        yield Run(cell.mark, Style(look.size * 0.72, look.colour), rise=look.size * 0.36, glued=True)
    for change in cell.changes:
        yield from _change_runs(change, zone)


def _change_runs(change: Change, zone: ZoneInfo) -> Iterator[Run]:
    yield Run(NOTE_BREAK, style.SMALL)
    yield Run("", style.SMALL, icon=Sign.CORRECTED)
    yield Run(f"{style.WAS} ", style.SMALL)
    yield Run(change.old or "—", style.SMALL, struck=bool(change.old))
    yield Run(f" · {change.reason} · {change.by} · {instant(change.at, zone)}", style.SMALL)


def both(words: Bilingual) -> str:
    """Both languages as one plain text."""
    return f"{words.en} {words.zh}".strip()


def grouped(digest: str, size: int = 4) -> str:
    """A hash in groups that an eye can compare."""
    return " ".join(digest[place : place + size] for place in range(0, len(digest), size))


def shortened(digest: str) -> str:
    """The two ends of a hash, for the running foot."""
    return f"{digest[:8]}…{digest[-6:]}" if len(digest) > 16 else digest
