"""What stands on the pages: phrases, cells, labels, signatures, and the closed set of blocks that `layout` draws."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field as Tagged


class Sign(StrEnum):
    """A status printed as icon and word, never by colour alone."""

    PASS = "PASS"  # noqa: S105  (a status, no password)
    FAIL = "FAIL"
    ALERT = "ALERT"
    ACTION = "ACTION"
    HOLD = "HOLD"
    LATE = "LATE"
    CORRECTED = "CORRECTED"
    PENDING = "PENDING"
    CONDITIONAL = "CONDITIONAL"
    NOT_EVALUABLE = "NOT_EVALUABLE"
    SUPERSEDED = "SUPERSEDED"


class Align(StrEnum):
    """Which edge of its column a cell leans on; figures lean right."""

    LEFT = "LEFT"
    RIGHT = "RIGHT"


class Symbology(StrEnum):
    """The barcodes we print and can read back."""

    DATA_MATRIX = "DATA_MATRIX"
    QR = "QR"
    CODE_128 = "CODE_128"


@dataclass(frozen=True)
class Bilingual:
    """One phrase in English and Chinese; the Chinese follows on the same line where both fit."""

    en: str
    zh: str = ""


Phrase = str | Bilingual


@dataclass(frozen=True)
class Change:
    """A value that was changed after its first entry: printed under the present one (Annex 11, 8.2)."""

    old: str
    reason: str
    by: str
    at: datetime


@dataclass(frozen=True)
class Cell:
    """A phrase with what belongs to it: footnote letter, status, earlier values."""

    text: Phrase = ""
    mark: str = ""
    sign: Sign | None = None
    changes: tuple[Change, ...] = ()


Entry = str | Bilingual | Cell


@dataclass(frozen=True)
class Field:
    """One labelled value; `wide` gives it the whole line."""

    label: Bilingual
    value: Entry = ""
    wide: bool = False


@dataclass(frozen=True)
class Section:
    """Labelled values in two columns under a heading."""

    title: Bilingual
    fields: tuple[Field, ...] = ()
    block: Literal["section"] = "section"


@dataclass(frozen=True)
class Column:
    """A column of a table. `width` is a share of the line; 0 lets the content decide."""

    title: Bilingual
    align: Align = Align.LEFT
    width: int = 0


@dataclass(frozen=True)
class Footnote:
    """What a letter in the table stands for."""

    mark: str
    text: Phrase


@dataclass(frozen=True)
class Table:
    """Rows under a heading; splits over pages with its head repeated, and loses nothing."""

    title: Bilingual
    columns: tuple[Column, ...]
    rows: tuple[tuple[Entry, ...], ...] = ()
    footnotes: tuple[Footnote, ...] = ()
    block: Literal["table"] = "table"


@dataclass(frozen=True)
class Heading:
    """A chapter of a long document; appears in the reader's outline."""

    title: Bilingual
    block: Literal["heading"] = "heading"


@dataclass(frozen=True)
class Statement:
    """Paragraphs in both languages, with or without a heading."""

    paragraphs: tuple[Phrase, ...] = ()
    title: Bilingual | None = None
    block: Literal["statement"] = "statement"


@dataclass(frozen=True)
class SignatureBlock:
    """One signature as 21 CFR 11.50 wants it shown: printed name, time with zone, meaning; and what it covers.

    `outdated` prints "does not cover the present version" beside a signature left standing by a later correction.
    """

    printed_name: str
    meaning: Bilingual
    signed_at: datetime
    title: Bilingual
    printed_name_zh: str = ""
    covers: str = ""
    content_hash: str = ""
    principal: bool = False
    outdated: bool = False


@dataclass(frozen=True)
class Signatures:
    """A statement with the signatures beneath it, kept on one page; `awaited` says whose are still missing."""

    title: Bilingual
    blocks: tuple[SignatureBlock, ...] = ()
    statement: Phrase = ""
    awaited: tuple[Bilingual, ...] = ()
    block: Literal["signatures"] = "signatures"


@dataclass(frozen=True)
class Barcode:
    """One symbol; with `gs1` the text is in bracketed form, (01)...(21)..."""

    text: str
    symbology: Symbology = Symbology.DATA_MATRIX
    gs1: bool = False


@dataclass(frozen=True)
class Label:
    """One container label, one page of its own size; `hazard` draws the biohazard legend (21 CFR 1271.3(h))."""

    title: Bilingual
    identity: str
    fields: tuple[Field, ...]
    barcode: Barcode
    warnings: tuple[Bilingual, ...] = ()
    width_mm: int = 90
    height_mm: int = 50
    hazard: bool = False
    block: Literal["label"] = "label"


Block = Annotated[
    Section | Table | Heading | Statement | Signatures | Label,
    Tagged(discriminator="block"),
]
