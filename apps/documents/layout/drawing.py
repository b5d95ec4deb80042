"""From content to PDF: refuse what the font cannot show, then draw."""

from apps.core.errors import RuleBroken
from apps.documents.facts import DocumentContent, DocumentKind, Imprint
from apps.documents.layout.fonts import known_code_points
from apps.documents.layout.labels import draw_labels, refuse_full_labels
from apps.documents.layout.page import draw_sheets
from apps.documents.rules import missing_glyphs


def refuse_what_cannot_be_drawn(content: DocumentContent) -> None:
    """Raise RuleBroken with every character that would be lost, its code point and its place, or a label too full."""
    missing = missing_glyphs(content, known_code_points())
    if missing:
        raise RuleBroken(*missing)
    if content.kind is DocumentKind.LABEL:
        refuse_full_labels(content)


def draw(content: DocumentContent, imprint: Imprint | None = None) -> bytes:
    """The document as PDF bytes, neither sealed nor with its data attached."""
    refuse_what_cannot_be_drawn(content)
    if content.kind is DocumentKind.LABEL:
        return draw_labels(content)
    return draw_sheets(content, imprint)
