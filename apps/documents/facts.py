"""What a document says, as frozen data: built by the stages, hashed here, drawn by `layout`.

A field left empty (None, "", (), False) is left out of the canonical text, so a field added later does not
disturb the hash of a document written before it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from datetime import datetime
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field as Tagged
from pydantic import TypeAdapter

from apps.core.canonical import canonical, sha256_hex
from apps.core.errors import Objection

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

SCHEMA = "documents/1"


class DocumentKind(StrEnum):
    """What sort of document it is; the register is filtered by it."""

    CERTIFICATE_OF_ANALYSIS = "CERTIFICATE_OF_ANALYSIS"
    BATCH_CERTIFICATE = "BATCH_CERTIFICATE"
    BATCH_RECORD = "BATCH_RECORD"
    MASTER_RECORD = "MASTER_RECORD"
    LABEL = "LABEL"
    DESTRUCTION_CERTIFICATE = "DESTRUCTION_CERTIFICATE"
    DOSE_SHEET = "DOSE_SHEET"
    REPORT = "REPORT"


class DocumentState(StrEnum):
    """Where a document stands in the register."""

    DRAFT = "DRAFT"
    ISSUED = "ISSUED"
    SUPERSEDED = "SUPERSEDED"
    WITHDRAWN = "WITHDRAWN"


class Sign(StrEnum):
    """A status printed as icon and word, never by colour alone."""

    PASS = "PASS"  # noqa: S105
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
    """One container label, one page of its own size."""

    title: Bilingual
    identity: str
    fields: tuple[Field, ...]
    barcode: Barcode
    warnings: tuple[Bilingual, ...] = ()
    width_mm: int = 90
    height_mm: int = 50
    block: Literal["label"] = "label"


Block = Annotated[
    Section | Table | Heading | Statement | Signatures | Label,
    Tagged(discriminator="block"),
]


@dataclass(frozen=True)
class DocumentContent:
    """Everything a document says before it is issued: this is what is hashed.

    `issuer` name and address of the site; `timezone` its IANA zone, in which every instant is printed; `subject` the
    address of the record it is about; `caption` the few words of the running foot; `data` what machines read beside
    the printed text (codes, raw values) and is embedded and hashed, but not drawn.
    """

    kind: DocumentKind
    number: str
    version: int
    title: Bilingual
    issuer: Bilingual
    timezone: str
    subject: str
    blocks: tuple[Block, ...] = ()
    issuer_address: Bilingual | None = None
    caption: str = ""
    supersedes: str = ""
    reason: str = ""
    demo: bool = False
    draft: bool = False
    data: Mapping[str, object] = field(default_factory=dict)

    @cached_property
    def text(self) -> str:
        """The canonical text: stored in the register, embedded in the PDF."""
        return canonical({"schema": SCHEMA} | _members(self))

    @cached_property
    def hash(self) -> str:
        """SHA-256 of the canonical text; printed on every page."""
        return sha256_hex(self.text)


@dataclass(frozen=True)
class Checkpoint:
    """A signed state of the whole trail: number, time and root of its tree."""

    number: int
    at: datetime
    root: str


@dataclass(frozen=True)
class Imprint:
    """What is known only when a document is issued: printed and embedded beside the content, not part of its hash."""

    content_hash: str
    issued_at: datetime
    code: str = ""
    verify_url: str = ""
    trail: str = ""
    checkpoint: Checkpoint | None = None

    @property
    def text(self) -> str:
        """The canonical text of the second embedded file."""
        return canonical({"schema": SCHEMA} | _members(self))


class Standing(StrEnum):
    """What the register says of a file that was handed in."""

    CURRENT = "CURRENT"
    SUPERSEDED = "SUPERSEDED"
    WITHDRAWN = "WITHDRAWN"
    UNKNOWN = "UNKNOWN"


@dataclass(frozen=True)
class SealVerdict:
    """What the strict rule found in a file: good only when there is no objection at all."""

    objections: tuple[Objection, ...]
    signer: str = ""
    fingerprint: str = ""
    sealed_at: datetime | None = None
    content_hash: str = ""
    content: str = ""

    @property
    def good(self) -> bool:
        """Sealed by us, unchanged to the last byte."""
        return not self.objections


@dataclass(frozen=True)
class Judgement:
    """The strict rule and the register together. `code` names the register's document when it is that very file."""

    verdict: SealVerdict
    standing: Standing
    file_sha256: str
    code: str = ""

    @property
    def valid(self) -> bool:
        """Unchanged, ours, and in force."""
        return self.verdict.good and self.standing is Standing.CURRENT


def as_data(value: object) -> object:
    """Plain data of a frozen dataclass; empty fields are left out."""
    if is_dataclass(value) and not isinstance(value, type):
        return _members(value)
    if isinstance(value, tuple | list):
        return [as_data(part) for part in value]
    return value


def _members(value: "DataclassInstance") -> dict[str, object]:
    pairs = ((item.name, getattr(value, item.name)) for item in fields(value))
    return {name: as_data(part) for name, part in pairs if not _is_empty(part)}


def _is_empty(value: object) -> bool:
    return value is None or value is False or value in ("", (), [], {})


_READER: TypeAdapter[DocumentContent] = TypeAdapter(DocumentContent)


def read_content(text: str) -> DocumentContent:
    """The content back from its canonical text."""
    return _READER.validate_json(text)
