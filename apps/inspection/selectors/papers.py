"""Hop 5: the documents about a record, and the lines of them that state a value.

A document states a value when its machine-readable part has an item with the value's `address`, or a row of a table
has a cell with its place or address.
"""

from collections.abc import Iterator, Mapping

from apps.audit.models import Record
from apps.documents.facts import Bilingual as Phrase
from apps.documents.facts import Cell, DocumentContent, Entry, Table, read_content
from apps.documents.models import Document
from apps.documents.selectors import documents_about
from apps.inspection.facts import DocumentHop
from apps.inspection.selectors.reading import shown
from apps.products.definition import Bilingual


def documents_stating(subject: Record, address: str, place: str) -> tuple[DocumentHop, ...]:
    """Every document about the record, oldest first, with the lines that state the value."""
    return tuple(_hop(document, address, place) for document in documents_about(subject))


def lines_stating(content: DocumentContent, address: str, place: str) -> Iterator[tuple[str, ...]]:
    """The lines of a document that state the value at an address."""
    for item in _items(content.data):
        if item.get("address") == address:
            yield tuple(f"{name}: {shown(value)}" for name, value in item.items() if value not in (None, ""))
    for block in content.blocks:
        if isinstance(block, Table):
            for row in block.rows:
                cells = tuple(_text(cell) for cell in row)
                if address in cells or place in cells:
                    yield tuple(cell for cell in (block.title.en, *cells) if cell)


def _hop(document: Document, address: str, place: str) -> DocumentHop:
    checkpoint = document.checkpoint
    return DocumentHop(
        name=document.name,
        number=document.number,
        version=document.version,
        title=Bilingual(en=document.title_en, zh=document.title_zh or document.title_en),
        state=document.state,
        content_hash=document.content_hash,
        file_sha256=document.file_sha256,
        issued_at=document.issued_at,
        trail=document.trail,
        checkpoint_size=checkpoint.size if checkpoint else None,
        checkpoint_root=checkpoint.root if checkpoint else "",
        lines=tuple(lines_stating(read_content(document.wording.text), address, place)),
    )


def _items(data: object) -> Iterator[Mapping[str, object]]:
    if isinstance(data, Mapping):
        yield data
        for value in data.values():
            yield from _items(value)
    elif isinstance(data, list | tuple):
        for value in data:
            yield from _items(value)


def _text(cell: Entry) -> str:
    phrase = cell.text if isinstance(cell, Cell) else cell
    return phrase.en if isinstance(phrase, Phrase) else phrase
