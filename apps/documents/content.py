"""What is signed about a document itself, and what every sheet of labels says in the same words."""

from apps.core.text import N_
from apps.documents.facts import Bilingual
from apps.documents.models import Document
from apps.signatures.facts import Line, SignedContent

WITHDRAWN = "document.withdrawn"


def withdraw_content(document: Document, reason: str) -> SignedContent:
    """What the person reads who takes a document out of force."""
    return SignedContent(
        verb=WITHDRAWN,
        address=document.record.address,
        meaning=N_("I withdraw this document. Copies of it are no longer valid."),
        lines=(
            Line(N_("Document"), document.name),
            Line(N_("Title"), document.title_en),
            Line(N_("Content SHA-256"), document.content_hash),
            Line(N_("Reason"), reason.strip()),
        ),
    )


def reprint(printing: int) -> tuple[Bilingual, ...]:
    """A label that is not the first of its thing says so."""
    if printing == 1:
        return ()
    return (Bilingual(f"Printed once more, sheet {printing}", f"补打标签，第 {printing} 次打印"),)
