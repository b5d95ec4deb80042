"""What is shown to the person who decides about a master record."""

from apps.core.text import N_
from apps.products.content.master import readable_hash
from apps.products.facts import VersionVerb
from apps.products.lifecycle import MOVES
from apps.products.models import ProductVersion
from apps.products.selectors import owning_site
from apps.signatures.facts import Line, SignedContent


def version_content(*, version: ProductVersion, verb: VersionVerb, reason: str = "") -> SignedContent:
    """The decision, the version it is about, and the fingerprints of its text and of the document that was read."""
    lines = [
        Line(N_("Product"), f"{version.title_en} {version.title_zh}"),
        Line(N_("Version"), version.number),
        Line(N_("State"), version.state),
        Line(N_("Text"), in_groups(version.sha256), "SHA-256"),
        Line(N_("Readable document"), in_groups(readable_hash(version, owning_site(version))), "SHA-256"),
    ]
    if version.author_signature is not None:
        lines.append(Line(N_("Author"), version.author_signature.printed_name))
    if reason:
        lines.append(Line(N_("Reason"), reason))
    return SignedContent(f"product_{verb.lower()}", version.record.address, MOVES[verb].meaning, tuple(lines))


def in_groups(digest: str) -> str:
    """A hash in groups of eight, so that it can be compared by eye and breaks on a narrow screen."""
    return " ".join(digest[i : i + 8] for i in range(0, len(digest), 8))
