"""What is signed about a document itself."""

from apps.core.text import N_
from apps.documents.models import Document
from apps.signatures.facts import Line, SignedContent


def withdraw_content(document: Document, reason: str) -> SignedContent:
    """What the person reads who takes a document out of force."""
    return SignedContent(
        verb="document.withdrawn",
        address=document.record.address,
        meaning=N_("I withdraw this document. Copies of it are no longer valid."),
        lines=(
            Line(N_("Document"), document.name),
            Line(N_("Title"), document.title_en),
            Line(N_("Content SHA-256"), document.content_hash),
            Line(N_("Reason"), reason.strip()),
        ),
    )
