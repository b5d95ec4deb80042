"""A whole document as it is hashed, and what is known only when it is issued.

A field left empty (None, "", (), False) is left out of the canonical text, so a field added later does not
disturb the hash of a document written before it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from datetime import datetime
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING

from pydantic import TypeAdapter

from apps.core.canonical import canonical, sha256_hex
from apps.documents.facts.blocks import Bilingual, Block

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
    ACCOMPANYING_RECORD = "ACCOMPANYING_RECORD"
    CONDITIONAL_CERTIFICATE = "CONDITIONAL_CERTIFICATE"
    EXCEPTIONAL_SUPPLY = "EXCEPTIONAL_SUPPLY"
    URGENT_USE = "URGENT_USE"
    REPORT = "REPORT"


class DocumentState(StrEnum):
    """Where a document stands in the register."""

    DRAFT = "DRAFT"
    ISSUED = "ISSUED"
    SUPERSEDED = "SUPERSEDED"
    WITHDRAWN = "WITHDRAWN"


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
